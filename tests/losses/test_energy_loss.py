"""The energy loss as a whole: which terms count, masks, shapes, golden values."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.losses import EnergyLoss, EnergyLossOptions, Label, Prediction
from tests.helpers import assert_within
from tests.losses.cases import ALL_TERMS, MASKS, NATOMS, NF, case, energy_loss
from tests.masks import BESIDE, ROOT

GOLDEN = sorted((ROOT / "tests" / "data" / "losses").glob("se_a_mask_*.npz"))
GOLDEN += [path for folder in BESIDE for path in sorted((folder / "golden").glob("se_a_mask_*.npz"))]
KEYS = ("e", "f", "v", "ae", "pf", "gf", "h")
NONE = {f"{side}_pref_{key}": 0.0 for side in ("start", "limit") for key in KEYS}


class TestTerms:
    def test_only_those_that_count(self):
        prediction, label = case()
        assert tuple(EnergyLoss(EnergyLossOptions()).terms(prediction, label)) == ("e", "f")
        assert tuple(energy_loss(**ALL_TERMS).terms(prediction, label)) == KEYS
        assert energy_loss(**NONE).terms(prediction, label) == {}

    @pytest.mark.parametrize(
        ("absent", "gone"),
        [
            ("energy", {"e"}),
            ("forces", {"f", "pf", "gf"}),
            ("virial", {"v"}),
            ("atom_energy", {"ae"}),
            ("atom_pref", {"pf"}),
            ("drdq", {"gf"}),
            ("hessian", {"h"}),
            ("atom_ener_coeff", set()),
        ],
    )
    def test_a_missing_label_takes_its_terms_with_it(self, absent, gone):
        prediction, label = case()
        found = energy_loss(**ALL_TERMS).terms(prediction, label._replace(**{absent: None}))
        assert set(KEYS) - set(found) == gone

    @pytest.mark.parametrize("key", KEYS)
    @pytest.mark.parametrize(("start", "limit"), [(1.0, 0.0), (0.0, 1.0)])
    def test_rules(self, key, start, limit):
        section = NONE | {f"start_pref_{key}": start, f"limit_pref_{key}": limit}
        label = case()[1]
        assert energy_loss(**section, numb_generalized_coord=2).counting(label) == (key,)
        both = energy_loss("both", **section, numb_generalized_coord=2).counting(label)
        assert both == (("h",) if key == "h" else ())

    @pytest.mark.parametrize("name", ["energy", "forces", "virial", "atom_energy", "hessian"])
    def test_something_not_predicted(self, name):
        prediction, label = case()
        section = ALL_TERMS | {"start_pref_gf": 0.0, "limit_pref_gf": 0.0}
        with pytest.raises(InputError, match=rf"`prediction.{name}`: expected an array"):
            energy_loss(**section).terms(prediction._replace(**{name: None}), label)

    def test_shapes_of_data_sets(self):
        prediction, label = case()
        flat = label._replace(
            energy=label.energy[:, None],
            forces=label.forces.reshape(NF, -1),
            virial=label.virial.reshape(NF, 9),
            hessian=label.hessian.reshape(NF, -1),
            drdq=label.drdq.reshape(NF, -1),
            atom_pref=np.repeat(label.atom_pref, 3, axis=1),
        )
        loss = energy_loss(**ALL_TERMS)
        assert loss.terms(prediction, flat) == loss.terms(prediction, label)

    @pytest.mark.parametrize("name", ["energy", "forces", "virial", "atom_energy", "hessian", "drdq"])
    def test_wrong_shapes(self, name):
        prediction, label = case()
        wrong = label._replace(**{name: getattr(label, name)[:2]})
        with pytest.raises(InputError, match=rf"`label.{name}`: expected the shape \(3,.*got \(2,"):
            energy_loss(**ALL_TERMS).terms(prediction, wrong)

    def test_the_result_of_an_evaluation_will_do(self):
        prediction, label = case()
        shown = SimpleNamespace(**prediction._asdict(), atom_virial=None)
        loss = energy_loss(**ALL_TERMS)
        assert loss.terms(shown, label) == loss.terms(prediction, label)

    @pytest.mark.parametrize("form", [{}, {"loss_func": "mae", "f_use_norm": True}, {"relative_f": 0.5}])
    def test_what_is_masked_does_not_matter(self, form):
        prediction, label = case()
        mask = MASKS["unequal"]
        loss = energy_loss(**ALL_TERMS, **form)
        dirty = [
            x._replace(forces=x.forces.copy(), atom_energy=x.atom_energy.copy()) for x in (prediction, label)
        ]
        for x in dirty:
            x.forces[~mask], x.atom_energy[~mask] = np.nan, np.inf
        assert loss.terms(*dirty, mask) == loss.terms(prediction, label, mask)

    def test_a_frame_of_a_batch_is_the_frame_alone(self):
        prediction, label = case()
        loss, mask = energy_loss(**ALL_TERMS), np.ones((NF, NATOMS + 2), bool)
        mask[:, NATOMS:] = False
        pad = lambda x: np.pad(x, [(0, 0), (0, 2), *[(0, 0)] * (x.ndim - 2)], constant_values=7.0)  # noqa: E731
        several = ("forces", "atom_energy")
        padded = [
            x._replace(**{k: pad(getattr(x, k)) for k in several}, hessian=None) for x in (prediction, label)
        ]
        padded[1] = padded[1]._replace(atom_pref=pad(label.atom_pref), drdq=pad(label.drdq))
        found, alone = loss.terms(*padded, mask), loss.terms(prediction, label._replace(hessian=None))
        assert list(found) == list(alone)
        for key, value in alone.items():
            assert_within(found[key], value, 2e-15 * value)


class TestCall:
    def test_is_the_weighted_sum(self):
        prediction, label = case()
        loss = energy_loss(**ALL_TERMS)
        terms = loss.terms(prediction, label)
        weights = [0.02 * 0.25 + 0.75, 250.75, 0.225, 0.55, 1.125, 0.625, 1.25]
        expected = sum(w * terms[key] for w, key in zip(weights, KEYS, strict=True))
        assert_within(loss(prediction, label, 2.5e-4, 1e-3), expected, 1e-15 * expected)

    def test_of_nothing_is_zero(self):
        prediction, label = case()
        assert energy_loss(**NONE)(prediction, label, 1.0, 1.0) == 0.0

    @pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
    def test_golden(self, path):
        with np.load(path, allow_pickle=False) as archive:
            data = dict(archive)
        prediction = Prediction(data["energy"], data["force"], atom_energy=data["atom_energy"])
        names = {"energy": "energy", "forces": "force", "atom_energy": "atom_ener"}
        names |= {"atom_pref": "atom_pref", "drdq": "drdq"}
        label = Label(**{ours: data.get(f"label_{theirs}") for ours, theirs in names.items()})
        for name, keys in (
            ("all", ("e", "f", "ae", "pf", "gf")),
            ("pf_only", ("pf",)),
            ("relative", ("e", "f", "pf")),
        ):
            if f"loss_{name}" not in data:
                continue
            prefactors = data.get(f"loss_{name}_prefs", [[1.0, 1.0]])
            section = (
                NONE
                | {"numb_generalized_coord": 2}
                | {"relative_f": data.get(f"loss_{name}_f", np.array(None)).item()}
            )
            for key, (start, limit) in zip(keys, prefactors, strict=True):
                section |= {f"start_pref_{key}": float(start), f"limit_pref_{key}": float(limit)}
            rates = (float(data.get(f"loss_{name}_{rate}", 1.0)) for rate in ("lr", "start_lr"))
            value = float(data[f"loss_{name}"])
            assert_within(energy_loss(**section)(prediction, label, *rates), value, 1e-15 * value)
