"""Every spelling of every activation against its formula in 1400 bits, at sizes up to 700.

The bits are many since softplus adds 1 to e^-700, which is 1010 bits smaller.
"""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.nn.activations import ACTIVATIONS, activation, parse_activation
from tests.helpers import EPS, assert_within

flint = pytest.importorskip("flint")
arb, BITS = flint.arb, 1400


def one_sigmoid(x):
    return 1 / (1 + (-x).exp())


def silut(threshold):
    """The two branches as DeePMD-kit's documentation writes them, chosen by a comparison."""

    def function(x):
        t = arb(threshold)
        s = one_sigmoid(t)
        slope = s + t * s * (1 - s)
        return x * one_sigmoid(x) if x < t else (slope * (x - t)).tanh() + t * s

    return function


def gelu(x):
    return x / 2 * (1 + ((2 / arb.pi()).sqrt() * (x + arb("0.044715") * x**3)).tanh())


def relu(x):
    return x if x > 0 else arb(0)


FORMULAS = {
    "tanh": lambda x: x.tanh(),
    "TanH": lambda x: x.tanh(),
    "relu": relu,
    "relu6": lambda x: min(relu(x), arb(6)),
    "gelu": gelu,
    "gelu_tf": gelu,
    "GELU_TF": gelu,
    "softplus": lambda x: (1 + x.exp()).log(),
    "sigmoid": one_sigmoid,
    "silu": lambda x: x * one_sigmoid(x),
    "silut": silut(3.0),
    "silut:0.1": silut(0.1),
    "silut:10.0": silut(10.0),
    "Silut:-2": silut(-2.0),
    "custom_silu": silut(3.0),
    "custom_silu:5": silut(5.0),
    "none": lambda x: x,
    "Linear": lambda x: x,
    None: lambda x: x,
}
# Kinks (0, 6) and thresholds are met by neither list of points.
POINTS = np.concatenate(
    [np.linspace(-700.0, 700.0, 29) + 0.001, np.linspace(-8.0, 12.0, 81) + 0.001, [1e-8, -1e-300]]
)


def exact(name, points):
    with flint.ctx.workprec(BITS):
        return np.array([float(FORMULAS[name](arb(float(x)))) for x in points])


def exact_slope(name, points):
    """Central difference in steps of 2^-60: off by 2^-120, which no double can show."""
    with flint.ctx.workprec(BITS):
        h = arb(2) ** -60
        f = FORMULAS[name]
        return np.array([float((f(arb(float(x)) + h) - f(arb(float(x)) - h)) / (2 * h)) for x in points])


@pytest.mark.parametrize("name", FORMULAS)
class TestActivation:
    def test_values(self, library, name):
        y = library.numpy(activation(library.array(POINTS), name))
        # A few roundings of numbers no larger than x (gelu and silut subtract such) or than the result.
        scale = (
            np.abs(POINTS) if name in {"gelu", "gelu_tf", "GELU_TF"} or "silu" in str(name).lower() else 0.0
        )
        assert_within(y, exact(name, POINTS), 16 * EPS * np.maximum(scale, np.abs(exact(name, POINTS))))

    def test_slope(self, differentiable, name):
        points = POINTS[:-1]  # the last is nearer to a kink than the step of the difference
        gradient = differentiable.gradient(lambda x: activation(x, name), points)
        # Gelu multiplies 1 - tanh^2, off by 2 eps where it ought to vanish, with 0.4 x (1 + 0.134 x^2).
        amplified = np.abs(points) * (1.0 + 0.134 * points**2) if "gelu" in str(name).lower() else 0.0
        assert_within(
            gradient,
            exact_slope(name, points),
            16 * EPS * (1.0 + np.where(np.abs(points) < 20, amplified, 0)),
        )

    def test_gradient_is_finite_wherever_the_value_is(self, differentiable, name):
        points = np.array([-745.0, -709.8, -700.0, -100.0, -0.0, 0.0, 3.0, 6.0, 100.0, 700.0, 709.8, 745.0])
        assert np.isfinite(differentiable.gradient(lambda x: activation(x, name), points)).all()

    def test_keeps_shape_and_dtype(self, library, name):
        for shape in [(0,), (2, 0), (2, 3)]:
            y = library.numpy(activation(library.array(np.full(shape, -0.5, np.float32)), name))
            assert y.shape == shape
            assert y.dtype == np.float32

    def test_float32_is_accurate(self, library, name):
        points = POINTS.astype(np.float32)
        y = library.numpy(activation(library.array(points), name)).astype(np.float64)
        expected = exact(name, points)
        eps, tiny = np.finfo(np.float32).eps, np.finfo(np.float32).smallest_normal
        assert_within(y, expected, 16 * eps * np.maximum(np.abs(points), np.abs(expected)) + 700 * tiny)

    def test_strides_do_not_matter(self, name):
        points = POINTS[:110].reshape(10, 11)
        np.testing.assert_array_equal(activation(points.T, name).T, activation(points, name))


class TestParseActivation:
    def test_there_are_nineteen_spellings(self):
        assert len(FORMULAS) == 19
        assert {str(name).lower().partition(":")[0] for name in FORMULAS} == {*ACTIVATIONS}

    @pytest.mark.parametrize("name", ["tanhh", "", "erf", "tanh:3", "silut3", " tanh"])
    def test_an_unknown_name_is_refused_with_those_known(self, name):
        with pytest.raises(
            InputError, match=r"`activation_function`: expected one of custom_silu, gelu, .*got '"
        ):
            parse_activation(name)

    @pytest.mark.parametrize("name", ["silut:", "silut:x", "custom_silu:1,5", "silut:nan", "silut:inf"])
    def test_a_threshold_that_is_no_usable_number_is_refused(self, name):
        with pytest.raises(InputError, match=r"`activation_function`: expected a .*number.*, got '"):
            parse_activation(name)

    def test_the_name_does_not_change_the_value(self):
        np.testing.assert_array_equal(activation(POINTS, "GELU"), activation(POINTS, "gelu_tf"))
        np.testing.assert_array_equal(activation(POINTS, "silut"), activation(POINTS, "custom_silu:3.0"))


class TestThresholds:
    @pytest.mark.parametrize("threshold", [-700.0, -30.0, -10.0, -1.0, 0.0, 1.0, 30.0, 700.0])
    def test_silut_keeps_its_digits_at_any_threshold(self, threshold):
        t = arb(threshold)
        flint.ctx.prec, before = BITS, flint.ctx.prec
        try:
            s = one_sigmoid(t)
            slope = s + t * s * (1 - s)
            exact = [float(t * s + (slope * arb(x)).tanh()) for x in (0.5, 3.0)]
        finally:
            flint.ctx.prec = before
        found = activation(np.array([threshold + 0.5, threshold + 3.0]), f"silut:{threshold}")
        scale = np.maximum(np.abs(exact), np.abs(threshold * float(s)))
        assert_within(found, np.array(exact), 16 * EPS * scale)
