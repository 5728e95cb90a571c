"""Data sets as DeePMD-kit's own loader reads them, and where it accepts what refdp refuses."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.io.dataset import find_systems, write_data
from tests.datasets import TYPES, make, to_hdf5

pytest.importorskip("deepmd")

# Name, numbers of an atom or of a frame, whether they are of atoms.
REQUIREMENTS = [
    ("energy", 1, False),
    ("force", 3, True),
    ("virial", 9, False),
    ("atom_ener", 1, True),
    ("aparam", 2, True),
    ("fparam", 2, False),
    ("atom_dipole", 3, True),
    ("polarizability", 9, False),
    ("drdq", 6, True),
    ("dos", 5, False),
    ("gap", 1, False),
]


def loader(path, **options):
    from deepmd.utils.data import DeepmdData

    data = DeepmdData(str(path), **options)
    for name, ndof, atomic in REQUIREMENTS:
        data.add(name, ndof, atomic=atomic, high_prec=name == "energy")
    data.add("atom_pref", 1, atomic=True, repeat=3)
    return data


def whole(data):
    """Return what the loader of whole sets reads, joined, which is in DeePMD-kit's order of the atoms."""
    sets = [data._load_set(each) for each in data.dirs]
    return {name: np.concatenate([each[name] for each in sets]) for name in sets[0] if np.ndim(sets[0][name])}


def assert_same(theirs, data, order):
    """Compare every array; `order` is that in which DeePMD-kit has the atoms."""
    atomic = {name for name, _, is_atomic in REQUIREMENTS if is_atomic}
    system = data.system()
    assert np.array_equal(theirs["coord"].reshape(system.coords.shape), system.coords[:, order])
    for name, _, _ in REQUIREMENTS:
        ours = data.label(name)
        ours = ours[:, order] if name in atomic else ours
        assert np.array_equal(theirs[name].ravel(), ours.ravel()), name


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path / "sys")


class TestStandard:
    @pytest.mark.parametrize("names", [None, ["O", "H"], ["H", "C", "O"]])
    def test_same_numbers_in_another_order(self, folder, names):
        theirs, data = loader(folder, type_map=names), refdp.open_data(folder, type_map=names)
        types = data.system().types[0]
        order = np.argsort(types, kind="stable")
        arrays = whole(theirs)
        assert np.array_equal(arrays["type"], [types[order]] * 5)
        assert_same(arrays, data, order)
        assert np.array_equal(arrays["box"].ravel(), data.system().cell.ravel())
        # Three times, one for each component.
        assert np.array_equal(arrays["atom_pref"], np.repeat(data.label("atom_pref")[:, order], 3, axis=1))

    def test_in_their_order_of_sets(self, folder):
        (folder / "set.001").rename(folder / "set.10")
        (folder / "set.000").rename(folder / "set.9")
        assert_same(whole(loader(folder, sort_atoms=False)), refdp.open_data(folder), slice(None))

    def test_one_frame_without_an_axis(self, tmp_path):
        folder = make(tmp_path / "one", sets=(1,))
        for name in ("coord", "box", "force"):
            np.save(folder / f"set.000/{name}.npy", np.load(folder / f"set.000/{name}.npy")[0])
        assert_same(whole(loader(folder, sort_atoms=False)), refdp.open_data(folder), slice(None))

    def test_hdf5(self, folder, tmp_path):
        pytest.importorskip("h5py")
        group = to_hdf5(folder, tmp_path / "all.hdf5", "a/b")
        assert_same(whole(loader(group, sort_atoms=False)), refdp.open_data(group), slice(None))

    def test_what_refdp_writes(self, folder, tmp_path):
        data = refdp.open_data(folder)
        write_data(tmp_path / "copy", data.system(), data.frames().labels)
        assert_same(whole(loader(tmp_path / "copy", sort_atoms=False)), data, slice(None))


class TestMixed:
    @pytest.mark.parametrize("names", [["O", "H"], ["H", "C", "O"]])
    def test_types_of_each_frame(self, tmp_path, names):
        def types(nf):
            return np.random.default_rng(nf).integers(-1, 2, size=(nf, 3))

        folder = make(tmp_path / "mixed", real_atom_types=types)
        data = refdp.open_data(folder, type_map=names)
        theirs = whole(loader(folder, type_map=names, sort_atoms=False))
        assert np.array_equal(theirs["type"], data.system().types)
        assert -1 in theirs["type"]
        assert_same(theirs, data, slice(None))

    def test_what_refdp_writes(self, tmp_path):
        coords = np.random.default_rng(0).normal(size=(2, 3, 3))
        system = refdp.System(coords, [[0, 1, -1], [1, 1, 0]], np.eye(3), type_map=["O", "H"])
        labels = {name: np.zeros((2, 3 * ndof if atomic else ndof)) for name, ndof, atomic in REQUIREMENTS}
        write_data(tmp_path / "sys", system, labels)
        theirs = whole(loader(tmp_path / "sys", type_map=["O", "H"], sort_atoms=False))
        assert np.array_equal(theirs["type"], system.types)
        assert np.array_equal(theirs["coord"].ravel(), coords.ravel())


class TestFindSystems:
    def test_the_same_systems(self, tmp_path):
        from deepmd.utils.data_system import process_systems

        for name in ("10", "9", "b", "b/inner", "x/y"):
            make(tmp_path / "all" / name, sets=(1,))
        theirs = process_systems(str(tmp_path / "all"))
        # Theirs come as the file system lists them.
        assert sorted(theirs) == find_systems(tmp_path / "all")


class TestKnownDefects:
    """What DeePMD-kit 3.2.0 does to data; the book says so under "traps"."""

    def test_atom_pref_of_one_frame_is_not_repeated(self, folder):
        data = loader(folder)
        assert data.get_item_torch(0)["atom_pref"].shape == (3, 1)
        assert data._load_set(data.dirs[0])["atom_pref"].shape == (3, 9)

    def test_forces_of_another_number_of_atoms_are_accepted(self, folder):
        np.save(folder / "set.000/force.npy", np.zeros((3, 6)))
        assert loader(folder).get_item_torch(0)["force"].shape == (len(TYPES), 2)
        with pytest.raises(InputError, match=r"set.000/force.npy: expected the shape \(3, 9\)"):
            refdp.open_data(folder)

    def test_energies_of_more_frames_are_accepted(self, folder):
        np.save(folder / "set.000/energy.npy", np.zeros(4))
        assert loader(folder).get_item_torch(2)["energy"].shape == (1,)
        with pytest.raises(InputError, match=r"set.000/energy.npy: expected the shape \(3, 1\)"):
            refdp.open_data(folder)
