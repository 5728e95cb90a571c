"""A small report in which everything occurs that can occur."""

from __future__ import annotations

import pytest

from parity.report.model import CaseReport, OutputReport, Report, Verdict

SENTENCE = "virtual centres take the last type's net"


def case(name, family, system, **more):
    alive = {"atoms move": "the output moves by 3.1e-04"}
    return CaseReport(
        name=name, family=family, system=system, config={"type": family, "sel": [46, 92]}, alive=alive, **more
    )


def outputs(used):
    one = OutputReport(
        name="descriptor",
        used_median=used / 10,
        used_max=used,
        worst_index=(0, 17, 4),
        value=0.1234567890123456,
        truth=0.1234567890123455,
        budget=2.5e-16,
    )
    return (one,)


def verdict(backend, name, status, used=None, **more):
    more |= {} if used is None else {"used_median": used / 10, "used_max": used, "outputs": outputs(used)}
    return Verdict(backend=backend, case=name, family=name[:7], status=status, **more)


VERDICTS = (
    verdict("numpy", "se_e2_a-water", "agrees", 0.04, seconds=0.25),
    verdict("numpy", "se_e2_a-pair", "agrees", 0.02),
    verdict("numpy", "se_e2_r-pair", "vacuous", reason="`exclude_types` changes nothing"),
    verdict("torch", "se_e2_a-water", "differs", 13.0, reason="descriptor is off", first_step="w"),
    verdict("torch", "se_e2_a-pair", "known", 7.0, reason=SENTENCE),
    verdict("torch", "se_e2_r-pair", "vacuous", reason="`exclude_types` changes nothing"),
    verdict("jax", "se_e2_a-water", "fails", reason="killed by signal 9"),
    verdict("jax", "se_e2_a-pair", "known", 6.0, reason=SENTENCE),
    verdict("jax", "se_e2_r-pair", "refuses", reason="not installed: jax"),
)


@pytest.fixture
def report():
    """Three backends, two families, three cases, every status."""
    return Report(
        created="2026-01-02T03:04:05+00:00",
        seconds=12.3,
        environment={"python": "3.11.7", "numpy": "2.4.6"},
        backends=("numpy", "torch", "jax"),
        families=("se_e2_a", "se_e2_r"),
        cases=(
            case("se_e2_a-water", "se_e2_a", "water", under_test=("resnet_dt",)),
            case("se_e2_a-pair", "se_e2_a", "pair", under_test=()),
            case(
                "se_e2_r-pair", "se_e2_r", "pair", under_test=("exclude_types",), dead={"option": "no change"}
            ),
        ),
        verdicts=VERDICTS,
    )


@pytest.fixture
def good_report(report):
    """The same without what fails."""
    import msgspec

    kept = tuple(v for v in VERDICTS if v.status in ("agrees", "known", "refuses"))
    return msgspec.structs.replace(report, verdicts=kept)
