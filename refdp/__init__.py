"""refdp: the reference implementation of the Deep Potential descriptors, with proven digits."""

from refdp import examples, losses, trace
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
from refdp.evaluation import Evaluation, evaluate
from refdp.io.dataset import DataSet, open_data
from refdp.io.models import load, save
from refdp.io.serialized import deserialize
from refdp.models.config import model_from_config
from refdp.models.linear import LinearModel
from refdp.models.pair_table import PairTable
from refdp.models.standard import StandardModel
from refdp.models.zbl import ZblModel
from refdp.statistics import with_statistics
from refdp.system import System
from refdp.type_map import change_type_map

__all__ = [
    "DataSet",
    "Descriptor",
    "DescriptorOutput",
    "Evaluation",
    "Hybrid",
    "LinearModel",
    "PairTable",
    "SeAMask",
    "SeAtten",
    "SeAttenV2",
    "SeE2A",
    "SeE2R",
    "SeE3",
    "SeE3Tebd",
    "StandardModel",
    "System",
    "ZblModel",
    "__version__",
    "certify",
    "change_type_map",
    "describe",
    "deserialize",
    "evaluate",
    "examples",
    "from_config",
    "load",
    "losses",
    "model_from_config",
    "open_data",
    "save",
    "trace",
    "with_statistics",
]
