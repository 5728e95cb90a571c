"""Layers and embedding nets as DeePMD-kit's dictionaries: there and back, and what is refused."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from refdp.errors import SerializationError
from refdp.io.networks import (
    check_version,
    embedding_net_from_dict,
    embedding_net_to_dict,
    get,
    layer_from_dict,
    layer_to_dict,
    to_numpy,
)
from refdp.nn.layer import Layer
from tests.helpers import assert_same_bits, descriptor, differences

D = descriptor(resnet_dt=True, trainable=False, activation_function="gelu")
NET = D.embeddings.networks[1]


def layer_dict(**variables):
    arrays = {"w": np.ones((2, 4)), "b": np.arange(4.0), "idt": np.full(4, 0.1)} | variables
    return {
        "@class": "Layer",
        "@version": 2,
        "activation_function": "relu",
        "resnet": True,
        "@variables": arrays,
    }


class TestGet:
    def test_returns_what_is_there(self):
        assert get({"a": 1}, "a", int, "x") == 1

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (None, "`x`: expected a dictionary, got None"),
            ({"b": 1}, "`x.a`: missing; the keys are b"),
            ({"a": "1"}, "`x.a`: expected int or float, got '1'"),
        ],
    )
    def test_names_the_path(self, data, said):
        with pytest.raises(SerializationError) as caught:
            get(data, "a", (int, float), "x")
        assert str(caught.value) == said


class TestCheckVersion:
    @pytest.mark.parametrize("data", [{}, {"@version": 1}, {"@version": 2}])
    def test_known(self, data):
        check_version(data, 2, "x")

    @pytest.mark.parametrize("version", [0, 3, -1, "1", 1.0, None, True, [1]])
    def test_unknown(self, version):
        with pytest.raises(SerializationError, match=r"`x.@version`: expected 1 to 2, got "):
            check_version({"@version": version}, 2, "x")


class TestToNumpy:
    def test_of_each_library(self, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        x = np.arange(3.0, dtype=np.float32)
        assert_same_bits(to_numpy(library.array(x)), x)

    def test_of_a_parameter_that_wants_a_gradient(self):
        torch = pytest.importorskip("torch")
        assert_same_bits(to_numpy(torch.ones(2, dtype=torch.float64, requires_grad=True)), np.ones(2))


class TestLayer:
    def test_there_and_back(self):
        for layer in NET.layers:
            back = layer_from_dict(layer_to_dict(layer, "float64", trainable=True))
            assert (back.activation_function, back.resnet) == (layer.activation_function, layer.resnet)
            assert_same_bits(back.w, layer.w)
            assert_same_bits(back.b, layer.b)
            assert (back.idt is None) == (layer.idt is None)

    def test_the_arrays_decide_which_parts_there_are(self):
        flags = {"bias": True, "use_timestep": True}
        bare = layer_from_dict(layer_dict(b=None, idt=None) | flags)
        assert (bare.b, bare.idt) == (None, None)
        full = layer_from_dict(layer_dict() | {"bias": False, "use_timestep": False})
        assert_same_bits(full.b, np.arange(4.0))

    def test_missing_vectors_are_absent(self):
        data = layer_dict()
        del data["@variables"]["b"], data["@variables"]["idt"]
        assert layer_from_dict(data).b is None

    @pytest.mark.parametrize("shape", [(4,), (1, 4), (4, 1), (2, 2)])
    def test_any_shape_that_flattens_to_the_width(self, shape):
        assert_same_bits(layer_from_dict(layer_dict(b=np.arange(4.0).reshape(shape))).b, np.arange(4.0))

    @pytest.mark.parametrize("value", [None, 1, "true", np.ones(2), [True]])
    def test_a_residual_that_is_neither_true_nor_false(self, value):
        with pytest.raises(SerializationError, match=r"`layer\.resnet`: expected true or false"):
            layer_from_dict(layer_dict() | {"resnet": value})

    @pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
    def test_keeps_the_stored_dtype(self, dtype):
        assert layer_from_dict(layer_dict(w=np.ones((2, 4), dtype))).w.dtype == dtype

    @pytest.mark.parametrize(
        ("variables", "said"),
        [
            ({"w": None}, "`layer.w`: expected ndarray, got None"),
            ({"w": np.ones(4)}, r"`layer.w`: expected two axes, \(n_in, n_out\), got \(4,\)"),
            ({"b": np.ones(3)}, r"`layer.b`: expected 4 numbers, one for each column of w, got \(3,\)"),
            ({"idt": np.ones((4, 4))}, r"`layer.idt`: expected 4 numbers"),
            ({"b": "text"}, "`layer.b`"),
            ({"b": [1.0, [2.0]]}, "`layer.b`"),
            ({"w": np.array([["a"] * 4] * 2)}, "`layer.w`"),
            ({"w": np.ones((2, 4), complex)}, "`layer.w`"),
            ({"w": np.ones((2, 4), object)}, "`layer.w`"),
            ({"w": np.full((2, 4), np.nan)}, "`layer.w`: expected finite numbers"),
            ({"b": np.full(4, -np.inf)}, "`layer.b`: expected finite numbers"),
        ],
    )
    def test_arrays_that_do_not_fit(self, variables, said):
        with pytest.raises(SerializationError, match=said):
            layer_from_dict(layer_dict(**variables))

    @pytest.mark.parametrize("name", ["foo", 5, ["tanh"], np.ones(2)])
    def test_an_unknown_activation_is_refused_here_and_not_at_the_first_call(self, name):
        with pytest.raises(SerializationError, match="activation_function"):
            layer_from_dict(layer_dict() | {"activation_function": name})

    @pytest.mark.parametrize("version", [0, 3])
    def test_version(self, version):
        with pytest.raises(SerializationError, match=r"`net.@version`: expected 1 to 2"):
            layer_from_dict(layer_dict() | {"@version": version}, "net")


class TestEmbeddingNet:
    DATA = embedding_net_to_dict(NET, D.options)

    def test_there_and_back(self):
        back = embedding_net_from_dict(copy.deepcopy(self.DATA))
        assert differences(embedding_net_to_dict(back, D.options), self.DATA) == []

    def test_says_what_it_is(self):
        assert self.DATA["neuron"] == [2, 4, 8]
        assert (self.DATA["in_dim"], self.DATA["bias"], self.DATA["resnet_dt"]) == (1, True, True)
        assert [layer["use_timestep"] for layer in self.DATA["layers"]] == [True, True, True]
        assert {layer["trainable"] for layer in self.DATA["layers"]} == {False}

    def test_layers_that_do_not_chain(self):
        data = copy.deepcopy(self.DATA)
        del data["layers"][1]
        with pytest.raises(
            SerializationError, match=r"`network.layers\[1\].w`: expected 2 rows, the width of the layer"
        ):
            embedding_net_from_dict(data)

    @pytest.mark.parametrize("layers", [[], None, {}, [None], [{}]])
    def test_layers_that_are_none(self, layers):
        with pytest.raises(SerializationError, match=r"`network.layers"):
            embedding_net_from_dict(self.DATA | {"layers": layers})


def test_layers_and_arrays_of_a_dictionary_are_its_own():
    layer = Layer(np.ones((1, 1)), np.ones(1), np.ones(1))
    data = layer_to_dict(layer, "float64", trainable=True)
    for name in ("w", "b", "idt"):
        assert not np.shares_memory(data["@variables"][name], getattr(layer, name)), name


class TestMissingActivation:
    def test_stands_for_linear(self):
        """As in DeePMD-kit, whose layers have no activation unless told so."""
        data = layer_dict()
        del data["activation_function"]
        x = np.array([[-3.0, 2.0]])
        expected = (x @ np.ones((2, 4)) + np.arange(4.0)) * 0.1 + np.concatenate([x, x], axis=-1)
        assert_same_bits(layer_from_dict(data)(x), expected)
