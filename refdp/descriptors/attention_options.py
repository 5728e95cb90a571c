"""The options of se_atten and se_atten_v2."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from refdp.descriptors.mixed_options import WIDEST, MixedOptions, TebdInputMode
from refdp.descriptors.options import AxisNeuron, check_axis_neuron
from refdp.errors import unexpected

__all__ = ["AttentionOptions", "SeAttenOptions", "SeAttenV2Options"]


MOST_LAYERS = 1000


class AttentionOptions(MixedOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_atten and se_atten_v2."""

    axis_neuron: AxisNeuron = 4
    lmax: Annotated[int, Meta(description="Highest degree of the angular moments, 1 to 4.")] = 1
    type_one_side: Annotated[
        bool, Meta(description="Embed the type of the neighbour only, not that of the centre.")
    ] = False
    attn: Annotated[int, Meta(description="Length of queries, keys and values.")] = 128
    attn_layer: Annotated[int, Meta(description="Number of attention layers, possibly none.")] = 2
    attn_dotr: Annotated[bool, Meta(description="Multiply weights by the cosine between neighbours.")] = True
    attn_mask: Annotated[bool, Meta(description="No neighbour listens to itself.")] = False
    scaling_factor: Annotated[
        float, Meta(description="Logits are divided by the root of `attn` times this.")
    ] = 1.0
    temperature: Annotated[
        float | None, Meta(description="What logits are multiplied by, in place of `scaling_factor`.")
    ] = None
    normalize: Annotated[bool, Meta(description="Bring queries, keys and values to length one.")] = True
    trainable_ln: Annotated[
        bool, Meta(description="Kept for training codes: scale and shift of layer norms are trained.")
    ] = True
    ln_eps: Annotated[float | None, Meta(description="Epsilon of the layer norms; null is 1e-5.")] = None
    spin: Annotated[None, Meta(description="Kept for old files; nothing but null is possible.")] = None

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        check_axis_neuron(self.axis_neuron, self.neuron)
        if not 1 <= self.lmax <= 4:
            raise unexpected("lmax", self.lmax, "1 to 4")
        if not 1 <= self.attn <= WIDEST:
            raise unexpected("attn", self.attn, f"a positive integer, {WIDEST} or less")
        if not 0 <= self.attn_layer <= MOST_LAYERS:
            raise unexpected("attn_layer", self.attn_layer, f"a number of layers, 0 to {MOST_LAYERS}")
        if not 0.0 < self.scaling_factor < float("inf"):
            raise unexpected("scaling_factor", self.scaling_factor, "a positive, finite number")
        if self.temperature is not None and not abs(self.temperature) < float("inf"):
            raise unexpected("temperature", self.temperature, "a finite number, or null")
        if self.ln_eps is not None and not 0.0 < self.ln_eps < float("inf"):
            raise unexpected("ln_eps", self.ln_eps, "a positive, finite number, or null")

    @property
    def epsilon(self) -> float:
        """Epsilon of the layer norms."""
        return 1e-5 if self.ln_eps is None else self.ln_eps


class SeAttenOptions(AttentionOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_atten."""

    tebd_input_mode: TebdInputMode = "concat"
    stripped_type_embedding: Annotated[
        bool | None, Meta(description="An old way to say `tebd_input_mode`; where given, it decides.")
    ] = None
    smooth_type_embedding: Annotated[
        bool, Meta(description="Fade attention, and types in strip mode, with the switch.")
    ] = False
    smooth_form: Annotated[
        Literal["switch", "tensorflow"],
        Meta(
            description="What fades: the switch, or the cubic that DeePMD-kit's TensorFlow part has instead."
        ),
    ] = "switch"
    set_davg_zero: Annotated[bool, Meta(description="Leave the mean of the environment matrix at zero.")] = (
        True
    )

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        if self.smooth_form != "switch" and not self.smooth_type_embedding:
            what = "'switch' where `smooth_type_embedding` is false: nothing fades then"
            raise unexpected("smooth_form", self.smooth_form, what)

    @property
    def strip(self) -> bool:
        """Whether types have a net of their own."""
        old = self.stripped_type_embedding
        return self.tebd_input_mode == "strip" if old is None else old

    @property
    def smooth(self) -> bool:
        """Whether attention, and types in strip mode, fade with the switch."""
        return self.smooth_type_embedding


class SeAttenV2Options(AttentionOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_atten_v2, which always strips types and always fades."""

    forced: ClassVar[dict[str, str]] = {
        "tebd_input_mode": "'strip'",
        "stripped_type_embedding": "true",
        "smooth_type_embedding": "true",
    }
    strip: ClassVar[bool] = True
    smooth: ClassVar[bool] = True
    smooth_form: ClassVar[str] = "switch"
