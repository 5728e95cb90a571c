"""The generated systems are alive: a property that nothing could break proves nothing."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import HealthCheck, given, settings

from tests.helpers import call_arguments
from tests.properties.strategies import cases, descriptors, distances, periodic_systems, systems


def share(strategy, *features, examples=150):
    """Return how often each feature holds among the examples that the properties are tested with."""
    seen = Counter()

    @settings(max_examples=examples, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def look(example):
        seen.update([feature.__name__ for feature in features if feature(example)])

    look()
    return {feature.__name__: seen[feature.__name__] / examples for feature in features}


class TestCases:
    def test_are_alive(self):
        def interacting(case):
            return bool((distances(case) < case.descriptor.rcut).any())

        def in_the_switch(case):
            d = distances(case)
            return bool(((d < case.descriptor.rcut) & (d > case.descriptor.options.rcut_smth)).any())

        def beyond_the_cutoff(case):
            d = distances(case)
            return bool(((d >= case.descriptor.rcut) & np.isfinite(d)).any())

        def empty_slots(case):
            return bool(((case.nlist < 0).any()) and (case.atype >= 0).any())

        def with_a_mean(case):
            return bool((case.descriptor.davg != 0).any())

        def virtual(case):
            return bool((case.atype < 0).any())

        def excluded(case):
            return bool(case.descriptor.options.exclude_types)

        found = share(
            cases(),
            interacting,
            in_the_switch,
            beyond_the_cutoff,
            empty_slots,
            with_a_mean,
            virtual,
            excluded,
        )
        assert found["interacting"] > 0.6, found
        assert found["in_the_switch"] > 0.5, found
        assert min(found.values()) > 0.1, found


class TestSystems:
    def test_are_alive(self):
        def crowded(s):
            return s.natoms > 2

        def virtual(s):
            return bool((s.types < 0).any())

        def one_type_only(s):
            return len({*s.types.ravel().tolist()} - {-1, -2, -7}) == 1

        def isolated(s):
            return bool((np.abs(s.coords) > 10).any())

        found = share(systems(), crowded, virtual, one_type_only, isolated)
        assert min(found.values()) > 0.1, found

    def test_periodic_ones_too(self):
        def left_handed(s):
            return bool((np.linalg.det(s.cell) < 0).any())

        def triclinic(s):
            return np.count_nonzero(s.cell[0]) > 3

        def several(s):
            return s.natoms > 1

        found = share(periodic_systems(), left_handed, triclinic, several)
        assert min(found.values()) > 0.3, found

    def test_small_cells_show_the_same_atom_several_times(self):
        def repeated(both):
            d, s = both
            *_, nlist, mapping = call_arguments(d, s)
            rows = np.where(nlist >= 0, np.take_along_axis(mapping[:, None], np.maximum(nlist, 0), -1), -1)
            return any(
                max(Counter(row[row >= 0].tolist()).values(), default=0) > 1
                for row in rows.reshape(-1, nlist.shape[-1])
            )

        from hypothesis import strategies as st

        both = st.tuples(descriptors(2, sel=[64, 64], rcut=3.0), periodic_systems())
        assert share(both, repeated, examples=25)["repeated"] > 0.7
