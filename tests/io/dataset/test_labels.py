"""Tests of refdp.io.dataset.labels."""

from __future__ import annotations

import pytest

from refdp.io.dataset.labels import canonical, fixed_shape, frame_shape


class TestCanonical:
    def test_two_spellings_of_atomic_quantities(self):
        names = ("atomic_dipole", "atom_dipole", "energy", "my_atomic_thing")
        assert [canonical(name) for name in names] == [
            "atom_dipole",
            "atom_dipole",
            "energy",
            "my_atomic_thing",
        ]


class TestFixedShape:
    @pytest.mark.parametrize(
        ("name", "shape"),
        [
            ("energy", ()),
            ("force", (4, 3)),
            ("virial", (3, 3)),
            ("atom_dipole", (4, 3)),
            ("hessian", (4, 3, 4, 3)),
        ],
    )
    def test_by_name_alone(self, name, shape):
        assert fixed_shape(name, 4) == shape

    @pytest.mark.parametrize("name", ["fparam", "aparam", "drdq", "dos", "gap"])
    def test_others_depend_on_the_file(self, name):
        assert fixed_shape(name, 4) is None


class TestFrameShape:
    @pytest.mark.parametrize(
        ("name", "width", "shape"),
        [
            ("coord", 12, (4, 3)),
            ("coord", 13, None),
            ("energy", 1, ()),
            ("energy", 2, None),
            ("virial", 9, (3, 3)),
            ("virial", 6, None),
            ("hessian", 144, (4, 3, 4, 3)),
            ("aparam", 8, (4, 2)),
            ("aparam", 0, (4, 0)),
            ("aparam", 6, None),
            ("drdq", 24, (4, 3, 2)),
            ("drdq", 30, None),
            ("gap", 7, (7,)),
            ("atom_dos", 20, (4, 5)),
            ("atom_gap", 4, (4, 1)),
            ("atom_gap", 7, (7,)),
            ("atom_dipole", 12, (4, 3)),
            ("atom_polarizability", 36, (4, 3, 3)),
        ],
    )
    def test_of_four_atoms(self, name, width, shape):
        assert frame_shape(name, 4, width) == shape

    def test_selected_atoms_are_at_most_all(self):
        assert frame_shape("atom_dipole", 4, 6) == (2, 3)
        assert frame_shape("atom_dipole", 4, 15) is None
        assert frame_shape("atom_dipole", 4, 7) is None

    def test_without_atoms(self):
        assert frame_shape("coord", 0, 0) == (0, 3)
        assert frame_shape("aparam", 0, 0) == (0, 0)
        assert frame_shape("atom_dos", 0, 5) == (5,)
        assert frame_shape("force", 0, 3) is None
