from __future__ import annotations

import copy

import numpy as np
import pytest

import refdp
from parity.backends.deepmd_pytorch import prepare
from parity.models.conversion import check_conversion
from parity.models.deepmd_pytorch import BACKEND as PYTORCH
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
        assert (found.extent.frames, found.extent.atoms, found.faithful) == (2, (6, 6), False)
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


def _reversed(tree, reorder):
    """Reverse each type map and, where asked for, everything that is stored by type."""
    for key, value in tree.items():
        if key == "type_map" and value:
            tree[key] = value[::-1]
        elif isinstance(value, dict):
            _reversed(value, reorder)
        elif reorder and key == "networks":
            tree[key] = value[::-1]
        elif reorder and key in ("out_bias", "bias_atom_e"):
            tree[key] = np.flip(value, axis=value.ndim - 2).copy()


@pytest.fixture(scope="module")
def order(tmp_path_factory):
    """A model, and the folder with it, with the right one in another order, and with another type map."""
    folder = tmp_path_factory.mktemp("order")
    descriptor = {"type": "se_e2_a", "rcut": 2.6, "rcut_smth": 0.5, "sel": [9, 9, 9], "neuron": [2, 4]}
    descriptor |= {"axis_neuron": 2, "type_one_side": True}
    config = {"type_map": ["O", "H", "C"], "descriptor": descriptor, "fitting_net": {"neuron": [4]}}
    refdp.save(folder / "model.dp", refdp.model_from_config(config, seed=3))
    tree = read_tree(folder / "model.dp")
    tree["model"]["@variables"]["out_bias"] = np.asarray([[[1.0], [2.0], [4.0]]])
    write_tree(folder / "model.dp", tree)
    for name, reorder in (("right", True), ("wrong", False)):
        tree = read_tree(folder / "model.dp")
        _reversed(tree["model"], reorder)
        write_tree(folder / f"{name}.dp", tree)
    return folder


def _against(order, other, places=()):
    model = refdp.load(order / "model.dp")
    return check_conversion(
        order / "model.dp", model, [_frames("free")], places, against=other, progress=False
    )


class TestTypes:
    @pytest.mark.parametrize(("name", "faithful"), [("right", True), ("wrong", False)])
    def test_are_numbered_as_the_other_file_does(self, order, name, faithful):
        found = _against(order, order / f"{name}.dp")
        assert (found.faithful, found.rows[0].against) == (faithful, True)
        if not faithful:
            assert "energies of atoms of wrong.dp differ first at frame 0" in found.sentence

    @pytest.mark.parametrize(("name", "faithful"), [("right", True), ("wrong", False)])
    def test_of_a_frozen_file(self, order, name, faithful):
        if why := PYTORCH.missing():
            pytest.skip(why)
        prepare()
        from deepmd.pt.utils.serialization import deserialize_to_file

        frozen = order / f"{name}.pth"
        model = refdp.load(order / f"{name}.dp").serialize()
        deserialize_to_file(str(frozen), {"model": model, "model_def_script": {}})
        found = _against(order, frozen)
        assert (found.faithful, found.rows[0].backend) == (faithful, f"{name}.pth")
        assert [d.output for d in found.rows[0].outputs][-1] == "atom_virial"

    def test_a_species_that_the_other_file_lacks(self, order):
        tree = read_tree(order / "model.dp")
        for part in (tree["model"], tree["model"]["descriptor"], tree["model"]["fitting"]):
            if part.get("type_map"):
                part["type_map"] = ["O", "H", "N"]
        write_tree(order / "lacks.dp", tree)
        found = _against(order, order / "lacks.dp", [NUMPY])
        assert found.faithful is None
        assert "lacks.dp could not be asked: InputError: `type_map`: expected species" in found.sentence


class TestNothing:
    def test_frames_of_virtual_atoms(self, order):
        frames = Frames(System(np.zeros((1, 2, 3)), [-1, -1]))
        found = check_conversion(
            order / "model.dp", refdp.load(order / "model.dp"), [frames], [NUMPY], progress=False
        )
        assert (found.faithful, found.rows, found.extent.frames) == (None, (), 0)
        assert found.sentence == "nothing is shown: no frame has a real atom"

    def test_ties(self, tmp_path):
        if why := PYTORCH.missing():
            pytest.skip(why)
        descriptor = {"type": "se_e2_a", "rcut": 4.5, "rcut_smth": 0.5, "sel": [10, 10], "neuron": [2, 4]}
        config = {"type_map": ["O", "H"], "descriptor": descriptor, "fitting_net": {"neuron": [4]}}
        refdp.save(tmp_path / "model.dp", refdp.model_from_config(config, seed=1))
        places = 2.1 * np.stack(np.meshgrid(*[np.arange(2)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        types = np.indices((2, 2, 2)).sum(axis=0).ravel() % 2
        salt = System(places[None], types, 4.2 * np.eye(3)[None], type_map=["O", "H"])
        found = check_conversion(
            tmp_path / "model.dp",
            refdp.load(tmp_path / "model.dp"),
            [Frames(salt)],
            ["model:deepmd-pytorch"],
            progress=False,
        )
        assert (found.faithful, found.rows[0].status) == (None, "undecided")
        assert found.sentence.startswith("nothing is shown: deepmd-pytorch: frame 0, atom 0 (O): ")
        assert "than `sel` has slots left for" in found.sentence

    def test_rounding_decides(self, order, monkeypatch):
        monkeypatch.setattr(
            "parity.models.conversion._check_reference",
            lambda result: result.outputs.update(undecided="two balls overlap"),
        )
        found = _against(order, order / "right.dp")
        assert found.faithful is None
        assert found.sentence == (
            "nothing is shown: right.dp: rounding may decide a comparison either way: two balls overlap"
        )


class TestKnown:
    def test_another_file_has_the_defects_of_what_reads_it(self, tmp_path):
        if why := PYTORCH.missing():
            pytest.skip(why)
        prepare()
        from deepmd.pt.utils.serialization import deserialize_to_file

        model = model_of(inputs_of("polar"))
        refdp.save(tmp_path / "model.dp", model)
        deserialize_to_file(str(tmp_path / "x.pth"), {"model": model.serialize(), "model_def_script": {}})
        found = check_conversion(
            tmp_path / "model.dp", model, [_frames("polar")], [], against=tmp_path / "x.pth", progress=False
        )
        assert (found.rows[0].status, found.faithful) == ("known", True)
        assert "constant_matrix" in found.rows[0].reason

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
