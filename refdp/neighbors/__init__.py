"""From a `System` to neighbourhoods: images, search, the padded table, statistics."""

from __future__ import annotations

from refdp.neighbors.environment import Environment
from refdp.neighbors.images import Extended, extend
from refdp.neighbors.search import nearest
from refdp.neighbors.statistics import NeighborStatistics, neighbor_statistics
from refdp.neighbors.table import neighbor_list, split_by_type

__all__ = [
    "Environment",
    "Extended",
    "NeighborStatistics",
    "extend",
    "nearest",
    "neighbor_list",
    "neighbor_statistics",
    "split_by_type",
]
