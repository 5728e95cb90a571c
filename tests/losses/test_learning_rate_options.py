"""What a learning rate may be asked for."""

from __future__ import annotations

import pytest

from refdp.errors import ConfigError
from refdp.losses import learning_rate_from_config
from refdp.losses.learning_rate_options import ExponentialOptions

GOOD = {"start_lr": 1e-3, "stop_lr": 1e-5}


class TestExponentialOptions:
    def test_final_lr(self):
        assert ExponentialOptions(start_lr=1e-3, stop_lr=1e-5).final_lr == 1e-5
        assert ExponentialOptions(start_lr=1e-3, stop_lr_ratio=0.25).final_lr == 2.5e-4
        assert ExponentialOptions(start_lr=1e-3, stop_lr=0.0).final_lr == 0.0

    @pytest.mark.parametrize(
        ("section", "message"),
        [
            ({"start_lr": 0.0}, "`start_lr`: expected a finite number above zero"),
            ({"stop_lr": -1.0}, "`stop_lr`: expected a finite number of zero or more"),
            (
                {"stop_lr": None},
                "`stop_lr`: expected a number here, or at `stop_lr_ratio`, not both, got None",
            ),
            ({"stop_lr_ratio": 0.1}, "`stop_lr`: expected a number here, or at `stop_lr_ratio`, not both"),
            ({"warmup_steps": -1}, "`warmup_steps`: expected a whole number"),
            ({"warmup_steps": 1, "warmup_ratio": 0.1}, "`warmup_steps`: expected a whole number"),
            ({"warmup_ratio": 1.0}, "`warmup_ratio`: expected a number from 0 to below 1"),
            ({"warmup_steps": 100}, "`warmup_steps`: expected less than num_steps = 100, got 100"),
            ({"warmup_start_factor": -0.1}, "`warmup_start_factor`: expected a finite"),
            ({"decay_steps": 0}, "`decay_steps`: expected a finite number above zero"),
            ({"decay_rate": -0.5}, "`decay_rate`: expected a finite number above zero"),
            ({"type": "linear"}, "`type`: expected one of exp, cosine, wsd, got 'linear'"),
            ({"scale_by_worker": "log"}, "`scale_by_worker`: expected one of 'linear', 'sqrt', 'none'"),
        ],
    )
    def test_refused(self, section, message):
        with pytest.raises(ConfigError, match=message):
            learning_rate_from_config(GOOD | section, 100)


class TestStableOptions:
    @pytest.mark.parametrize(
        ("section", "message"),
        [
            ({"stop_lr": 0.0}, "`stop_lr`: expected a finite number above zero"),
            ({"decay_phase_ratio": 0.0}, "`decay_phase_ratio`: expected a number above 0, at most 1"),
            ({"decay_type": "exp"}, "`decay_type`: expected one of"),
        ],
    )
    def test_refused(self, section, message):
        with pytest.raises(ConfigError, match=message):
            learning_rate_from_config(GOOD | {"type": "wsd"} | section, 100)
