"""Losses: what a training makes smaller, term by term, and the learning rate that weighs the terms."""

from refdp.losses.dos import DOSLoss
from refdp.losses.energy import EnergyLoss
from refdp.losses.learning_rate import LearningRate
from refdp.losses.metrics import energy_metrics
from refdp.losses.options import (
    DOSLossOptions,
    EnergyLossOptions,
    PropertyLossOptions,
    TensorLossOptions,
)
from refdp.losses.property import PropertyLoss
from refdp.losses.quantities import Label, Prediction, Values
from refdp.losses.sections import Loss, learning_rate_from_config, loss_from_config
from refdp.losses.tensor import TensorLoss

__all__ = [
    "DOSLoss",
    "DOSLossOptions",
    "EnergyLoss",
    "EnergyLossOptions",
    "Label",
    "LearningRate",
    "Loss",
    "Prediction",
    "PropertyLoss",
    "PropertyLossOptions",
    "TensorLoss",
    "TensorLossOptions",
    "Values",
    "energy_metrics",
    "learning_rate_from_config",
    "loss_from_config",
]
