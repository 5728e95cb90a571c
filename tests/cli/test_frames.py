"""Frames of SYSTEM, some at a time."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.cli.frames import open_frames
from refdp.errors import InputError
from refdp.io.dataset import Frames, write_chunks, write_data


@pytest.fixture
def folder(tmp_path):
    """Seventy frames of two atoms."""
    system = refdp.System(np.arange(420.0).reshape(70, 2, 3), [0, 1], type_map=["O", "H"])
    labels = {"energy": np.arange(70.0), "gap": np.arange(70.0)[:, None]}
    write_data(tmp_path / "data", system, labels)
    return str(tmp_path / "data")


class TestOpenFrames:
    def test_an_example(self):
        source = open_frames("example:water", (), False, None)
        assert (source.nf, source.kinds, source.pieces, source.names) == (2, {(192, True)}, 1, ("O", "H"))
        (frames,) = source.chunks
        assert np.array_equal(frames.system.coords, refdp.examples.water().coords)

    def test_a_data_set_in_chunks(self, folder):
        source = open_frames(folder, ("energy",), False, None)
        assert (source.nf, source.kinds, source.pieces) == (70, {(2, False)}, 2)
        chunks = list(source.chunks)
        assert [len(chunk) for chunk in chunks] == [64, 6]
        assert [list(chunk.labels) for chunk in chunks] == [["energy"], ["energy"]]
        assert np.array_equal(np.concatenate([chunk.labels["energy"] for chunk in chunks]), np.arange(70.0))

    @pytest.mark.parametrize(("count", "lengths"), [(3, [3]), (64, [64]), (65, [64, 1]), (99, [64, 6])])
    def test_the_first_ones(self, folder, count, lengths):
        source = open_frames(folder, ("energy",), False, count)
        assert source.nf == min(count, 70)
        chunks = list(source.chunks)
        assert [len(chunk) for chunk in chunks] == lengths
        assert np.array_equal(np.concatenate([chunk.index for chunk in chunks]), np.arange(min(count, 70)))

    def test_a_mask_that_is_in_some_sets_only(self, tmp_path):
        masked = refdp.System(np.zeros((1, 2, 3)), [0, 1], mask=[1, 0])
        write_chunks(tmp_path / "data", [Frames(masked)] * 2)
        (tmp_path / "data/set.000001/aparam.npy").unlink()
        with pytest.raises(InputError, match=r"set.000001/aparam.npy: expected a mask"):
            list(open_frames(str(tmp_path / "data"), (), True, None).chunks)

    def test_many_atoms_few_frames(self, tmp_path):
        write_data(tmp_path / "data", refdp.System(np.zeros((4, 6000, 3)), [0] * 6000))
        assert [len(c) for c in open_frames(str(tmp_path / "data"), (), False, None).chunks] == [2, 2]

    def test_a_file_of_ase_in_its_order(self, tmp_path):
        pytest.importorskip("ase")
        import ase.io
        from ase import Atoms

        sizes = [2, 2, 1, 2, 1]
        frames = [
            Atoms("H" * n, np.arange(3.0 * n).reshape(n, 3), info={"k": k}) for k, n in enumerate(sizes)
        ]
        for k, each in enumerate(frames):
            each.positions += k
        ase.io.write(tmp_path / "x.extxyz", frames)
        source = open_frames(str(tmp_path / "x.extxyz"), (), False, 4)
        assert (source.nf, source.kinds) == (4, {(2, False), (1, False)})
        found = [(c.index.tolist(), c.system.coords[0, 0, 0]) for c in source.chunks]
        assert found == [([0, 1], 0.0), ([2], 2.0), ([3], 3.0)]

    def test_nothing_there(self, tmp_path):
        with pytest.raises(InputError, match="`SYSTEM`: expected the folder of a system"):
            open_frames(str(tmp_path / "no"), (), False, None)
        with pytest.raises(InputError, match="`SYSTEM`: expected one of crowded"):
            open_frames("example:watr", (), False, None)
