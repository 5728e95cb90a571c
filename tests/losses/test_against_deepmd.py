"""The energy loss beside DeePMD-kit's: NumPy and PyTorch, and where these two do not agree."""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest

from refdp.losses import Label
from tests.helpers import assert_within
from tests.losses.cases import ALL_TERMS, MASKS, NATOMS, PLAIN, case, deepmd_case, energy_loss

numpy_loss = pytest.importorskip("deepmd.dpmodel.loss.ener").EnergyLoss

KEYS = ("e", "f", "v", "ae", "pf", "gf", "h")
NONE = {f"{side}_pref_{key}": 0.0 for side in ("start", "limit") for key in KEYS}
BOTH = (False, True)
FORMS = [ALL_TERMS | {"loss_func": "mse"}, ALL_TERMS | {"loss_func": "mae"}, PLAIN | {"use_huber": True}]
FORMS.append(PLAIN | {"use_huber": True, "loss_func": "mae", "huber_delta": 0.3})
SECTIONS = [
    form | {"relative_f": relative, "enable_atom_ener_coeff": c, "f_use_norm": n, "intensive_ener_virial": i}
    | ({"huber_delta": [0.3, 0.5, 0.2]} if c else {})
    for form, relative, c, n, i in itertools.product(FORMS, (None, 0.5), BOTH, BOTH, BOTH)
    if not (n and form.get("loss_func") == "mse") and not (relative and "use_huber" in form)
]  # fmt: skip


def theirs(section, prediction, label, mask, lr=3e-4):
    return float(numpy_loss(1e-3, **section).call(lr, NATOMS, *deepmd_case(prediction, label, mask))[0])


def ours(section, prediction, label, mask, lr=3e-4, rule="either"):
    return float(energy_loss(rule, **section)(prediction, label, lr, 1e-3, mask))


class TestNumPy:
    @pytest.mark.parametrize("mask", MASKS)
    def test_every_form(self, mask):
        assert len(SECTIONS) == 40
        for seed, section in enumerate(SECTIONS):
            prediction, label = case(seed)
            for lr in (1e-3, 3e-4, 1e-8):
                expected = theirs(section, prediction, label, MASKS[mask], lr)
                found = ours(section, prediction, label, MASKS[mask], lr)
                assert_within(found, expected, 2e-15 * expected)

    def test_missing_labels(self):
        rng = np.random.default_rng(0)
        for _ in range(60):
            prediction, label = case(0)
            kept = {k: v for k, v in label._asdict().items() if k == "atom_ener_coeff" or rng.integers(2)}
            for section in (ALL_TERMS, ALL_TERMS | {"use_default_pf": True}):
                expected = theirs(section, prediction, Label(**kept), None)
                found = ours(section, prediction, Label(**kept), None)
                assert_within(found, expected, 2e-15 * expected)

    @pytest.mark.parametrize("key", KEYS)
    def test_terms_with_one_prefactor_count(self, key):
        prediction, label = case()
        for side in ("start", "limit"):
            section = NONE | {f"{side}_pref_{key}": 1.0, "numb_generalized_coord": 2}
            expected = theirs(section, prediction, label, None)
            assert expected > 0.0
            assert_within(ours(section, prediction, label, None), expected, 1e-15 * expected)

    @pytest.mark.parametrize(
        "section",
        [
            {"use_huber": True, "start_pref_pf": 1.0},
            {"use_huber": True, "limit_pref_h": 1.0},
            {"use_huber": True, "relative_f": 1.0},
            {"use_huber": True, "loss_func": "mae", "relative_f": 1.0},
            {"f_use_norm": True},
            {"start_pref_gf": 1.0},
            {"loss_func": "rmse"},
        ],
    )
    def test_both_refuse(self, section):
        with pytest.raises((RuntimeError, ValueError)):
            numpy_loss(1e-3, **section)
        with pytest.raises(ValueError, match="`"):
            energy_loss(**section)


@pytest.fixture(scope="module")
def torch_loss():
    """DeePMD-kit's loss in PyTorch, as a function like `theirs`."""
    torch = pytest.importorskip("torch")
    os.environ.setdefault("DEVICE", "cpu")
    from parity.backends.deepmd_pytorch import prepare

    prepare()
    from deepmd.pt.loss import EnergyHessianStdLoss, EnergyStdLoss

    def tensors(x):
        return {k: torch.as_tensor(np.array(v)) if isinstance(v, np.ndarray) else v for k, v in x.items()}

    def evaluate(section, prediction, label, mask, lr=3e-4):
        given, wanted = map(tensors, deepmd_case(prediction, label, mask))
        if mask is not None:
            given["mask"] = torch.as_tensor(mask)
        cls = EnergyHessianStdLoss if "start_pref_h" in section else EnergyStdLoss
        defaults = {"start_pref_e": 0.02, "limit_pref_e": 1.0, "start_pref_f": 1000.0, "limit_pref_f": 1.0}
        made = cls(1e-3, **(defaults | section))
        return float(made({}, lambda **_: given, wanted, NATOMS, lr)[1])

    return evaluate


class TestPyTorch:
    @pytest.mark.parametrize("mask", ["all", "unequal"])
    def test_every_form(self, torch_loss, mask):
        chosen = None if MASKS[mask] is None else MASKS[mask].astype(float)
        for seed, section in enumerate(SECTIONS):
            prediction, label = case(seed)
            expected = torch_loss(section, prediction, label, chosen)
            assert_within(ours(section, prediction, label, MASKS[mask]), expected, 2e-15 * expected)

    @pytest.mark.parametrize("key", KEYS)
    def test_terms_need_both_prefactors_save_for_the_hessian(self, torch_loss, key):
        prediction, label = case()
        for side in ("start", "limit"):
            section = NONE | {f"{side}_pref_{key}": 1.0, "numb_generalized_coord": 2}
            expected = torch_loss(section, prediction, label, None)
            assert (expected > 0.0) == (key == "h")
            found = ours(section, prediction, label, None, rule="both")
            assert_within(found, expected, 1e-15 * expected)

    def test_known_integer_masks_round_to_float32(self, torch_loss):
        prediction, label = case()
        exact = ours({}, prediction, label, MASKS["unequal"])
        found = torch_loss({}, prediction, label, MASKS["unequal"].astype(np.int32), lr=1e-8)
        exact = ours({}, prediction, label, MASKS["unequal"], lr=1e-8)
        assert 1e-10 < abs(found / exact - 1) < 1e-6

    def test_known_a_frame_without_atoms_makes_it_infinite(self, torch_loss):
        prediction, label = case()
        mask = MASKS["an empty frame"]
        assert torch_loss({}, prediction, label, mask.astype(float)) == np.inf
        assert np.isfinite(theirs({}, prediction, label, mask))
