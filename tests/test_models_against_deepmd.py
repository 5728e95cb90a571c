"""The same shares of atoms, and the same dictionaries, as DeePMD-kit's NumPy and PyTorch models."""

from __future__ import annotations

import copy
import os
import warnings
from functools import partial

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from tests.helpers import differences
from tests.model_cases import (
    DESCRIPTORS,
    FITTINGS,
    NAMES,
    ROWS,
    STRIPPED,
    atomic,
    atoms,
    linear,
    pair_table,
    randomized,
    standard,
    write_table,
    zbl,
)

pytest.importorskip("deepmd.dpmodel.model.model")

OUTPUTS = {
    "ener": "atom_energy",
    "dipole": "dipole",
    "polar": "polar",
    "dos": "atom_dos",
    "property": "atom_gap",
}
# Those whose descriptor has nothing that rotates, or has children that do not.
WITHOUT_TENSORS = ("se_e2_r", "se_e3", "se_e3_tebd", "hybrid")
EXCLUSIONS = [([], []), ([[0, 1]], [1]), ([[0, 0]], []), ([[1, 1], [0, 0]], [0])]
CASES = [
    (d, f)
    for d in DESCRIPTORS
    for f in FITTINGS
    if d not in WITHOUT_TENSORS or f.split(",")[0] not in ("dipole", "polar")
]
BOTH = ["numpy", "torch"]


def numpy_model(data):
    """Return the function from systems to shares of a model of DeePMD-kit's NumPy part."""
    from deepmd.dpmodel.model.base_model import BaseModel

    made = BaseModel.deserialize(copy.deepcopy(data))

    def shares(system, key, **conditions):
        box = None if system.cell is None else np.reshape(system.cell, (system.nf, 9))
        # Its softmax subtracts infinities where an atom has no neighbours.
        with np.errstate(invalid="ignore"):
            out = made.call(system.coords.reshape(system.nf, -1), system.atype, box, **conditions)
        # Models made of others name the share of an atom as others name the sum.
        return out.get(key, out.get("energy"))

    return shares


@pytest.fixture(scope="module")
def torch_part():
    """Return DeePMD-kit's PyTorch part, without its compiled operators."""
    pytest.importorskip("torch")
    pytest.importorskip("e3nn")
    os.environ["DEVICE"] = "cpu"
    from parity.backends.deepmd_pytorch import prepare

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        prepare()
        from deepmd.pt.model import model
    return model


def torch_model(part, data):
    """Return the function from systems to shares of a model of that part."""
    import torch

    # Its reader does not know the name that linear models are written by.
    named = copy.deepcopy(data) | ({"type": "linear_ener"} if data["type"] == "linear" else {})
    made = part.BaseModel.deserialize(named).to(torch.device("cpu"))

    def tensor(x):
        return None if x is None else torch.asarray(np.array(x), device="cpu")

    def shares(system, key, **conditions):
        box = None if system.cell is None else np.reshape(system.cell, (system.nf, 9))
        given = {name: tensor(x) for name, x in conditions.items()}
        return made(tensor(system.coords), tensor(system.atype), tensor(box), **given)[key].detach().numpy()

    return shares


@pytest.fixture
def its_model(request, torch_part):
    """Return a function from dictionaries to functions from systems to shares, of the part of that name."""
    return numpy_model if request.param == "numpy" else lambda data: torch_model(torch_part, data)


def error(mine, its):
    its = np.reshape(its, mine.shape)
    assert np.any(its)
    return np.max(np.abs(mine - its)) / np.max(np.abs(its))


def parameters(kind, system, seed):
    if kind != "ener":
        return {}
    rng, (nf, natoms) = np.random.default_rng(seed), system.atype.shape
    return {"fparam": rng.normal(size=(nf, 2)), "aparam": rng.normal(size=(nf, natoms, 1))}


def drawn(descriptor, fitting, case):
    """Return the dictionary of a model with random statistics and biases, and atoms, virtual ones too."""
    pairs, excluded = EXCLUSIONS[case % 4]
    section = standard(descriptor, fitting, pair_exclude_types=pairs, atom_exclude_types=excluded)
    data = randomized(refdp.model_from_config(section).serialize(), case)
    return data, atoms(case, cell=bool(case // 4 % 2))


def compare(its_model, descriptor, fitting, case):
    """Fail where a drawn model has another answer than its."""
    data, system = drawn(descriptor, fitting, case)
    kind = fitting.partition(",")[0]
    if descriptor == "hybrid, mixed":
        data["pair_exclude_types"] = []  # see TestKnown
    if kind == "polar":
        data["fitting"]["@variables"]["constant_matrix"][:] = 0.0  # see TestKnown
    inputs = parameters(kind, system, case)
    its = its_model(data)(system, OUTPUTS[kind], **inputs)
    assert error(atomic(refdp.deserialize(data), system, **inputs), its) < 1e-14


class TestStandard:
    @pytest.mark.parametrize(("descriptor", "fitting"), CASES)
    def test_shares(self, descriptor, fitting):
        compare(numpy_model, descriptor, fitting, CASES.index((descriptor, fitting)))

    @pytest.mark.parametrize(
        ("descriptor", "fitting"),
        [(d, f) for d, f in CASES if f == "ener" or d in ("two-sided", "stripped")],
    )
    def test_shares_of_its_pytorch_part(self, descriptor, fitting, torch_part):
        its_model = partial(torch_model, torch_part)
        compare(its_model, descriptor, fitting, CASES.index((descriptor, fitting)) + 1)


@pytest.mark.parametrize("its_model", BOTH, indirect=True)
class TestStandardEverywhere:
    @pytest.mark.parametrize("case", range(8))
    @pytest.mark.parametrize("descriptor", ["two-sided", "stripped"])
    def test_exclusions_with_a_cell_and_without(self, descriptor, case, its_model):
        compare(its_model, descriptor, "ener", case)

    @pytest.mark.parametrize("precision", [("float32", "float64"), ("float64", "float32")], ids=str)
    def test_parts_of_two_precisions(self, precision, its_model):
        section = standard("stripped", fitting_net={"neuron": [5], "precision": precision[1], "seed": 2})
        section["descriptor"] = STRIPPED | {"precision": precision[0]}
        data, system = randomized(refdp.model_from_config(section).serialize()), atoms(3)
        # The biases are out of the way: what is left of the digits is that of float32.
        data["@variables"]["out_bias"][:] = 0.0
        mine = atomic(refdp.deserialize(data), system)
        assert mine.dtype == np.float64
        assert error(mine, its_model(data)(system, "atom_energy")) < 1e-5

    def test_biases_are_added_in_float64(self, its_model):
        section = standard("stripped", fitting_net={"neuron": [5], "precision": "float32", "seed": 2})
        section["descriptor"] = STRIPPED | {"precision": "float32"}
        data, system = refdp.model_from_config(section).serialize(), atoms(3)
        data["@variables"]["out_bias"][:] = 1e6
        made = refdp.deserialize(data)
        mine, its = (atomic(made, system), its_model(data)(system, "atom_energy").reshape(2, 9))
        assert np.max(np.abs(mine - its)) < 1e-5


class TestPairTable:
    @pytest.mark.parametrize("cell", [False, True])
    def test_alone_in_a_sum(self, cell, tmp_path, torch_part):
        """It has no reader for a pair table alone; a sum of one, without biases, is the same."""
        table = write_table(tmp_path)
        section = {"type": "linear_ener", "weights": "sum", "type_map": NAMES, "models": [pair_table(table)]}
        data = refdp.model_from_config(section).serialize()
        mine = atomic(refdp.model_from_config(pair_table(table)), system := atoms(4, cell=cell))
        for its in (numpy_model(data), torch_model(torch_part, data)):
            assert error(mine, its(system, "atom_energy")) < 1e-14


def without_member_biases(data):
    """Return the dictionary without what its NumPy part forgets; see TestKnown."""
    for part in data["models"]:
        part["@variables"]["out_bias"][:] = 0.0
    return data


@pytest.mark.parametrize("its_model", BOTH, indirect=True)
@pytest.mark.parametrize("cell", [False, True])
class TestCombined:
    @pytest.mark.parametrize("sel", [5, 18, 20, 25])
    def test_zbl(self, sel, cell, its_model, tmp_path):
        section = zbl(write_table(tmp_path))
        section["descriptor"] = section["descriptor"] | {"sel": sel}
        data = without_member_biases(randomized(refdp.model_from_config(section).serialize(), sel))
        system = atoms(sel, cell=cell)
        assert error(atomic(refdp.deserialize(data), system), its_model(data)(system, "atom_energy")) < 1e-14

    @pytest.mark.parametrize("slots", [5, 20])
    def test_zbl_whose_table_ends_earlier(self, slots, cell, its_model, tmp_path):
        section = zbl(write_table(tmp_path))
        data = without_member_biases(randomized(refdp.model_from_config(section).serialize(), slots))
        part = data["models"][1]
        part |= {"rcut": 1.5, "sel": slots}
        part["tab"]["rcut"] = 1.5
        system = atoms(slots, cell=cell)
        assert error(atomic(refdp.deserialize(data), system), its_model(data)(system, "atom_energy")) < 1e-14

    @pytest.mark.parametrize("weights", ["mean", "sum", [0.3, 0.7]], ids=str)
    def test_linear(self, weights, cell, its_model, tmp_path):
        section = linear(write_table(tmp_path), weights=weights, atom_exclude_types=[1])
        # The member knows a species more, in another order.
        section["models"][0] = section["models"][0] | {"type_map": ["H", "C", "O"]}
        data = without_member_biases(randomized(refdp.model_from_config(section).serialize(), 3))
        system = atoms(7, cell=cell)
        assert error(atomic(refdp.deserialize(data), system), its_model(data)(system, "atom_energy")) < 1e-14


@pytest.mark.parametrize("cell", [False, True])
class TestCombinedAsInPyTorch:
    """Where its NumPy part forgets biases and pairs of members, or fills slots of excluded pairs again."""

    @pytest.mark.parametrize("make", [linear, zbl])
    def test_biases_and_exclusions_of_all(self, make, cell, torch_part, tmp_path):
        data = randomized(refdp.model_from_config(make(write_table(tmp_path))).serialize(), 5)
        data |= {"pair_exclude_types": [[0, 1]], "atom_exclude_types": [0]}
        data["models"][0] |= {"pair_exclude_types": [[1, 1]]}
        data["models"][1] |= {"atom_exclude_types": [1], "sel": 4}
        mine = atomic(refdp.deserialize(data), system := atoms(9, cell=cell, nf=3))
        assert error(mine, torch_model(torch_part, data)(system, "atom_energy")) < 1e-14


class TestDictionaries:
    @pytest.mark.parametrize(("descriptor", "fitting"), CASES)
    def test_its_dictionary_comes_back_key_for_key(self, descriptor, fitting):
        from deepmd.dpmodel.model.base_model import BaseModel

        data, _ = drawn(descriptor, fitting, CASES.index((descriptor, fitting)))
        its = BaseModel.deserialize(copy.deepcopy(data)).serialize()
        assert differences(refdp.deserialize(copy.deepcopy(its)).serialize(), its) == []

    @pytest.mark.parametrize("make", [linear, zbl])
    def test_those_of_models_made_of_others(self, make, tmp_path):
        from deepmd.dpmodel.model.base_model import BaseModel

        data = randomized(refdp.model_from_config(make(write_table(tmp_path))).serialize())
        its = BaseModel.deserialize(copy.deepcopy(data)).serialize()
        assert differences(refdp.deserialize(copy.deepcopy(its)).serialize(), its) == []

    def test_the_first_version_of_linear_models(self, tmp_path):
        from deepmd.dpmodel.model.base_model import BaseModel

        data = refdp.model_from_config(linear(write_table(tmp_path))).serialize() | {"@version": 2}
        data.pop("weights")
        its = BaseModel.deserialize(copy.deepcopy(data)).serialize()
        assert its["weights"] == refdp.deserialize(data).serialize()["weights"] == "mean"

    @pytest.mark.parametrize(
        "options", [{"neuron": [5, 5], "trainable": [True, False, True]}, {"neuron": []}]
    )
    def test_layers_of_its_pytorch_part(self, options, torch_part):
        section = standard("two-sided", fitting_net=options | {"seed": 1})
        data, system = randomized(refdp.model_from_config(section).serialize()), atoms(2)
        its = torch_part.BaseModel.deserialize(copy.deepcopy(data)).serialize()
        mine, flags = refdp.deserialize(its), options.get("trainable", [True])
        for tree in (its, mine.serialize()):
            layers = tree["fitting"]["nets"]["networks"][1]["layers"]
            assert [layer["trainable"] for layer in layers] == flags
        assert differences(mine.serialize()["fitting"]["nets"], its["fitting"]["nets"]) == []
        assert mine.serialize()["fitting"]["trainable"] == its["fitting"]["trainable"]
        assert error(atomic(mine, system), torch_model(torch_part, its)(system, "atom_energy")) < 1e-14

    def test_a_preset_that_is_none_comes_through_its_pytorch_part(self, torch_part):
        section = standard("two-sided", fitting_net={"neuron": [5]}, preset_out_bias={"energy": [None, 2.0]})
        its = torch_part.BaseModel.deserialize(refdp.model_from_config(section).serialize()).serialize()
        assert refdp.deserialize(its).serialize()["preset_out_bias"] == {"energy": [None, 2.0]}


class TestConfig:
    @pytest.mark.parametrize(
        "descriptor", ["one-sided", "two-sided", "se_atten", "stripped", "se_atten_v2", "se_e3_tebd"]
    )
    def test_the_same_model_from_the_same_section(self, descriptor):
        from deepmd.dpmodel.model.model import get_model
        from deepmd.utils.argcheck import model_args

        section = standard(descriptor, pair_exclude_types=[[0, 1]], atom_exclude_types=[1])
        its = get_model(model_args().normalize_value(copy.deepcopy(section))).serialize()
        mine = refdp.model_from_config(section).serialize()
        # It writes the precision of a fitting net as it was given.
        assert [d for d in differences(mine, its) if "precision: 'float64' is not 'default'" not in d] == []

    @pytest.mark.parametrize("make", [linear, zbl])
    def test_models_made_of_others(self, make, tmp_path):
        from deepmd.dpmodel.model.model import get_model
        from deepmd.utils.argcheck import model_args

        section = make(write_table(tmp_path))
        its = get_model(model_args().normalize_value(copy.deepcopy(section))).serialize()
        mine = refdp.model_from_config(section).serialize()
        found = differences(mine, its)
        fine = ("'default'", ".type: 'linear_ener'", "numpy.float64", "np.float64", ".tab.@variables")
        assert [d for d in found if not any(word in d for word in fine)] == []
        np.testing.assert_allclose(
            mine["models"][1]["tab"]["@variables"]["tab_data"],
            its["models"][1]["tab"]["@variables"]["tab_data"],
            rtol=1e-13,
            atol=1e-13,
        )


class TestKnown:
    """What DeePMD-kit 3.2.0 does otherwise; each of these tests fails when it has changed its mind."""

    def test_its_numpy_part_forgets_biases_and_pairs_of_members(self, tmp_path, torch_part):
        data = refdp.model_from_config(linear(write_table(tmp_path))).serialize()
        system = atoms(4)
        for change in ({"pair_exclude_types": [[0, 1]]}, {}):
            data["models"][0] |= change
            data["models"][0]["@variables"]["out_bias"][:] = 0.0 if change else 1.0
            mine = atomic(refdp.deserialize(data), system)
            assert error(mine, torch_model(torch_part, data)(system, "atom_energy")) < 1e-14
            assert error(mine, numpy_model(data)(system, "atom_energy")) > 1e-5

    def test_its_numpy_part_fills_slots_of_excluded_pairs_again_where_lists_are_cut(self, torch_part):
        data, system = drawn("hybrid, mixed", "dos", 1)[0], atoms(1, cell=True)
        mine = atomic(refdp.deserialize(data), system)
        assert data["pair_exclude_types"]
        assert error(mine, torch_model(torch_part, data)(system, "atom_dos")) < 1e-14
        assert error(mine, numpy_model(data)(system, "atom_dos")) > 1e-5

    def test_its_pytorch_part_forgets_the_constant_of_polarizabilities(self, torch_part):
        data, system = drawn("two-sided", "polar", 0)
        mine = atomic(refdp.deserialize(data), system)
        assert error(mine, numpy_model(data)(system, "polar")) < 1e-14
        assert error(mine, torch_model(torch_part, data)(system, "polar")) > 1e-2

    def test_its_numpy_part_draws_the_weights_of_a_property_without_the_seed(self):
        from deepmd.dpmodel.model.model import get_model

        made = [get_model(copy.deepcopy(standard("two-sided", "property"))).serialize() for _ in range(2)]
        assert differences(*(data["fitting"]["nets"] for data in made)) != []

    def test_its_pytorch_part_cannot_cut_a_list_that_must_be_longer_than_one_of_a_larger_cutoff(
        self, tmp_path, torch_part
    ):
        section = linear(write_table(tmp_path))
        section["models"][1] |= {"sel": 25}
        data, system = refdp.model_from_config(section).serialize(), atoms(4)
        mine = atomic(refdp.deserialize(data), system)
        assert error(mine, numpy_model(data)(system, "atom_energy")) < 1e-14
        with pytest.raises(RuntimeError, match="must match the size"):
            torch_model(torch_part, data)(system, "atom_energy")

    def test_its_sections_of_members_lose_their_exclusions(self, tmp_path):
        from deepmd.dpmodel.model.model import get_model

        section = linear(write_table(tmp_path))
        section["models"][0] = section["models"][0] | {"pair_exclude_types": [[0, 1]]}
        assert get_model(copy.deepcopy(section)).serialize()["models"][0]["pair_exclude_types"] == []
        assert refdp.model_from_config(section).models[0].options.pair_exclude_types == ((0, 1),)

    def test_its_table_has_a_number_below_its_first_distance(self, tmp_path):
        rows = ROWS[20:]
        section = linear(table := write_table(tmp_path, rows), weights="sum")
        section["models"] = [pair_table(table)]
        data = refdp.model_from_config(section).serialize()
        near = refdp.System([[[0.0, 0.0, 0.0], [rows[0, 0] - 0.07, 0.0, 0.0]]], [0, 0], type_map=NAMES)
        assert np.isfinite(numpy_model(data)(near, "atom_energy")).all()
        with pytest.raises(InputError, match="where the table begins"):
            atomic(refdp.deserialize(data), near)
