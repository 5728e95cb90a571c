"""Shapes, the mask, and how many atoms count."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.losses.quantities import Label, Prediction, Values, count_atoms, masked, named, shaped
from tests.losses.cases import ALL_TERMS, MASKS, NF, case, deepmd_case, energy_loss


class TestLabel:
    def test_of_files(self):
        prediction, label = case()
        wanted = deepmd_case(prediction, label, None)[1]
        flat = {k: v.reshape(NF, -1) for k, v in wanted.items() if not k.startswith("find")}
        loss = energy_loss(**ALL_TERMS, enable_atom_ener_coeff=True)
        found = Label.from_files(flat | {"fparam": np.zeros((NF, 1))})
        assert all(x is not None for x in found)
        assert loss.terms(prediction, found) == loss.terms(prediction, label)
        assert Label.from_files({}) == Label()


class TestNamed:
    def test_what_is_not_there_is_none(self):
        assert named(object(), "forces") is None
        assert named(Values(total=1), "total") == 1


class TestShaped:
    def test_joined_axes(self):
        x = np.arange(12.0)
        for shape in ((2, 6), (2, 2, 3), (2, 6, 1)):
            np.testing.assert_array_equal(shaped(x.reshape(shape), (2, 2, 3), "x"), x.reshape(2, 2, 3))

    @pytest.mark.parametrize("shape", [(12,), (3, 4), (1, 12), (2, 5), (0, 6)])
    def test_other_frames_or_numbers(self, shape):
        with pytest.raises(InputError, match=r"`x`: expected the shape \(2, 2, 3\), axes .* got \("):
            shaped(np.zeros(shape), (2, 2, 3), "x")


class TestCountAtoms:
    @pytest.mark.parametrize(
        "prediction",
        [
            Prediction(np.zeros(2), atom_energy=np.zeros((2, 4))),
            Prediction(np.zeros(2), atom_energy=np.zeros((2, 4, 1))),
            Prediction(forces=np.zeros((2, 4, 3))),
            Prediction(forces=np.zeros((2, 12))),
            Values(atomic=np.zeros((2, 4, 7))),
        ],
    )
    def test_without_a_mask(self, prediction):
        found = count_atoms(prediction, Label())
        assert found == (2, 4, None, 4.0, 0.25)
        assert count_atoms(Prediction(np.zeros(2)), prediction) == found

    def test_by_mask(self, library):
        prediction = Prediction(library.array(np.zeros(3)))
        for dtype in (bool, np.int32, np.float64):
            mask = library.array(MASKS["an empty frame"].astype(dtype))
            found = count_atoms(prediction, Label(), mask)
            assert found[:2] == (3, 5)
            np.testing.assert_array_equal(library.numpy(found.mask), MASKS["an empty frame"])
            np.testing.assert_array_equal(library.numpy(found.count), [5.0, 0.0, 2.0])
            np.testing.assert_array_equal(library.numpy(found.share), [0.2, 0.0, 0.5])

    def test_nothing_says_how_many(self):
        with pytest.raises(InputError, match="`prediction`: expected something of each atom, or a mask"):
            count_atoms(Prediction(np.zeros(2)), Label(np.zeros(2)))

    @pytest.mark.parametrize("shape", [(0, 3, 3), (2, 0, 3)])
    def test_nothing_there(self, shape):
        with pytest.raises(InputError, match="`prediction`: expected at least one frame and one atom"):
            count_atoms(Prediction(forces=np.zeros(shape)), Label())

    @pytest.mark.parametrize("which", ["prediction", "label"])
    def test_dictionaries(self, which):
        given = {"prediction": Prediction(forces=np.zeros((1, 2, 3))), "label": Label()} | {which: {}}
        with pytest.raises(InputError, match=f"`{which}`: expected attributes: `Prediction"):
            count_atoms(**given)


class TestMasked:
    def test_zero_whatever_stood_there(self, library):
        x = np.full((3, 5, 2), np.nan)
        x[MASKS["unequal"]] = 2.0
        atoms = count_atoms(Prediction(library.array(np.zeros(3))), Label(), library.array(MASKS["unequal"]))
        found = library.numpy(masked(library.array(x), atoms))
        np.testing.assert_array_equal(found, 2.0 * np.repeat(MASKS["unequal"][..., None], 2, axis=-1))
