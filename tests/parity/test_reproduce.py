"""Each known defect still exists in DeePMD-kit 3.2.0."""

from __future__ import annotations

import pytest

from parity import reproduce

pytest.importorskip("deepmd")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("left_handed_cell", 8, 8),
        ("left_handed_cell_fails", 1, 1),
        ("virtual_two_sided", 0.1, 0.3),
        ("serialize_zeroes", 0.1, 0.5),
        ("no_slots", 16, 16),
        ("no_slots_three_body", 1, 1),
        ("several_numbers", 1, 1),
        ("serialize_zeroes_three_body", 0.1, 0.3),
        ("zero_length", 96, 96),
    ],
)
def test_numpy(name, least, most):
    assert least <= getattr(reproduce, name)() <= most


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("virtual_statistics", 0.3, 0.9),
        ("softplus_beyond_20", 1.6e-9, 1.7e-9),
        ("equal_distances", 1, 64),
        ("negative_types", 1, 1),
        ("one_side_ignored", 2, 2),
    ],
)
def test_pytorch(name, least, most):
    pytest.importorskip("torch")
    assert least <= getattr(reproduce, name)() <= most


@pytest.mark.parametrize("name", ["two_sided_not_compiled", "both_kinds"])
def test_jax(name):
    pytest.importorskip("flax")
    assert getattr(reproduce, name)() == 1.0


def test_every_reproduction_is_tested_and_known():
    from parity.known import KNOWN

    assert {known.reproduce.__name__ for known in KNOWN} == set(reproduce.__all__)
    assert len(reproduce.__all__) == 16
