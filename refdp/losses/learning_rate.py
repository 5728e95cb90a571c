"""The learning rate of each step: warm-up, then a fall to where training ends."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, log, pi

from refdp.errors import positive, unexpected
from refdp.losses.learning_rate_options import (
    CosineOptions,
    ExponentialOptions,
    LearningRateOptions,
    StableOptions,
)

__all__ = ["LearningRate", "decay_steps", "exponential", "fall", "warm_up"]

LEAST = 1e-10
"""What stands for a smaller last learning rate where a factor is made of it."""


@dataclass(frozen=True)
class LearningRate:
    r"""The learning rate :math:`\eta(s)` of a training of `num_steps` steps.

    Attributes
    ----------
    options
        The section `learning_rate` of an input file.
    num_steps
        Number of steps of the training, warm-up included.

    Raises
    ------
    InputError
        The warm-up is as long as the training.
    """

    options: LearningRateOptions
    num_steps: int

    def __post_init__(self) -> None:
        """Check that there is something behind the warm-up."""
        positive("num_steps", self.num_steps)
        if self.warmup_steps >= self.num_steps:
            raise unexpected("warmup_steps", self.warmup_steps, f"less than num_steps = {self.num_steps}")

    @property
    def start_lr(self) -> float:
        """Learning rate where training starts, after the warm-up."""
        return self.options.start_lr

    @property
    def warmup_steps(self) -> int:
        """Number of steps of the warm-up."""
        ratio = self.options.warmup_ratio
        return self.options.warmup_steps if ratio is None else int(ratio * self.num_steps)

    @property
    def decay_phase(self) -> int:
        """Number of steps behind the warm-up."""
        return self.num_steps - self.warmup_steps

    @property
    def final_steps(self) -> int:
        """Number of steps of the fall at the end; all steps behind the warm-up where nothing is stable."""
        options = self.options
        if not isinstance(options, StableOptions):
            return self.decay_phase
        return min(max(int(options.decay_phase_ratio * self.num_steps), 1), self.decay_phase)

    def __call__(self, step: int) -> float:
        """Return the learning rate of step 0, 1, ...

        Raises
        ------
        InputError
            The step is no whole number of zero or more.
        """
        step = positive("step", step, least=0)
        options = self.options
        if step < self.warmup_steps:
            return warm_up(step / self.warmup_steps, options.start_lr, options.warmup_start_factor)
        behind = step - self.warmup_steps
        if isinstance(options, ExponentialOptions):
            return exponential(behind, self.decay_phase, options)
        kind = "cosine" if isinstance(options, CosineOptions) else options.decay_type
        done = (behind - (self.decay_phase - self.final_steps)) / self.final_steps
        return fall(min(max(done, 0.0), 1.0), options.start_lr, options.final_lr, kind)


def warm_up(done: float, start_lr: float, factor: float = 0.0) -> float:
    r"""Return the linear rise from :math:`\alpha\eta_0` to :math:`\eta_0`.

    Equation {eq}`eq-lr-warm-up` of the book.

    Parameters
    ----------
    done
        How much of the warm-up is over, 0 to 1.
    start_lr, factor
        :math:`\eta_0` and :math:`\alpha`.
    """
    first = factor * start_lr
    return first + (start_lr - first) * done


def exponential(step: int, phase: int, options: ExponentialOptions) -> float:
    r"""Return :math:`\max(\eta_0 r^{\lfloor s/\Delta \rfloor}, \eta_\infty)`.

    Equation {eq}`eq-lr-exponential` of the book.

    Parameters
    ----------
    step, phase
        :math:`s` steps behind the warm-up, of :math:`S`.
    options
        Start, end, :math:`\Delta` and perhaps :math:`r`; `smooth` leaves out the rounding.
    """
    steps = decay_steps(phase, options)
    rate = options.decay_rate
    if rate is None:
        # The order of operations of DeePMD-kit: thousands of falls multiply the rounding of one.
        rate = exp(log(max(options.final_lr, LEAST) / options.start_lr) / (phase / steps))
    falls = step / steps if options.smooth else step // steps
    return float(max(options.start_lr * rate**falls, options.final_lr))


def decay_steps(phase: int, options: ExponentialOptions) -> int:
    r"""Return the steps :math:`\Delta` between two falls; equation {eq}`eq-lr-decay-steps` of the book.

    As given, where that is less than there are steps or the factor is given; else 100 for long trainings, and
    a hundredth for short ones.

    Parameters
    ----------
    phase
        Steps behind the warm-up.
    options
        `decay_steps` as given, and whether there is a `decay_rate`.
    """
    if options.decay_steps < phase or options.decay_rate is not None:
        return options.decay_steps
    return 100 if phase // 10 > 100 else phase // 100 + 1


def fall(done: float, start: float, stop: float, kind: str) -> float:
    r"""Return what is left of a learning rate in a fall of a shape; equation {eq}`eq-lr-fall` of the book.

    Parameters
    ----------
    done
        :math:`\tau`, how much of the fall is over, 0 to 1.
    start, stop
        Learning rates before and behind it.
    kind
        `cosine`, `linear`, or `inverse_linear`, where the inverse grows linearly.
    """
    if done >= 1.0:
        return stop
    if kind == "cosine":
        return stop + (start - stop) * 0.5 * (1.0 + cos(pi * done))
    if kind == "linear":
        return start + (stop - start) * done
    return 1.0 / (done / stop + (1.0 - done) / start)
