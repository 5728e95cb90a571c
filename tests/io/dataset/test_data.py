"""Tests of refdp.io.dataset.data: systems opened, read in parts, and gone through."""

from __future__ import annotations

import tracemalloc
from dataclasses import FrozenInstanceError
from itertools import pairwise

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from tests.datasets import REAL, TYPES, arrays, make


def joined(name, sets=(3, 2)):
    return np.concatenate([arrays(nf, k)[name] for k, nf in enumerate(sets)])


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path / "sys")


@pytest.fixture
def data(folder):
    return refdp.open_data(folder)


@pytest.fixture
def mixed(tmp_path):
    def types(nf):
        return np.random.default_rng(nf).integers(-1, 2, size=(nf, 3))

    return make(tmp_path / "mixed", real_atom_types=types)


class TestFacts:
    def test_what_is_there(self, data):
        assert (len(data), data.nf, data.natoms) == (5, 5, 3)
        assert (data.periodic, data.mixed, data.type_map) == (True, False, ("O", "H"))
        assert data.types.tolist() == list(TYPES)
        assert [each.nf for each in data.sets] == [3, 2]

    def test_labels_are_sorted_and_by_one_name(self, data):
        assert data.labels == tuple(sorted(data.labels))
        assert "atom_dipole" in data.labels
        assert not {"coord", "box", "atomic_dipole"} & set(data.labels)

    def test_is_frozen(self, data):
        with pytest.raises(FrozenInstanceError):
            data.name = "other"
        with pytest.raises(ValueError, match="read-only"):
            data.types[0] = 1

    def test_repr(self, data):
        assert repr(data).endswith(
            "sys: nf=5, natoms=3, cell=periodic, labels: " + ", ".join(data.labels) + ")"
        )


class TestSystem:
    def test_all_frames(self, data):
        system = data.system()
        assert np.array_equal(system.coords.reshape(5, 9), joined("coord"))
        assert np.array_equal(system.cell.reshape(5, 9), joined("box"))
        assert system.types.tolist() == [list(TYPES)] * 5
        assert system.type_map == ("O", "H")

    @pytest.mark.parametrize(
        "frames",
        [
            slice(0, 2),
            slice(2, 4),
            slice(3, 5),
            slice(None, None, 2),
            slice(1, None, 3),
            slice(4, 4),
            slice(-2, None),
        ],
    )
    def test_slices_across_sets(self, data, frames):
        assert np.array_equal(data.system(frames).coords.reshape(-1, 9), joined("coord")[frames])
        assert np.array_equal(data.system(frames).cell.reshape(-1, 9), joined("box")[frames])

    @pytest.mark.parametrize("frame", [0, 3, -1, -5])
    def test_one_frame(self, data, frame):
        assert np.array_equal(data.system(frame).coords.reshape(9), joined("coord")[frame])

    @pytest.mark.parametrize("frame", [5, -6])
    def test_no_such_frame(self, data, frame):
        with pytest.raises(InputError, match=f"`frames`: expected a frame number below nf = 5, got {frame}"):
            data.system(frame)

    @pytest.mark.parametrize("step", [-1, 0])
    def test_no_step_backwards(self, data, step):
        with pytest.raises(InputError, match="`frames`: expected a slice with a positive step"):
            data.system(slice(None, None, step))

    @pytest.mark.parametrize("frames", [1.5, "1", None, [0, 1], True, np.float64(1.0)])
    def test_no_number_of_a_frame(self, data, frames):
        with pytest.raises(InputError, match="`frames`: expected a frame number below nf = 5, got"):
            data.frames(frames)

    @pytest.mark.parametrize("frames", [slice(0, 1.5), slice("a", None), slice(None, None, 0.5)])
    def test_no_slice_of_numbers(self, data, frames):
        with pytest.raises(InputError, match="`frames`: expected a slice with a positive step, got slice"):
            data.system(frames)

    def test_a_number_of_numpy(self, data):
        assert data.frames(np.int32(-1)).index.tolist() == [4]

    def test_types_by_name(self, folder):
        system = refdp.open_data(folder, type_map=["H", "Si", "O"]).system(0)
        assert system.types.tolist() == [[0, 2, 0]]
        assert system.type_map == ("H", "Si", "O")

    def test_a_name_that_is_missing(self, folder):
        with pytest.raises(InputError, match=r"sys: `type_map`: expected species among O, got \['H'\]"):
            refdp.open_data(folder, type_map=["O"]).system()

    def test_numbers_stay_without_names(self, tmp_path):
        system = refdp.open_data(make(tmp_path / "x", names=None), type_map=["H", "O"]).system(0)
        assert system.types.tolist() == [list(TYPES)]

    def test_a_cell_of_a_later_frame(self, folder):
        box = np.load(folder / "set.001/box.npy")
        box[1, 3:] = box[1, [0, 1, 2, 0, 1, 2]]
        np.save(folder / "set.001/box.npy", box)
        data = refdp.open_data(folder)
        assert data.system(slice(0, 4)).nf == 4
        with pytest.raises(InputError, match=r"sys, frames from 3: `cell`: expected vectors .* in frame 1"):
            data.system(slice(3, None))

    def test_places_of_bad_numbers_count_from_the_start_of_the_file(self, folder):
        coord = np.load(folder / "set.001/coord.npy")
        coord[1, 4] = np.inf
        np.save(folder / "set.001/coord.npy", coord)
        with pytest.raises(InputError, match=r"set.001/coord.npy: .* got inf in frame 1, atom 1"):
            refdp.open_data(folder).system(slice(4, None))

    def test_mask(self, tmp_path):
        make(tmp_path / "m", aparam=lambda nf: np.asarray([[1, 0, 1]] * nf))
        assert refdp.open_data(tmp_path / "m", aparam_as_mask=True).system(4).mask.tolist() == [
            [True, False, True]
        ]
        assert refdp.open_data(tmp_path / "m").system(4).mask.all()

    def test_a_mask_is_one_number_an_atom(self, folder):
        with pytest.raises(InputError, match=r"aparam.npy: expected the shape \(nf, 3\), one number an atom"):
            refdp.open_data(folder, aparam_as_mask=True).system()


class TestMixed:
    def test_types_of_each_frame(self, mixed):
        data = refdp.open_data(mixed)
        assert data.mixed
        expected = np.concatenate([np.load(mixed / f"set.{k:03d}/real_atom_types.npy") for k in (0, 1)])
        assert np.array_equal(data.system().types, expected)
        assert "real_atom_types" not in data.labels

    def test_by_name_and_virtual_atoms_stay(self, mixed):
        types = refdp.open_data(mixed).system().types
        assert -1 in types
        turned = refdp.open_data(mixed, type_map=["H", "O"]).system().types
        assert np.array_equal(turned, np.where(types < 0, -1, 1 - types))

    @pytest.mark.parametrize("kept", ["set.000", "set.001"])
    def test_in_all_sets_or_none(self, mixed, kept):
        other = {"set.000": "set.001", "set.001": "set.000"}[kept]
        (mixed / other / "real_atom_types.npy").unlink()
        with pytest.raises(InputError, match=rf"{other}/real_atom_types.npy: .* as .*{kept} has them"):
            refdp.open_data(mixed)

    def test_names_are_needed(self, mixed):
        (mixed / "type_map.raw").unlink()
        with pytest.raises(InputError, match=r"type_map.raw: expected names of the types"):
            refdp.open_data(mixed)
        assert refdp.open_data(mixed, type_map=["O", "H"]).system().nf == 5

    @pytest.mark.parametrize(
        ("types", "words"),
        [(np.zeros((3, 3)), "integers"), (np.full((3, 3), 2**63, np.uint64), "numbers up to")],
    )
    def test_types_are_small_integers(self, mixed, types, words):
        np.save(mixed / "set.000/real_atom_types.npy", types)
        with pytest.raises(InputError, match=f"real_atom_types.npy: expected .*{words}"):
            refdp.open_data(mixed).system()

    def test_more_types_than_names(self, mixed):
        np.save(mixed / "set.000/real_atom_types.npy", np.full((3, 3), 2))
        with pytest.raises(InputError, match="mixed: `types`: expected types below 2"):
            refdp.open_data(mixed).system()


class TestLabel:
    @pytest.mark.parametrize(
        ("name", "shape"),
        [
            ("energy", ()),
            ("force", (3, 3)),
            ("virial", (3, 3)),
            ("atom_ener", (3,)),
            ("atom_pref", (3,)),
            ("atom_ener_coeff", (3,)),
            ("hessian", (3, 3, 3, 3)),
            ("fparam", (2,)),
            ("aparam", (3, 2)),
            ("drdq", (3, 3, 2)),
            ("dipole", (3,)),
            ("polarizability", (3, 3)),
            ("atomic_dipole", (3, 3)),
            ("dos", (5,)),
            ("gap", (1,)),
            ("numb_copy", ()),
        ],
    )
    def test_numbers_and_shape(self, data, name, shape):
        values = data.label(name)
        assert values.shape == (5, *shape)
        assert values.dtype == (np.int64 if name == "numb_copy" else np.float64)
        assert np.array_equal(values, joined(name).reshape(5, *shape))
        assert np.array_equal(data.label(name, slice(1, 4, 2)), values[1:4:2])

    def test_float32_files(self, folder):
        energy = np.load(folder / "set.000/energy.npy").astype(np.float32)
        np.save(folder / "set.000/energy.npy", energy)
        values = refdp.open_data(folder).label("energy", slice(0, 3))
        assert values.dtype == np.float64
        assert np.array_equal(values, energy.astype(np.float64))

    def test_find(self, folder):
        assert refdp.open_data(folder).find("atomic_dipole")
        (folder / "set.001/energy.npy").unlink()
        data = refdp.open_data(folder)
        assert not data.find("energy")
        assert data.label("energy", slice(0, 3)).shape == (3,)
        with pytest.raises(
            InputError, match=r"set.001: expected the label `energy`, got aparam, atom_dipole"
        ):
            data.label("energy")

    def test_not_finite(self, folder):
        force = np.load(folder / "set.000/force.npy")
        force[2, 5] = np.nan
        np.save(folder / "set.000/force.npy", force)
        data = refdp.open_data(folder)
        with pytest.raises(
            InputError, match=r"force.npy: expected finite numbers, got nan in frame 2, atom 1"
        ):
            data.label("force", slice(1, None))
        # Who does not want the forces is not kept from the rest.
        assert [len(chunk) for chunk in data.chunks(labels=["energy"])] == [5]


class TestChunks:
    @pytest.mark.parametrize(("frames", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (3, [3, 2]), (64, [5])])
    def test_all_frames_in_order(self, data, frames, sizes):
        chunks = list(data.chunks(frames))
        assert [len(chunk) for chunk in chunks] == sizes
        assert np.concatenate([chunk.index for chunk in chunks]).tolist() == list(range(5))
        for name in ("force", "energy", "gap"):
            together = np.concatenate([chunk.labels[name] for chunk in chunks])
            assert np.array_equal(together, data.label(name))
        assert np.array_equal(np.concatenate([c.system.coords for c in chunks]), data.system().coords)

    def test_end_where_the_labels_change(self, folder):
        (folder / "set.000/virial.npy").unlink()
        chunks = list(refdp.open_data(folder).chunks(2))
        assert [(len(chunk), chunk.find("virial")) for chunk in chunks] == [(2, False), (1, False), (2, True)]

    def test_only_some_labels(self, data):
        chunk = next(data.chunks(labels=["atomic_dipole", "energy", "nothing"]))
        assert sorted(chunk.labels) == ["atom_dipole", "energy"]

    @pytest.mark.parametrize("frames", [0, -1, 1.5, True])
    def test_how_many_is_checked_at_once(self, data, frames):
        with pytest.raises(InputError, match="`frames`: expected a whole number of 1 or more"):
            data.chunks(frames)

    def test_one_label_by_name(self, data):
        assert list(data.frames(labels="energy").labels) == ["energy"]
        assert list(data.frames(labels="atomic_dipole").labels) == ["atom_dipole"]
        assert [list(chunk.labels) for chunk in data.chunks(3, "energy")] == [["energy"]] * 2

    def test_two_gigabytes_pass_through_a_few_megabytes(self, tmp_path):
        folder = tmp_path / "large"
        (folder / "set.000").mkdir(parents=True)
        (folder / "nopbc").touch()
        natoms, nf = 1000, 90_000
        (folder / "type.raw").write_text("0\n" * natoms)
        for name, width in (("coord", 3 * natoms), ("energy", 1)):
            with (folder / f"set.000/{name}.npy").open("wb") as file:
                head = {"descr": "<f8", "fortran_order": False, "shape": (nf, width)}
                np.lib.format.write_array_header_1_0(file, head)
                # A hole: two gigabytes to whoever reads, and next to nothing on the disk.
                file.truncate(file.tell() + 8 * nf * width)
        assert (folder / "set.000/coord.npy").stat().st_size > 2e9
        tracemalloc.start()
        try:
            data = refdp.open_data(folder)
            opened = tracemalloc.get_traced_memory()[1]
            chunks = data.chunks(frames=64)
            total = sum(len(chunk) for chunk, _ in zip(chunks, range(30), strict=False))
            last = data.frames(slice(nf - 64, None))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert (data.nf, total, last.index[-1]) == (nf, 30 * 64, nf - 1)
        assert opened < 2e6
        assert peak < 30e6


@pytest.mark.skipif(not REAL, reason="the data are not part of the repository")
class TestReal:
    def test_water(self):
        data = refdp.open_data(next(path for path in REAL if path.name == "data_1"))
        assert (data.nf, data.natoms, data.labels) == (160, 192, ("energy", "force"))
        raw = np.concatenate([np.load(f"{each.name}/energy.npy") for each in data.sets])
        chunks = list(data.chunks())
        assert [len(chunk) for chunk in chunks] == [64, 64, 32]
        assert np.array_equal(np.concatenate([chunk.labels["energy"] for chunk in chunks]), raw)
        force = np.load(f"{data.sets[1].name}/force.npy")
        assert np.array_equal(data.label("force", 83), force[3:4].reshape(1, 192, 3))
        assert all(a.index[-1] + 1 == b.index[0] for a, b in pairwise(chunks))

    def test_zinc_protein(self):
        data = refdp.open_data(next(p for p in REAL if p.name == "train_data_dp_mask"), aparam_as_mask=True)
        assert data.labels == ("aparam", "atom_pref", "energy", "force")
        system = data.system()
        assert not system.periodic
        assert np.array_equal(system.mask, data.label("aparam")[..., 0] == 1)
