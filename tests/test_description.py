"""Descriptors of whole systems: threads change no bit, blocks stay within the budget."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.description import describe
from refdp.errors import InputError, SelOverflowWarning
from refdp.trace import record
from tests.helpers import (
    assert_same_bits,
    assert_within,
    call_arguments,
    cluster,
    descriptor,
)

NAMES = ["se_e2_a", "se_e2_r"]
CELL = np.array([[5.0, 0, 0], [1.0, 5.5, 0], [-0.5, 1.5, 6.0]])


def periodic(natoms=8, seed=2, nf=2):
    s = cluster(natoms, seed, nf)
    return refdp.System(s.coords, s.types, CELL)


def roomy(name, **options):
    return descriptor(name, **{"sel": [40, 40], "neuron": [4, 8], **options})


def near(d, system, out, **options):
    """Assert that rows are within the budget of `call`, for real atoms, and zero for virtual ones."""
    arguments = call_arguments(d, system)
    exact, allowed = d.call(*arguments).descriptor, budget(d, *arguments).descriptor
    real = (system.atype >= 0)[..., None]
    # Both sides round: each has the budget.
    assert_within(out, np.where(real, exact, 0.0), np.where(real, 2.0 * allowed, 0.0))


@pytest.mark.parametrize("name", NAMES)
class TestDescribe:
    @pytest.mark.parametrize("system", [cluster(8, 4, 2), periodic()], ids=["open", "periodic"])
    @pytest.mark.parametrize("one_side", [True, False])
    def test_equals_call_on_extended_coordinates(self, name, system, one_side):
        options = {"type_one_side": one_side} if name == "se_e2_a" else {}
        d = roomy(name, exclude_types=[[0, 1]], env_protection=0.1, **options)
        near(d, system, describe(d, system))

    @pytest.mark.parametrize("threads", [2, 3, 5, None])
    def test_threads_change_no_bit(self, name, threads):
        d, system = roomy(name), periodic(20, nf=3)
        one = describe(d, system, threads=1, block=3)
        for _ in range(3):
            assert_same_bits(describe(d, system, threads=threads, block=3), one)

    @pytest.mark.parametrize("block", [1, 2, 7, 10**6])
    def test_blocks_stay_within_the_budget(self, name, block):
        d, system = roomy(name), periodic()
        near(d, system, describe(d, system, block=block))

    def test_virtual_atoms_are_zero_and_change_nothing(self, name):
        d, with_ghosts = roomy(name), cluster(8, 4, 2)
        masked = refdp.System(with_ghosts.coords, with_ghosts.types, mask=[1, 0, 1, 1, 1, 0, 1, 1])
        keep = masked.atype[0] >= 0
        without = refdp.System(masked.coords[:, keep], masked.types[:, keep])
        out = describe(d, masked)
        np.testing.assert_array_equal(out[:, ~keep], 0.0)
        assert_within(
            out[:, keep], describe(d, without), 2 * budget(d, *call_arguments(d, without)).descriptor
        )

    def test_frames_do_not_see_each_other(self, name):
        d, system = roomy(name), periodic(nf=3)
        together = describe(d, system)
        for f in range(3):
            assert_same_bits(together[f : f + 1], describe(d, system.frame(f)))

    @pytest.mark.parametrize(("nf", "natoms"), [(0, 3), (2, 0), (0, 0)])
    @pytest.mark.parametrize("cell", [None, np.eye(3)], ids=["open", "periodic"])
    def test_nothing_to_describe(self, name, nf, natoms, cell):
        cell = None if cell is None else np.broadcast_to(cell, (nf, 3, 3))
        system = refdp.System(np.zeros((nf, natoms, 3)), np.zeros((nf, natoms), int), cell)
        d = roomy(name)
        assert describe(d, system).shape == (nf, natoms, d.dim_out)
        with record():
            assert describe(d, system).shape == (nf, natoms, d.dim_out)

    def test_all_virtual(self, name):
        d = roomy(name)
        np.testing.assert_array_equal(
            describe(d, refdp.System(np.zeros((2, 3)), [-1, -1])), np.zeros((1, 2, d.dim_out))
        )

    def test_one_atom(self, name):
        d, alone = roomy(name), refdp.System([[1.0, 2.0, 3.0]], [1])
        near(d, alone, describe(d, alone))

    def test_a_listener_gets_every_step_once_and_the_same_numbers(self, name):
        d, system = roomy(name), periodic()
        with record() as trace:
            out = describe(d, system, block=2)
        assert trace.names == ["r", "w", "R", "E", "G", "A", "D"]
        assert trace.value("E").shape[:3] == (2, 8, 80)
        near(d, system, out)

    def test_float32_is_computed_in_float32(self, name):
        d, system = roomy(name, precision="float32"), periodic()
        out = describe(d, system)
        assert out.dtype == np.float64
        assert_same_bits(out, out.astype(np.float32).astype(np.float64))
        exact = describe(roomy(name), system)
        assert_within(out, exact, 512 * np.finfo(np.float32).eps * np.abs(exact).max())
        assert np.abs(out - exact).max() > 1e-9 * np.abs(exact).max()

    def test_a_descriptor_of_another_library_is_moved_here(self, name, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        d, system = roomy(name), periodic()
        assert_same_bits(describe(d.to(library.namespace), system), describe(d, system))

    def test_touches_nothing(self, name):
        d, system = roomy(name), periodic()
        before = d.serialize(), system.coords.copy()
        describe(d, system)
        assert_same_bits(d.davg, before[0]["@variables"]["davg"])
        assert_same_bits(system.coords, before[1])

    def test_coincident_atoms_are_named(self, name):
        d = roomy(name)
        coords = np.arange(15.0).reshape(5, 3)
        coords[4] = coords[1]
        frames = np.stack([np.arange(15.0).reshape(5, 3), coords])
        for listen in (contextlib.nullcontext, record):
            with (
                listen(),
                pytest.raises(
                    InputError, match=r"`coords`: .* atoms 1 and 4 of frame 1 at one; a positive `env_"
                ),
            ):
                describe(d, refdp.System(frames, [0, 1, 0, 0, 1]), block=1, threads=2)

    def test_coincident_atoms_with_protection_are_described(self, name):
        d = roomy(name, env_protection=0.5)
        system = refdp.System(np.zeros((2, 3)), [0, 1])
        near(d, system, describe(d, system))

    def test_a_virtual_atom_may_be_anywhere(self, name):
        d = roomy(name)
        assert np.isfinite(describe(d, refdp.System(np.zeros((2, 3)), [0, -1]))).all()

    def test_overflow_is_counted(self, name):
        d = descriptor(name, sel=[1, 1])
        with pytest.warns(SelOverflowWarning, match=r"`sel` \[1, 1\] is too small"):
            describe(d, periodic())

    @pytest.mark.parametrize(
        ("option", "value"),
        [("threads", 0), ("threads", 1.5), ("threads", True), ("block", 0), ("block", "8"), ("block", -1)],
    )
    @pytest.mark.parametrize("listen", [contextlib.nullcontext, record])
    def test_impossible_options(self, name, option, value, listen):
        with (
            listen(),
            pytest.raises(
                InputError, match=f"`{option}`: expected a whole number of 1 or more.*got {value!r}"
            ),
        ):
            describe(roomy(name), periodic(), **{option: value})

    def test_progress_is_shown_when_asked_for_and_changes_no_bit(self, name, capsys):
        d, system = roomy(name), periodic()
        assert_same_bits(describe(d, system, progress=True), describe(d, system, progress=False))
        assert capsys.readouterr().out == ""
