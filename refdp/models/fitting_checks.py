"""Whether the parts of a fitting net fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refdp.errors import unexpected

if TYPE_CHECKING:
    from refdp.models.fitting import Fitting

__all__ = ["check_fitting"]


def check_fitting(fitting: Fitting) -> None:
    """Raise InputError where nets, arrays and options of a fitting net do not fit together."""
    o = fitting.options
    if fitting.nets.ndim == 2:
        raise unexpected("nets.ndim", 2, "0 or 1, one net for all types or one for each")
    if fitting.nets.ntypes != fitting.ntypes and not fitting.mixed_types:
        raise unexpected("nets.ntypes", fitting.nets.ntypes, f"{fitting.ntypes}, the rows of `bias_atom_e`")
    _check_nets(fitting)
    _check_shape("bias_atom_e", fitting.bias_atom_e, (fitting.ntypes, fitting.width))
    _check_shape("case_embd", fitting.case_embd, (o.dim_case_embd,))
    for name, n in (("fparam", o.numb_fparam), ("aparam", o.numb_aparam)):
        for suffix in ("avg", "inv_std"):
            x = getattr(fitting, f"{name}_{suffix}")
            # A mask has statistics in some files, which nobody looks at.
            if x is not None or name == "fparam" or o.known_aparam:
                _check_shape(f"{name}_{suffix}", x, (n,))
    _check_types(fitting)


def _check_nets(fitting: Fitting) -> None:
    if fitting.dim_descrpt < 1:
        what = "more inputs than the parameters of frames, atoms and branches"
        raise unexpected("nets.networks[0]", fitting.nets.networks[0].in_dim, what)
    expected = (fitting.nets.networks[0].in_dim, fitting.options.neuron, fitting.width)
    for k, net in enumerate(fitting.nets.networks):
        had = (net.in_dim, net.neuron, net.out_dim)
        if had != expected:
            what = f"input width, hidden widths and output width {expected}"
            raise unexpected(f"nets.networks[{k}]", had, what)


def _check_shape(name: str, x: Any, shape: tuple[int, ...]) -> None:
    had = None if x is None else tuple(x.shape)
    wanted = None if 0 in shape else shape
    if had != wanted:
        raise unexpected(name, had, "nothing, as the options say" if wanted is None else f"shape {shape}")


def _check_types(fitting: Fitting) -> None:
    ntypes, names = fitting.ntypes, fitting.options.type_map
    if names is not None and len(names) not in (0, ntypes):
        raise unexpected("type_map", list(names), f"one name for each of the {ntypes} types")
    if not all(0 <= t < ntypes for t in fitting.exclude_types):
        what = f"types from 0 to {ntypes - 1}, of which there are {ntypes}"
        raise unexpected("exclude_types", list(fitting.exclude_types), what)
