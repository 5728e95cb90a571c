"""Models that are made of others: one neighbour list for all, of which each gets its part."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any

from refdp._typing import Array, Namespace
from refdp.errors import inside, unexpected
from refdp.models.base import Conditions, Model
from refdp.models.biased import BiasedModel
from refdp.namespaces import array_namespace, dtype_of, precision_name
from refdp.neighbors.cut import first_slots
from refdp.neighbors.environment import Environment
from refdp.neighbors.renamed import renamed, renamed_types
from refdp.neighbors.without import within_cutoff, without_pairs
from refdp.trace import prefixed

__all__ = ["CombinedModel"]


@dataclass(frozen=True, eq=False)
class CombinedModel(BiasedModel):
    """A model that is made of other energy models, all of mixed types.

    There is one neighbour list, as long and as wide as the largest of the members', from which each member
    gets its first slots, and of these the ones within its own cutoff. A member adds its own bias and takes
    out its own pairs, as in DeePMD-kit's PyTorch part; its NumPy and JAX parts forget both. Equation
    {eq}`eq-model-linear` of the book; doi:10.1063/5.0155600.

    Attributes
    ----------
    options
        Names, exclusions, and what only training codes use.
    out_bias, out_std
        `(1, ntypes, 1)`, the bias of each type in eV, added once, and something that nothing uses.
    models
        The members, at least one; each may know more species than the whole, in another order.

    Raises
    ------
    InputError
        There are no members, one predicts no energy or does not mix types, or does not know a species.
    """

    models: tuple[Model, ...]

    def __post_init__(self) -> None:
        """Check the members."""
        if not self.models:
            raise unexpected("models", [], "at least one model")
        for k, model in enumerate(self.models):
            with inside(f"models[{k}]"):
                self._check_member(model)
        super().__post_init__()

    @abstractmethod
    def combined(self, energies: list[Array], parts: list[Environment]) -> Array:
        """Return the energy of each atom from those of the members and from what these see."""

    @property
    def rcut(self) -> float:
        """The largest cutoff of the members, in angstrom."""
        return max(model.rcut for model in self.models)

    @property
    def sel(self) -> tuple[int, ...]:
        """The most slots that any member has, in one number."""
        return (max(model.nnei for model in self.models),)

    @property
    def mixed_types(self) -> bool:
        """Whether all types share one list of slots, which they do."""
        return True

    @property
    def ntypes(self) -> int:
        """Number of atom types."""
        return len(self.options.type_map) or self.models[0].ntypes

    @property
    def precision(self) -> str:
        """Format of the positions, float64; a member takes its own from there."""
        return "float64"

    @property
    def env_protection(self) -> float:
        """The least of the members', in angstrom."""
        return min(model.env_protection for model in self.models)

    @property
    def footprint(self) -> int:
        """How many numbers the largest step of any member holds for each centre."""
        return max(model.footprint for model in self.models)

    @property
    def numb_fparam(self) -> int:
        """How many numbers of each frame the members want."""
        return max(model.numb_fparam for model in self.models)

    @property
    def numb_aparam(self) -> int:
        """How many numbers of each atom the members want."""
        return max(model.numb_aparam for model in self.models)

    @property
    def default_fparam(self) -> tuple[float, ...] | None:
        """What stands for `fparam` where none is given, as the first member has it that has one."""
        return next((model.default_fparam for model in self.models if model.default_fparam is not None), None)

    def check(self, env: Environment) -> None:
        """Raise InputError where an environment is beyond what a member knows; only on NumPy."""
        seen = without_pairs(env, self.options.pair_exclude_types)
        for model, part in zip(self.models, self.cut(seen), strict=True):
            model.check(part)

    def shares(self, env: Environment, conditions: Conditions) -> Array:
        """Return the energies of the members, combined; steps of member `k` with the prefix `k.`."""
        parts = self.cut(env)
        energies = []
        for k, (model, part) in enumerate(zip(self.models, parts, strict=True)):
            own = conditions._replace(types=renamed_types(conditions.types, self._names(model)))
            with prefixed(f"{k}."):
                energies.append(self._widened(model.atomic(part, own)))
        return self.combined(energies, parts)

    def cut(self, env: Environment) -> list[Environment]:
        """Return what each member sees: its first slots, those within its cutoff, by its own numbers."""
        return [self._part(env, model) for model in self.models]

    def for_center(self, center_type: int) -> CombinedModel:
        """Return a model that equals this one at centres of one type, and may be cheaper there."""
        if center_type < 0:
            return self
        kinds = [self._names(model) for model in self.models]
        models = tuple(
            model.for_center(center_type if names is None else names[center_type])
            for model, names in zip(self.models, kinds, strict=True)
        )
        return replace(self, models=models)

    def moved_parts(self, namespace: Namespace, dtype: str | None, device: Any) -> dict[str, Any]:
        """Return the members in another library, precision or device."""
        return {"models": tuple(model.to(namespace, dtype, device) for model in self.models)}

    def _part(self, env: Environment, model: Model) -> Environment:
        part = first_slots(env, model.nnei)
        if model.rcut < self.rcut:
            part = within_cutoff(part, model.rcut)
        part = renamed(part, self._names(model))
        xp = array_namespace(part.displacement)
        own = dtype_of(xp, model.precision)
        if own is None or precision_name(model.precision) == "float64":
            return part
        return replace(part, displacement=xp.astype(part.displacement, own, copy=False))

    def _widened(self, energy: Array) -> Array:
        return array_namespace(energy).astype(energy, self.out_bias.dtype, copy=False)

    def _names(self, model: Model) -> tuple[int, ...] | None:
        """Return the number of each type in a member; None where it is the same."""
        if not self.options.type_map or model.type_map in (None, self.options.type_map):
            return None
        return tuple(model.type_map.index(name) for name in self.options.type_map)

    def _check_member(self, model: Any) -> None:
        if not isinstance(model, Model):
            raise unexpected("type", type(model).__name__, "a model")
        if model.quantity.name != "energy":
            raise unexpected("type", model.quantity.name, "a model of energies")
        if not model.mixed_types:
            what = "a model of mixed types: there is one neighbour list for all, sorted by distance only"
            raise unexpected("type", list(model.sel), what)
        names, ntypes = model.type_map, self.ntypes
        if names is not None and (missing := [x for x in self.options.type_map if x not in names]):
            raise unexpected("type_map", list(names), f"all names of the whole, {missing} too")
        if names is None and model.ntypes < ntypes:
            raise unexpected("ntypes", model.ntypes, f"{ntypes} or more, as the whole has them")
