"""se_atten_v2: se_atten with types in a net of their own and everything fading with the switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from refdp.descriptors.attention_options import SeAttenV2Options
from refdp.descriptors.se_atten import SeAtten

__all__ = ["SeAttenV2"]


@dataclass(frozen=True, eq=False)
class SeAttenV2(SeAtten):
    """The descriptor se_atten with `tebd_input_mode` strip and `smooth_type_embedding`.

    Equation {eq}`eq-embedding-strip` of the book with :math:`c_j = s_j`; everything else as for `SeAtten`.
    """

    names: ClassVar[tuple[str, ...]] = ("se_atten_v2",)
    written_name: ClassVar[str] = "se_atten_v2"
    options_type: ClassVar[type[SeAttenV2Options]] = SeAttenV2Options
    absent: ClassVar[dict[str, Any]] = {"neuron": [25, 50, 100], "axis_neuron": 8}
