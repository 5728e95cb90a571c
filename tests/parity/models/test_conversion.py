from __future__ import annotations

import copy

import numpy as np
import pytest

import refdp
from parity.models.conversion import check_conversion
from parity.models.own import model_of
from refdp.errors import InputError
from refdp.io.dataset.frames import Frames
from refdp.io.model_files import read_tree, write_tree
from refdp.system import System
from tests.parity.models.few import inputs_of

pytestmark = pytest.mark.filterwarnings("ignore")
NUMPY = "model:numpy-f64"


def _frames(name, **labels):
    inputs = inputs_of(name)
    given = {key: getattr(inputs, key) for key in ("fparam", "aparam") if getattr(inputs, key) is not None}
    return Frames(System(inputs.coords, inputs.atype, inputs.cell, type_map=["O", "H", "C"]), given | labels)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """One check: of the model's own file, and of another in which one weight is off by a millionth."""
    folder = tmp_path_factory.mktemp("models")
    model = model_of(inputs_of("parameters"))
    refdp.save(folder / "model.dp", model)
    tree = copy.deepcopy(read_tree(folder / "model.dp"))
    last = tree["model"]["fitting"]["nets"]["networks"][1]["layers"][-1]["@variables"]
    last["w"] = last["w"] * (1.0 + 1e-6)
    write_tree(folder / "other.dp", tree)
    frames = _frames("parameters", energy=np.zeros(2))
    # In two parts, the second of them with other numbers of frames.
    parts = [
        Frames(frames.system.frame(k), {n: x[k : k + 1] for n, x in frames.labels.items()}, [k])
        for k in range(2)
    ]
    return check_conversion(
        folder / "model.dp", model, parts, [NUMPY], against=folder / "other.dp", jobs=2, progress=False
    )


class TestCheckConversion:
    def test_the_file_itself_agrees(self, found):
        row = found.rows[0]
        assert (row.backend, row.status) == ("numpy-f64", "agrees")
        assert [d.output for d in row.outputs] == ["atom_energy", "energy", "forces", "virial", "atom_virial"]
        assert all(d.used == 0.0 for d in row.outputs)

    def test_the_other_file_differs_and_the_first_atom_is_named(self, found):
        row = found.rows[1]
        assert (row.backend, row.status) == ("other.dp", "differs")
        first = row.outputs[0]
        assert (first.output, first.frame, first.species) == ("atom_energy", 0, "H")
        assert inputs_of("parameters").atype[0, first.atom] == 1
        assert 1e-8 < first.deviation < 1e-5
        assert first.allowed < 1e-9

    def test_the_whole(self, found):
        assert (found.frames, found.atoms, found.faithful) == (2, (6, 6), False)
        assert found.sentence.startswith(
            "not faithful: energies of atoms of other.dp differ first at frame 0"
        )
        assert found.errors["energy"] > 0.0

    def test_no_frames(self):
        with pytest.raises(InputError, match="`frames`: expected some, got none"):
            check_conversion("model.dp", model_of(inputs_of("free")), [], [NUMPY])

    def test_what_refdp_cannot_evaluate(self, tmp_path):
        model = model_of(inputs_of("parameters"))
        refdp.save(tmp_path / "model.dp", model)
        bare = Frames(_frames("parameters").system)
        with pytest.raises(InputError, match=r"refdp cannot evaluate the model for these frames: .*fparam"):
            check_conversion(tmp_path / "model.dp", model, [bare], [], progress=False)


class TestKnown:
    def test_a_left_handed_cell_is_explained(self, tmp_path):
        pytest.importorskip("deepmd")
        model = model_of(inputs_of("left-handed"))
        refdp.save(tmp_path / "model.dp", model)
        frames = [_frames("left-handed")]
        found = check_conversion(
            tmp_path / "model.dp", model, frames, ["model:deepmd-dpmodel"], progress=False
        )
        assert found.rows[0].status == "known"
        assert "no periodic images" in found.rows[0].reason
        assert "apart from known differences of deepmd-dpmodel" in found.sentence
