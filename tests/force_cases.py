"""What the tests of forces share: models over every descriptor, small systems, difference quotients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

import refdp
from refdp.blocks import find_neighbors
from refdp.models.base import Conditions, real_first_type
from refdp.models.config import model_from_config
from refdp.namespaces import array_namespace, map_arrays
from refdp.neighbors.environment import environment
from refdp.species import match_types
from tests.helpers import with_random_statistics

__all__ = [
    "DESCRIPTORS",
    "LEFT_HANDED",
    "NAMES",
    "TRICLINIC",
    "free",
    "jacobian",
    "model",
    "periodic",
    "quotients",
]

NAMES = ("atomic", "total", "forces", "virial", "atom_virial")
"""The arrays of an evaluation."""

COMMON = {"rcut": 3.0, "rcut_smth": 0.5, "neuron": [2, 4], "seed": 1}
BY_TYPE = COMMON | {"sel": [12, 14]}
MIXED = COMMON | {"sel": 24, "axis_neuron": 2, "tebd_dim": 2, "attn": 3, "attn_layer": 1}
RADIAL = BY_TYPE | {"type": "se_e2_r", "activation_function": "silu"}
ATTENTION = MIXED | {"type": "se_atten"}
TENSOR = COMMON | {"type": "se_e3_tebd", "sel": 24, "tebd_dim": 2}
DESCRIPTORS: dict[str, dict[str, Any]] = {
    "se_e2_a": BY_TYPE | {"type": "se_e2_a", "axis_neuron": 2, "type_one_side": True},
    "se_e2_a two-sided": BY_TYPE | {"type": "se_e2_a", "axis_neuron": 3, "type_one_side": False},
    "se_e2_a exclusion": BY_TYPE
    | {"type": "se_e2_a", "axis_neuron": 2, "exclude_types": [[1, 1]], "env_protection": 0.1},
    "se_e2_r": RADIAL,
    "se_e3": BY_TYPE | {"type": "se_e3", "rcut": 2.25, "sel": [5, 6]},
    "se_atten": ATTENTION | {"lmax": 2, "attn_layer": 2},
    "se_atten smooth": ATTENTION | {"smooth_type_embedding": True, "tebd_input_mode": "strip"},
    "se_atten_v2": MIXED | {"type": "se_atten_v2"},
    "se_e3_tebd concat": TENSOR | {"tebd_input_mode": "concat", "rcut": 2.25, "sel": 11},
    "se_e3_tebd strip": TENSOR | {"tebd_input_mode": "strip", "rcut": 2.25, "sel": 11},
    "hybrid": {
        "type": "hybrid",
        "list": [RADIAL | {"rcut": 2.5}, ATTENTION | {"attn_layer": 0, "exclude_types": [[1, 1]]}],
    },
}
"""Sections of descriptors of two types with slots for all neighbours in the systems below."""

# Shorter than every cutoff: an atom sees images of itself.
TRICLINIC = np.array([[2.5, 0.0, 0.0], [0.75, 2.375, 0.0], [-0.5, 0.625, 2.625]])
LEFT_HANDED = TRICLINIC[[1, 0, 2]]
PLACES = np.array([[0.1, 0.2, 0.3], [1.3, 1.1, 1.5]])
BITS, STEP = 256, 2.0**-80


def model(
    name: str = "se_e2_a",
    *,
    isotropic: bool = True,
    narrow: bool = False,
    fitting: Any = None,
    **section: Any,
) -> Any:
    """Return a small model of two types with random weights, statistics and biases.

    Parameters
    ----------
    name
        Of `DESCRIPTORS`.
    isotropic
        Whether the statistics are those that data can give.
    narrow
        Whether there are only slots for a handful of atoms, which is faster on balls.
    fitting
        More options of the fitting net.
    **section
        More of the `model` section.
    """
    net = {"neuron": [4, 4], **(fitting or {})}
    descriptor = _narrowed(DESCRIPTORS[name]) if narrow else DESCRIPTORS[name]
    own = {"type_map": ["O", "H"], "descriptor": descriptor, "fitting_net": net, **section}
    made: Any = model_from_config(own, seed=5)
    rng = np.random.default_rng(6)
    bias, spread = rng.normal(size=made.out_bias.shape), rng.uniform(0.5, 2.0, made.out_std.shape)
    return replace(
        made, descriptor=_with_statistics(made.descriptor, isotropic), out_bias=bias, out_std=spread
    )


def _narrowed(section: dict[str, Any]) -> dict[str, Any]:
    if "list" in section:
        return section | {"list": [_narrowed(part) for part in section["list"]]}
    return section | {"sel": [4, 4] if isinstance(section["sel"], list) else 5}


def _with_statistics(descriptor: Any, isotropic: bool) -> Any:
    if hasattr(descriptor, "davg"):
        return with_random_statistics(descriptor, isotropic=isotropic)
    parts = tuple(_with_statistics(part, isotropic) for part in descriptor.children)
    return replace(descriptor, children=parts)


def free(natoms: int = 4, seed: int = 0) -> refdp.System:
    """Return atoms in free space, about as far apart as in a molecule; the second one is virtual."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), axis=-1).reshape(-1, 3)
    coords = 1.3 * rng.permutation(grid)[:natoms] + rng.uniform(-0.2, 0.2, (natoms, 3))
    types = np.arange(natoms) % 2
    types[1] = -1
    return refdp.System(coords, types, type_map=["O", "H"])


def periodic(cell: Any = TRICLINIC) -> refdp.System:
    """Return two atoms in a cell so small that each sees images of itself."""
    return refdp.System(PLACES, [0, 1], cell, type_map=["O", "H"])


def quotients(made: Any, system: refdp.System, fparam: Any = None, aparam: Any = None) -> tuple[Any, Any]:
    """Return forces `(natoms, *shape, 3)` and virial `(*shape, 3, 3)` as difference quotients of balls.

    Quotients of the energy of one frame, by the place of each atom and by the strain of everything.
    """
    energies = _Energies(made, system, fparam, aparam)
    mapping, coord, natoms = energies.mapping, energies.coord, system.natoms
    moves = [np.outer(mapping == m, np.eye(3)[a]) for m in range(natoms) for a in range(3)]
    # W_ab = -dE/d eps_ba, and the strain eps_ba moves component a by eps_ba times component b.
    strains = [np.outer(coord[:, b], np.eye(3)[a]) for a in range(3) for b in range(3)]
    slopes = -energies.slopes(np.array(moves + strains)).sum(axis=1)
    shape = slopes.shape[1:]
    forces = np.moveaxis(slopes[: 3 * natoms].reshape(natoms, 3, *shape), 1, -1)
    return forces, np.moveaxis(slopes[3 * natoms :].reshape(3, 3, *shape), (0, 1), (-2, -1))


def jacobian(made: Any, system: refdp.System) -> tuple[Any, Any, Any]:
    """Return the slope of each atom's energy by the place of each extended atom, `(nloc, nall, 3)`.

    With the places of the extended atoms and who they are images of.
    """
    energies = _Energies(made, system, None, None)
    nall = len(energies.mapping)
    moves = np.array([np.outer(np.arange(nall) == k, np.eye(3)[a]) for k in range(nall) for a in range(3)])
    slopes = energies.slopes(moves)
    return np.moveaxis(slopes.reshape(nall, 3, -1), -1, 0), energies.coord, energies.mapping


class _Energies:
    """The energies of the atoms of one frame on balls, whatever the places of the extended atoms."""

    def __init__(self, made: Any, system: refdp.System, fparam: Any, aparam: Any) -> None:
        matched = match_types(made, system)
        (coord, atype, mapping), self.nlist = find_neighbors(made, matched)
        self.coord, self.mapping, self.atype = coord[0].astype(np.float64), mapping[0], atype
        self.model, self.given = map_arrays(made, _balls), (fparam, aparam)
        # Without a cutoff masked atoms have an energy, too.
        self.types = matched.types if np.isinf(made.rcut) else None

    def slopes(self, directions: Any) -> Any:
        """Return the slope of the energies along each of `(n, nall, 3)`, `(n, nloc, *shape)`."""
        at, along = _balls(self.coord[None]), _balls(directions)
        values = [self._at(at + along * h, len(directions)) for h in (STEP, -STEP)]
        slope = (values[0] - values[1]) / (2 * STEP)
        return array_namespace(slope).midpoint(slope)

    def _at(self, coord: Any, n: int) -> Any:
        tiled = [np.repeat(x, n, axis=0) for x in (self.atype, self.nlist)]
        given = [None if x is None else _balls(np.repeat(np.asarray(x)[None], n, axis=0)) for x in self.given]
        types = None if self.types is None else np.repeat(self.types, n, axis=0)
        env = real_first_type(environment(coord, *tiled))
        return self.model.atomic(env, Conditions(*given, types))


def _balls(x: Any) -> Any:
    from refdp.namespaces.balls import to_balls

    return to_balls(np.asarray(x, dtype=np.float64), BITS)
