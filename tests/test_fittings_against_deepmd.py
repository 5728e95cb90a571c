"""The same numbers, weights and dictionaries as the fitting nets of DeePMD-kit's NumPy backend."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import refdp
from refdp.models.base import Conditions
from refdp.models.fittings import fitting_options
from refdp.namespaces import map_arrays
from tests.helpers import assert_same_bits, assert_within, differences

theirs = pytest.importorskip("deepmd.dpmodel.fitting")

CLASSES = {
    "ener": (theirs.EnergyFittingNet, {}),
    "dipole": (theirs.DipoleFitting, {"embedding_width": 4}),
    "polar": (theirs.PolarFitting, {"embedding_width": 4}),
    "dos": (theirs.DOSFittingNet, {"numb_dos": 3}),
    "property": (theirs.PropertyFittingNet, {"task_dim": 2, "property_name": "band_gap"}),
    "invar": (theirs.InvarFitting, {"var_name": "charge", "dim_out": 2}),
}
COUNT = 25
NTYPES, DIM = 3, 5
CHOICES = {
    "neuron": [[5, 5], [6, 6], [10, 10], [8, 16], [3], [5, 10, 4], []],
    "mixed_types": [False, True],
    "resnet_dt": [False, True],
    "numb_fparam": [0, 2],
    "default_fparam": [None, [0.5, -1.0]],
    "numb_aparam": [0, 3],
    "dim_case_embd": [0, 2],
    "exclude_types": [[], [1], [0, 2]],
    "activation_function": ["tanh", "gelu", "silut:0.1", "none", "softplus", "relu6", "GELU_TF"],
    "seed": [7, [3, 1], 0],
    "type_map": [None, ["O", "H", "C"]],
    "trainable": [True, False],
    "rcond": [None, 0.5],
}
OWN_CHOICES = {
    "ener": {
        "atom_ener": [None, [], [None, 1.0], [1.0, None, None], [None, None, None], [1.0]],
        "use_aparam_as_mask": [False, True],
    },
    "polar": {"fit_diag": [True, False], "scale": [1.0, [1.0, 2.0, 3.0]], "shift_diag": [True, False]},
    "property": {"intensive": [True, False], "distinguish_types": [True, False]},
}
OWN_CHOICES["invar"] = OWN_CHOICES["ener"]
CASES = [(kind, number) for kind in CLASSES for number in range(COUNT)]


def drawn(kind, number):
    """Draw the options of a fitting net, DeePMD-kit's names for them."""
    rng = np.random.default_rng([number, list(CLASSES).index(kind)])
    choices = CHOICES | OWN_CHOICES.get(kind, {})
    options = {key: several[rng.integers(len(several))] for key, several in choices.items()}
    if not options["numb_fparam"]:
        options["default_fparam"] = None
    return options


def pair(kind, number, **changes):
    """Return their fitting net, with random numbers in all arrays, and ours of its dictionary."""
    cls, fixed = CLASSES[kind]
    options = drawn(kind, number) | fixed | changes
    data = cls(ntypes=NTYPES, dim_descrpt=DIM, **options).serialize()
    rng, variables = np.random.default_rng(number), data["@variables"]
    for name, x in variables.items():
        variables[name] = None if x is None else rng.normal(size=x.shape).astype(x.dtype)
    return cls.deserialize(copy.deepcopy(data)), refdp.deserialize(data)


def inputs(made, number):
    """Return `descriptor, rot_mat, types` and conditions, the default for frames every second time."""
    rng = np.random.default_rng(number)
    d, g = rng.normal(size=(2, 6, DIM)), rng.normal(size=(2, 6, 4, 3))
    fparam = rng.normal(size=(2, made.options.numb_fparam)) if made.options.numb_fparam else None
    aparam = rng.normal(size=(2, 6, made.options.numb_aparam)) if made.options.numb_aparam else None
    defaulted = made.default_fparam is not None and number % 2
    return d, g, rng.integers(0, NTYPES, (2, 6)), Conditions(None if defaulted else fparam, aparam)


def called(other, made, number):
    """Return what theirs says."""
    d, g, types, conditions = inputs(made, number)
    out = other(d, types, gr=g, fparam=conditions.fparam, aparam=conditions.aparam)
    (values,) = out.values()
    return np.asarray(values).reshape((2, 6, *made.quantity.shape))


class TestAtomic:
    @pytest.mark.parametrize(("kind", "number"), CASES)
    def test_values(self, kind, number):
        other, made = pair(kind, number)
        expected = called(other, made, number)
        assert_within(made.atomic(*inputs(made, number)), expected, 1e-14 * np.abs(expected).max())

    @pytest.mark.parametrize("precision", ["float64", "float32"])
    @pytest.mark.parametrize("kind", CLASSES)
    def test_theirs_is_within_the_budget(self, kind, precision):
        pytest.importorskip("flint")
        from refdp.namespaces import balls, budgets

        # Their gelu promotes float32.
        other, made = pair(kind, 3, precision=precision, activation_function="tanh", neuron=[5, 10])
        d, g, types, conditions = inputs(made, 3)

        def moved(own, move):
            d_own, g_own, *rest = map_arrays((d, g, *conditions[:2]), move)
            return own.atomic(d_own, g_own, types, Conditions(*rest))

        exact = moved(map_arrays(made, lambda x: balls.to_balls(x, 113)), lambda x: balls.to_balls(x, 113))
        allowed = budgets.radius(moved(made.to(budgets.BudgetNamespace(53)), budgets.to_budgets))
        off = balls.deviation(exact, called(other, made, 3))
        assert np.all(off <= allowed)
        assert np.max(off[allowed > 0] / allowed[allowed > 0]) > 1e-4


class TestDictionaries:
    @pytest.mark.parametrize(("kind", "number"), CASES)
    def test_a_round_trip_changes_nothing(self, kind, number):
        other, made = pair(kind, number)
        data = other.serialize()
        assert differences(refdp.deserialize(data).serialize(), data) == []
        assert differences(made.serialize(), data) == []

    @pytest.mark.parametrize("kind", CLASSES)
    def test_theirs_reads_ours(self, kind):
        other, made = pair(kind, 5)
        again = CLASSES[kind][0].deserialize(made.serialize())
        assert_same_bits(called(again, made, 5), called(other, made, 5))

    @pytest.mark.parametrize("kind", CLASSES)
    def test_the_rest_is_json(self, kind):
        data = pair(kind, 6)[1].serialize()
        del data["nets"], data["@variables"]
        assert json.loads(json.dumps(data)) == data

    @pytest.mark.parametrize("kind", CLASSES)
    def test_every_version_that_they_read(self, kind):
        data = pair(kind, 7)[0].serialize()
        last = data["@version"]
        for version in range(1, last + 1):
            again = refdp.deserialize(data | {"@version": version})
            assert differences(again.serialize(), data) == []
        for version in (0, last + 1):
            with pytest.raises(ValueError, match="ersion"):
                refdp.deserialize(data | {"@version": version})
            with pytest.raises(ValueError, match="ersion"):
                CLASSES[kind][0].deserialize(data | {"@version": version})

    def test_a_property_that_does_not_say_so_tells_no_types_apart(self):
        data = pair("property", 1)[0].serialize()
        del data["distinguish_types"]
        # Theirs takes it out of the dictionary it is given.
        found = CLASSES["property"][0].deserialize(copy.deepcopy(data))
        assert refdp.deserialize(data).options.distinguish_types is found.distinguish_types is False


class TestInitial:
    @pytest.mark.parametrize(("kind", "number"), [case for case in CASES if case[0] != "property"])
    def test_the_same_weights_to_the_bit(self, kind, number):
        cls, fixed = CLASSES[kind]
        drawing = drawn(kind, number) | fixed
        data = cls(ntypes=NTYPES, dim_descrpt=DIM, **drawing).serialize()
        section = {key: x for key, x in drawing.items() if key not in ("mixed_types", "exclude_types")}
        width = section.pop("embedding_width", None)
        own, options = fitting_options(section | {"type": kind})
        made = own.initial(
            options,
            ntypes=NTYPES,
            dim_descrpt=DIM,
            embedding_width=width,
            mixed_types=drawing["mixed_types"],
            exclude_types=drawing["exclude_types"],
        )
        assert differences(made.serialize(), data) == []

    def test_their_property_forgets_its_seed(self):
        # So nothing can be compared there: two nets of one seed are not the same.
        cls, fixed = CLASSES["property"]
        one, other = (cls(ntypes=1, dim_descrpt=3, seed=7, **fixed).serialize() for _ in range(2))
        assert differences(one["nets"], other["nets"]) != []
