"""se_atten_v2: types in a net of their own, and everything fades with the switch."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

import refdp
from refdp.certification import budget
from refdp.descriptors import SeAtten, SeAttenV2
from refdp.trace import record
from tests import attention_oracle
from tests.attention_cases import mixed_arguments, se_atten
from tests.helpers import EPS, assert_same_bits, assert_within, cluster, with_random_statistics

SYSTEM = cluster(8, seed=4, nf=2)
SMOOTH = {"smooth_type_embedding": True}
VARIANTS = {
    "plain": {},
    "one side": {"type_one_side": True},
    "no attention": {"attn_layer": 0},
    "degree 3": {"lmax": 3},
    "no gate, not normalized": {"attn_dotr": False, "normalize": False},
    "exclusion": {"exclude_types": [[0, 1]]},
    "protection": {"env_protection": 0.3},
    "bias of types, time step": {"use_tebd_bias": True, "resnet_dt": True},
}


def v2(**options):
    return se_atten("se_atten_v2", **options)


def as_first(d):
    """The same as an se_atten whose options say what is fixed here."""
    options = {name: getattr(d.options, name) for name in d.options.__struct_fields__}
    section = {key: value for key, value in options.items() if key not in {"sel", "type_map"}}
    made = se_atten(tebd_input_mode="strip", smooth_type_embedding=True, **section)
    parts = {f.name: getattr(d, f.name) for f in fields(d) if f.name != "options"}
    return SeAtten(made.options, **parts)


class TestDescribe:
    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_every_step_is_its_formula(self, options):
        d = with_random_statistics(v2(**options), 3, by_slot=True, isotropic=False)
        given = mixed_arguments(d, SYSTEM, seed=2)
        expected = attention_oracle.describe(d, *given)
        with record() as trace:
            out = d.call(*given)
        assert "t" in trace.names
        for name in trace.names:
            if name != "B":
                mine = trace.value(name)[..., :4] if name == "M" else trace.value(name)
                assert_within(mine, expected[name], 256 * EPS * np.abs(expected[name]).max())
        assert_same_bits(out.descriptor, trace.value("D"))

    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_equals_se_atten_with_strip_and_smooth(self, options):
        d = v2(**options)
        given = mixed_arguments(d, SYSTEM)
        for mine, other in zip(d.call(*given), as_first(d).call(*given), strict=True):
            if mine is not None:
                assert_same_bits(mine, other)

    def test_on_any_library(self, library):
        d = v2(attn_layer=1)
        given = mixed_arguments(d, SYSTEM, seed=2)
        found = library.compiled(lambda *x: d.call(*x).descriptor)(*map(library.array, given))
        expected = d.call(*given).descriptor
        assert_within(library.numpy(found), expected, 256 * EPS * np.abs(expected).max())

    @pytest.mark.parametrize("layers", [0, 2])
    def test_an_empty_slot_counts_with_a_mean_but_has_no_type(self, layers):
        """Of a single atom all slots are phantoms, `-davg / dstd`, and their types fade to nothing."""
        d = v2(attn_layer=layers, concat_output_tebd=False)
        given = np.zeros((1, 1, 3)), np.array([[1]]), np.full((1, 1, 7), -1)
        g = d.embeddings[()]((-d.davg / d.dstd)[1, :, :1])
        for layer in d.attention_layers:
            g = layer.norm(g + layer.out_proj.b)
        m = g.T @ (-d.davg / d.dstd)[1] / 7
        found = d.call(*given).descriptor[0, 0]
        assert_within(found, (m @ m[:3].T).ravel(), 64 * EPS * np.abs(found).max())

    def test_who_is_first_does_not_matter(self):
        """Where types fade, nobody sees the type that empty slots borrow of atom 0."""
        d = v2(concat_output_tebd=False)
        coord, atype, nlist = mixed_arguments(d, SYSTEM)
        first = np.insert(atype, 0, 0, axis=1), np.insert(atype, 0, 1, axis=1)
        far = np.insert(coord, 0, 50.0, axis=1)
        shifted = np.where(nlist < 0, -1, nlist + 1)
        shifted = np.insert(shifted, 0, -1, axis=1)
        one, other = (d.call(far, types, shifted).descriptor[:, 1:] for types in first)
        assert_same_bits(one, other)
        assert_within(one, d.call(coord, atype, nlist).descriptor, 256 * EPS * np.abs(one).max())


class TestCertified:
    @pytest.mark.parametrize(
        "d", [se_atten(sel=12), se_atten(sel=12, lmax=4, **SMOOTH), v2(sel=12)], ids=["plain", "smooth", "v2"]
    )
    def test_digits(self, d):
        pytest.importorskip("flint")
        enclosure = refdp.certify(d, SYSTEM, bits=113)
        assert enclosure.radius.max() < 1e-25
        off = enclosure.deviation(refdp.describe(d, SYSTEM))
        allowed = budget(d, *mixed_arguments(d, SYSTEM)).descriptor
        assert np.all(off <= allowed)
        some = allowed > 0.0
        used = off[some] / allowed[some]
        # The budget is not only kept but tight: rounding uses up a noticeable part of it somewhere.
        assert 1e-3 < used.max() < 0.5
        assert allowed.max() < 1e-10 * np.abs(enclosure.midpoint).max()

    def test_more_bits_stay_inside_fewer(self):
        pytest.importorskip("flint")
        few, many = (refdp.certify(v2(sel=12), SYSTEM, bits=bits, atoms=[0]) for bits in (113, 200))
        pairs = zip(few.balls.balls.flat, many.balls.balls.flat, strict=True)
        assert all(a.contains(b) for a, b in pairs)
        assert many.radius.max() < 1e-50


class TestInitial:
    def test_is_of_its_own_class(self):
        d = v2()
        assert (type(d), d.names, d.written_name) == (SeAttenV2, ("se_atten_v2",), "se_atten_v2")
        assert d.embeddings_strip is not None
        assert all(layer.settings.smooth for layer in d.attention_layers)

    def test_the_mean_is_not_kept_at_zero(self):
        """Unlike in se_atten: phantom rows are the rule here."""
        assert not v2().options.set_davg_zero
        assert se_atten().options.set_davg_zero
