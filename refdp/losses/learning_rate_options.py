"""The options of the section `learning_rate` of an input file, with defaults and meanings."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from refdp.errors import unexpected
from refdp.losses.options import check_nonnegative, check_positive

__all__ = ["CosineOptions", "ExponentialOptions", "LearningRateOptions", "StableOptions"]


class _Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all learning rates have: a start, an end, and perhaps a warm-up."""

    start_lr: Annotated[float, Meta(description="Learning rate where training starts, after the warm-up.")]
    stop_lr: Annotated[
        float | None, Meta(description="Learning rate where training ends; or give `stop_lr_ratio`.")
    ] = None
    stop_lr_ratio: Annotated[float | None, Meta(description="The same, as a fraction of `start_lr`.")] = None
    warmup_steps: Annotated[int, Meta(description="Steps of the linear rise before everything.")] = 0
    warmup_ratio: Annotated[
        float | None, Meta(description="The same, as a fraction of all steps, rounded down.")
    ] = None
    warmup_start_factor: Annotated[
        float, Meta(description="Where the rise begins, as a fraction of `start_lr`.")
    ] = 0.0
    scale_by_worker: Annotated[
        Literal["linear", "sqrt", "none"],
        Meta(description="Kept for training codes, which may use several workers; changes no value."),
    ] = "linear"

    def __post_init__(self) -> None:
        """Check each value, and those that exclude each other."""
        check_positive("start_lr", self.start_lr)
        check_nonnegative("warmup_start_factor", self.warmup_start_factor)
        if (self.stop_lr is None) == (self.stop_lr_ratio is None):
            raise unexpected("stop_lr", self.stop_lr, "a number here, or at `stop_lr_ratio`, not both")
        check_nonnegative("stop_lr", self.final_lr)
        if self.warmup_steps < 0 or (self.warmup_steps and self.warmup_ratio is not None):
            what = "a whole number of zero or more, and zero beside `warmup_ratio`"
            raise unexpected("warmup_steps", self.warmup_steps, what)
        if self.warmup_ratio is not None and not 0.0 <= self.warmup_ratio < 1.0:
            raise unexpected("warmup_ratio", self.warmup_ratio, "a number from 0 to below 1")

    @property
    def final_lr(self) -> float:
        """The learning rate where training ends, which it never falls below."""
        ratio = self.stop_lr_ratio
        return self.start_lr * ratio if ratio is not None else self.stop_lr or 0.0


class ExponentialOptions(_Schedule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a learning rate that falls by a factor every few steps.

    Raises
    ------
    InputError
        A value is impossible, or values do not fit together; the message names them.
    """

    decay_steps: Annotated[
        int, Meta(description="Steps between two falls; replaced where training is no longer than that.")
    ] = 5000
    decay_rate: Annotated[
        float | None, Meta(description="Factor of each fall; None: what leads to `stop_lr` at the end.")
    ] = None
    smooth: Annotated[bool, Meta(description="Fall a little at every step instead.")] = False

    def __post_init__(self) -> None:
        """Check each value."""
        super().__post_init__()
        check_positive("decay_steps", self.decay_steps)
        if self.decay_rate is not None:
            check_positive("decay_rate", self.decay_rate)


class CosineOptions(_Schedule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a learning rate that falls like half a wave of a cosine.

    Raises
    ------
    InputError
        A value is impossible, or values do not fit together; the message names them.
    """


class StableOptions(_Schedule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a learning rate that is constant after the warm-up and falls in the end (`wsd`).

    Raises
    ------
    InputError
        A value is impossible, or values do not fit together; the message names them.
    """

    decay_phase_ratio: Annotated[
        float, Meta(description="How much of all steps the fall takes, rounded down to steps.")
    ] = 0.1
    decay_type: Annotated[
        Literal["inverse_linear", "cosine", "linear"], Meta(description="The shape of the fall.")
    ] = "inverse_linear"

    def __post_init__(self) -> None:
        """Check each value."""
        super().__post_init__()
        check_positive("stop_lr", self.final_lr)
        if not 0.0 < self.decay_phase_ratio <= 1.0:
            raise unexpected("decay_phase_ratio", self.decay_phase_ratio, "a number above 0, at most 1")


LearningRateOptions: TypeAlias = ExponentialOptions | CosineOptions | StableOptions
