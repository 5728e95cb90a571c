"""Every error planted in the newer descriptors is reported, at the step in which it was planted."""

from __future__ import annotations

import pytest

from parity.case import Case
from parity.mutants.planted_mixed import MUTANTS
from parity.run import run_cases

pytest.importorskip("flint")

NETS = {"rcut": 2.3, "rcut_smth": 0.5, "neuron": [3, 5]}
ATTENTION = NETS | {"sel": 11, "axis_neuron": 2, "attn": 3, "attn_layer": 1, "temperature": 0.7}
STRIP = {"tebd_input_mode": "strip", "smooth_type_embedding": True}
CONFIGS = {
    "se_atten": ATTENTION | STRIP,
    "se_atten_v2": ATTENTION,
    "se_e3": NETS | {"sel": [4, 5, 4]},
    "se_e3_tebd": NETS | {"sel": 11, "set_davg_zero": False},
    "hybrid": {
        "list": [
            NETS | {"type": "se_e2_a", "sel": [4, 5, 4], "axis_neuron": 2},
            NETS | {"type": "se_e2_r", "sel": [2, 5, 4]},
        ]
    },
}
CASES = [
    Case(name=name, family=name, system="molecule", config=config, statistics="random")
    for name, config in CONFIGS.items()
]


@pytest.fixture(scope="module")
def report():
    return run_cases(
        CASES, {f"parity.mutants.planted_mixed:{name}": mutant for name, mutant in MUTANTS.items()}
    )


class TestMutants:
    @pytest.mark.parametrize("name", list(MUTANTS))
    def test_is_caught_where_it_is(self, name, report):
        mutant = MUTANTS[name]
        found = [v for v in report.verdicts if v.backend == mutant.name and v.family in mutant.families]
        assert [(v.family, v.status, v.first_step) for v in found] == [
            (family, "differs", mutant.step) for family in mutant.families
        ]
