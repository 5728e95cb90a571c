"""The fitting net behind se_a_mask against numbers of DeePMD-kit's TensorFlow backend."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.models.base import Conditions
from refdp.models.fitting_options import EnergyOptions
from refdp.models.scalar import EnergyFitting
from refdp.nn.collection import NetworkCollection
from refdp.nn.fitting_net import FittingNet
from refdp.nn.layer import Layer
from tests.helpers import assert_within
from tests.masks import GOLDEN, ROOT

OWN = sorted((ROOT / "tests" / "data" / "fitting_net").glob("*.npz"))
FILES = [*OWN, *(path for path in GOLDEN if "fit.0.0.w" in np.load(path))]


def read(path):
    """Return the fitting net and all arrays of a file."""
    with np.load(path) as file:
        arrays = dict(file)
    name, ntypes = str(arrays["fit_activation_function"]), len(arrays["sel"])
    options = EnergyOptions(
        neuron=tuple(arrays["fit_neuron"].tolist()),
        resnet_dt=bool(arrays["fit_resnet_dt"]),
        activation_function=name,
        numb_aparam=1,
        use_aparam_as_mask=True,
    )
    count = len(options.neuron) + 1
    nets = tuple(
        FittingNet(tuple(layer(arrays, f"fit.{t}.{k}", name, k, count) for k in range(count)))
        for t in range(ntypes)
    )
    return EnergyFitting(options, NetworkCollection(1, ntypes, nets), arrays["bias_atom_e"][:, None]), arrays


def layer(arrays, prefix, name, k, count):
    """Return a layer; there none but hidden ones of equal width, the first apart, have a skip connection."""
    w = arrays[f"{prefix}.w"]
    skips = 0 < k < count - 1 and w.shape[0] == w.shape[1]
    idt = arrays.get(f"{prefix}.idt") if skips else None
    return Layer(w, arrays[f"{prefix}.b"], idt, "none" if k == count - 1 else name, resnet=skips)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestGolden:
    def test_energies_of_atoms(self, path):
        made, arrays = read(path)
        # The masked atoms have the energy of a descriptor of zeros, not none at all.
        types = np.broadcast_to(arrays["atype"], arrays["atom_energy"].shape)
        found = made.atomic(arrays["descriptor"], None, types, Conditions())
        assert_within(found, arrays["atom_energy"], 1e-14 * np.abs(arrays["atom_energy"]).max())

    def test_each_type_has_its_own_net(self, path):
        made, arrays = read(path)
        types = np.broadcast_to(arrays["atype"], arrays["atom_energy"].shape)
        first = made.for_center(0).atomic(arrays["descriptor"], None, types, Conditions())
        off = np.abs(first - arrays["atom_energy"])
        assert off[types == 0].max() < 1e-13
        assert off[types != 0].max() > 1e-3
