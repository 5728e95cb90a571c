"""The learning rate: by hand, and beside DeePMD-kit's."""

from __future__ import annotations

import itertools

import pytest

from refdp.errors import InputError
from refdp.losses.learning_rate import LearningRate, decay_steps, exponential, fall, warm_up
from refdp.losses.learning_rate_options import CosineOptions, ExponentialOptions, StableOptions

LENGTHS = (1, 100, 1009, 1010, 12345)
STOPS = ({"stop_lr": 1e-5}, {"stop_lr_ratio": 0.03}, {"stop_lr": 0.0}, {"stop_lr": 2e-3})
WARM = ({}, {"warmup_steps": 10}, {"warmup_ratio": 0.0157, "warmup_start_factor": 0.2})


class TestWarmUp:
    def test_by_hand(self):
        assert [warm_up(x, 2.0, 0.25) for x in (0.0, 0.5, 1.0)] == [0.5, 1.25, 2.0]
        assert warm_up(0.0, 2.0) == 0.0


class TestDecaySteps:
    @pytest.mark.parametrize(
        ("given", "phase", "found"),
        [
            (5000, 5001, 5000),
            (5000, 5000, 100),
            (5000, 1010, 100),
            (5000, 1009, 11),
            (5000, 1000, 11),
            (5000, 999, 10),
            (5000, 99, 1),
            (98, 99, 98),
        ],
    )
    def test_replaced_where_training_is_short(self, given, phase, found):
        assert decay_steps(phase, ExponentialOptions(start_lr=1.0, stop_lr=0.5, decay_steps=given)) == found

    def test_not_replaced_beside_a_rate(self):
        options = ExponentialOptions(start_lr=1.0, stop_lr=0.5, decay_rate=0.9)
        assert decay_steps(10, options) == 5000


class TestExponential:
    OPTIONS = ExponentialOptions(start_lr=1.0, stop_lr=2.0**-6, decay_steps=10)

    @pytest.mark.parametrize(
        ("step", "value"), [(0, 0), (9, 0), (10, 2), (20, 4), (29, 4), (30, 6), (999, 6)]
    )
    def test_steps_and_floor(self, step, value):
        assert exponential(step, 30, self.OPTIONS) == pytest.approx(2.0**-value, rel=1e-15)

    def test_smooth(self):
        smooth = ExponentialOptions(start_lr=1.0, stop_lr=2.0**-6, decay_steps=10, smooth=True)
        assert exponential(5, 30, smooth) == pytest.approx(0.5, rel=1e-15)

    def test_given_rate(self):
        options = ExponentialOptions(start_lr=1.0, stop_lr=0.3, decay_steps=10, decay_rate=0.5)
        assert [exponential(s, 30, options) for s in (0, 10, 20)] == [1.0, 0.5, 0.3]


class TestFall:
    @pytest.mark.parametrize(("kind", "middle"), [("linear", 2.5), ("cosine", 2.5), ("inverse_linear", 1.6)])
    def test_ends_and_middle(self, kind, middle):
        assert fall(0.0, 4.0, 1.0, kind) == 4.0
        assert fall(0.5, 4.0, 1.0, kind) == pytest.approx(middle, rel=1e-15)
        assert fall(1.0, 4.0, 1.0, kind) == 1.0


class TestLearningRate:
    def test_warm_up_then_stable_then_fall(self):
        options = StableOptions(start_lr=4.0, stop_lr=1.0, warmup_steps=10, decay_type="linear")
        rate = LearningRate(options, 100)
        assert [rate(s) for s in (0, 5, 10, 90, 95, 100, 101)] == [0.0, 2.0, 4.0, 4.0, 2.5, 1.0, 1.0]
        assert (rate.start_lr, rate.warmup_steps, rate.decay_phase, rate.final_steps) == (4.0, 10, 90, 10)

    def test_the_fall_is_never_longer_than_what_is_left(self):
        options = StableOptions(start_lr=4.0, stop_lr=1.0, warmup_steps=60, decay_phase_ratio=0.5)
        assert LearningRate(options, 100).final_steps == 40

    @pytest.mark.parametrize("step", [-1, 1.5, "1", True])
    def test_steps_are_whole(self, step):
        rate = LearningRate(CosineOptions(start_lr=1.0, stop_lr=0.1), 10)
        with pytest.raises(InputError, match="`step`: expected a whole number of 0 or more"):
            rate(step)

    @pytest.mark.parametrize("num_steps", [0, 2.5])
    def test_length_is_whole(self, num_steps):
        with pytest.raises(InputError, match="`num_steps`: expected a whole number"):
            LearningRate(CosineOptions(start_lr=1.0, stop_lr=0.1), num_steps)

    @pytest.mark.parametrize("name", ["exp", "cosine", "wsd"])
    def test_beside_deepmd(self, name):
        theirs = pytest.importorskip("deepmd.dpmodel.utils.learning_rate")
        cls, ours, own = {
            "exp": (
                theirs.LearningRateExp,
                ExponentialOptions,
                [
                    {"decay_steps": n, "smooth": smooth, "decay_rate": rate}
                    for n in (1, 7, 1000, 5000)
                    for smooth in (False, True)
                    for rate in (None, 0.9)
                ],
            ),
            "cosine": (theirs.LearningRateCosine, CosineOptions, [{}]),
            "wsd": (
                theirs.LearningRateWSD,
                StableOptions,
                [
                    {"decay_type": kind, "decay_phase_ratio": ratio}
                    for kind in ("inverse_linear", "cosine", "linear")
                    for ratio in (0.1, 0.33, 1.0, 0.001)
                ],
            ),
        }[name]
        count = 0
        for n, stop, warm, more in itertools.product(LENGTHS, STOPS, WARM, own):
            section = {"start_lr": 1e-3} | stop | warm | more
            if warm.get("warmup_steps", 0) >= n or (name == "wsd" and stop.get("stop_lr") == 0.0):
                continue
            a, b = LearningRate(ours(**section), n), cls(num_steps=n, **section)
            for step in {0, 5, 10, 11, n // 2, n * 9 // 10 + 1, n, 3 * n}:
                assert a(step) == pytest.approx(float(b.value(step)), rel=1e-15, abs=0.0), (n, section, step)
                count += 1
        assert count > 200
