"""refdp: the reference implementation of the Deep Potential descriptors, with proven digits."""

from refdp import examples, trace
from refdp._version import __version__
from refdp.certification import certify
from refdp.config import from_config
from refdp.description import describe
from refdp.descriptors import (
    Descriptor,
    DescriptorOutput,
    Hybrid,
    SeAMask,
    SeAtten,
    SeAttenV2,
    SeE2A,
    SeE2R,
    SeE3,
    SeE3Tebd,
)
from refdp.io.serialized import deserialize
from refdp.statistics import with_statistics
from refdp.system import System
from refdp.type_map import change_type_map

__all__ = [
    "Descriptor",
    "DescriptorOutput",
    "Hybrid",
    "SeAMask",
    "SeAtten",
    "SeAttenV2",
    "SeE2A",
    "SeE2R",
    "SeE3",
    "SeE3Tebd",
    "System",
    "__version__",
    "certify",
    "change_type_map",
    "describe",
    "deserialize",
    "examples",
    "from_config",
    "trace",
    "with_statistics",
]
