"""Tests of refdp.io.ase_files."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.io.ase_files import read, read_system
from tests.helpers import assert_within

ase = pytest.importorskip("ase")
pytest.importorskip("ase.io")
from ase.build import bulk  # noqa: E402
from ase.calculators.singlepoint import SinglePointCalculator  # noqa: E402


def salt(k=0):
    atoms = bulk("NaCl", "rocksalt", a=5.6)
    atoms.positions[1] += 0.01 * k
    return atoms


@pytest.fixture
def xyz(tmp_path):
    frames = [salt(k) for k in range(4)]
    for k, atoms in enumerate(frames):
        atoms.calc = SinglePointCalculator(atoms, energy=-1.0 * k, forces=np.full((2, 3), k))
    ase.io.write(tmp_path / "salt.extxyz", frames)
    return tmp_path / "salt.extxyz"


class TestRead:
    def test_a_stress_without_a_cell(self, tmp_path):
        header = 'Properties=species:S:1:pos:R:3 energy=1.0 stress="1 0 0 0 1 0 0 0 1" pbc="F F F"'
        (tmp_path / "x.extxyz").write_text(f"1\n{header}\nO 0 0 0\n")
        with pytest.raises(InputError, match=r"x.extxyz: `stress`: expected a cell, .* frame 0 without one"):
            read(tmp_path / "x.extxyz")

    def test_frames_and_labels(self, xyz):
        (frames,) = read(xyz)
        assert repr(frames.system) == "System(nf=4, natoms=2, cell=periodic, Na: 1, Cl: 1)"
        assert frames.labels["energy"].tolist() == [0.0, -1.0, -2.0, -3.0]
        assert frames.labels["force"][3].tolist() == [[3.0] * 3] * 2

    @pytest.mark.parametrize(("index", "energy"), [(-1, [-3.0]), ("::2", [0.0, -2.0]), ("1:3", [-1.0, -2.0])])
    def test_some_frames(self, xyz, index, energy):
        assert read(xyz, index)[0].labels["energy"].tolist() == energy

    @pytest.mark.parametrize("name", ["POSCAR", "salt.cif", "salt.xsf", "salt.traj", "salt@1.extxyz"])
    def test_other_formats(self, tmp_path, name):
        path = tmp_path / name
        ase.io.write(tmp_path / name.replace("@", "-"), salt())
        (tmp_path / name.replace("@", "-")).rename(path)
        (frames,) = read(path, type_map=["Cl", "Na"])
        assert frames.system.types.tolist() == [[1, 0]]
        assert_within(np.linalg.det(frames.system.cell[0]), 5.6**3 / 4, 1e-4)

    def test_a_format_that_is_given(self, tmp_path):
        ase.io.write(tmp_path / "data", salt(), format="vasp")
        assert read(tmp_path / "data", format="vasp")[0].system.natoms == 2

    @pytest.mark.parametrize("content", [b"", b"x", b"3\n\nO 0 0\n", b"\x00\xff" * 100])
    @pytest.mark.parametrize("form", [None, "extxyz", "vasp", "cif", "traj", "nonsense"])
    def test_a_broken_file(self, tmp_path, content, form):
        (tmp_path / "bad.xyz").write_bytes(content)
        with pytest.raises(InputError, match=r"bad.xyz: expected (a file that ASE can read|frames at index)"):
            read(tmp_path / "bad.xyz", format=form)

    @pytest.mark.parametrize("name", ["none.xyz", ".", "postgresql://somewhere/x"])
    def test_no_file(self, tmp_path, monkeypatch, name):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(InputError, match="`path`: expected a file that ASE can read"):
            read(name)

    def test_problems_name_the_file(self, tmp_path):
        slab = salt()
        slab.pbc = [True, True, False]
        ase.io.write(tmp_path / "slab.extxyz", slab)
        with pytest.raises(InputError, match=r"slab.extxyz: `pbc`: .* periodic along a, b only"):
            read(tmp_path / "slab.extxyz")


class TestReadSystem:
    def test_labels_that_differ_do_not_matter(self, tmp_path):
        frames = [salt(k) for k in range(3)]
        frames[1].calc = SinglePointCalculator(frames[1], energy=1.0)
        ase.io.write(tmp_path / "x.traj", frames)
        system = read_system(tmp_path / "x.traj")
        assert_within(system.coords, np.asarray([each.positions for each in frames]), 1e-12)
        assert system.cell.shape == (3, 3, 3)

    def test_frames_that_differ_in_size(self, tmp_path):
        ase.io.write(
            tmp_path / "x.extxyz", [salt(), ase.Atoms("H2", [[0, 0, 0], [0, 0, 1]]), salt() * (2, 1, 1)]
        )
        words = "one number of atoms.* an index chooses .* got frames of 2, 2 periodic, 4 periodic"
        with pytest.raises(InputError, match=words):
            read_system(tmp_path / "x.extxyz")
        assert read_system(tmp_path / "x.extxyz", "2").natoms == 4

    def test_is_described(self, xyz):
        d = refdp.from_config(
            {"type": "se_e2_r", "rcut": 4.0, "rcut_smth": 1.0, "sel": [20, 20], "neuron": [2]}
        )
        assert refdp.describe(d, read_system(xyz, ":2")).shape == (2, 2, 2)
