"""The picture: each verdict is a square of its colour."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from parity.report.picture import COLORS, RAMP, draw, save_picture
from refdp.errors import InputError


def squares(axes):
    """The colours by (column, row)."""
    patches = [p for p in axes.patches if isinstance(p, Rectangle)]
    return {(int(p.get_x()), int(p.get_y())): p.get_facecolor() for p in patches}


class TestDraw:
    def test_a_panel_a_family_and_a_row_a_backend(self, report):
        first, second, _ = draw(report).axes
        assert [axes.get_title(loc="left") for axes in (first, second)] == ["se_e2_a", "se_e2_r"]
        assert [label.get_text() for label in first.get_yticklabels()] == ["numpy", "torch", "jax"]

    def test_each_status_has_its_colour(self, report):
        first, second, _ = draw(report).axes
        assert squares(first)[0, 1] == to_rgba(COLORS["differs"])
        assert squares(first)[1, 1] == to_rgba(COLORS["known"])
        assert squares(first)[0, 2] == to_rgba(COLORS["fails"])
        assert squares(second)[0, 0] == to_rgba(COLORS["vacuous"])
        assert squares(second)[0, 2] == to_rgba(COLORS["refuses"])

    def test_more_budget_is_darker(self, report):
        shades = squares(draw(report).axes[0])
        assert sum(shades[0, 0][:3]) < sum(shades[1, 0][:3])

    def test_the_ends_of_the_scale(self, report):
        ends = tuple(
            msgspec.structs.replace(v, used_max=used)
            for v, used in zip(report.verdicts[:2], (1.0, 1e-5), strict=True)
        )
        shades = squares(draw(msgspec.structs.replace(report, verdicts=ends)).axes[0])
        assert np.allclose(shades[0, 0], to_rgba(RAMP[-1]))
        assert np.allclose(shades[1, 0], to_rgba(RAMP[0]))

    def test_the_legend_is_the_scale(self, report):
        norm = draw(report).axes[-1]._colorbar.norm
        assert (norm.vmin, norm.vmax) == (1e-3, 1.0)

    def test_signs_and_systems_are_written(self, report):
        first, second, _ = draw(report).axes
        assert {t.get_text() for t in first.texts} == {"✗", "K", "!", "water", "pair"}
        assert {t.get_text() for t in second.texts} == {"∅", "–", "pair"}

    def test_cases_of_a_system_stand_together(self, report):
        again = msgspec.structs.replace(report.cases[0], name="se_e2_a-water2")
        more = msgspec.structs.replace(report, cases=(*report.cases, again))
        assert [t.get_text() for t in draw(more).axes[0].texts if t.get_text() in ("water", "pair")] == [
            "water",
            "pair",
        ]


class TestSavePicture:
    def test_png_of_1600_pixels(self, report, tmp_path):
        save_picture(report, tmp_path / "map.png")
        head = (tmp_path / "map.png").read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(head[16:20], "big") == 1600

    @pytest.mark.parametrize("name", ["map.png", "map.svg"])
    def test_the_same_report_makes_the_same_bytes(self, report, tmp_path, name):
        contents = []
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir()
            save_picture(report, tmp_path / folder / name)
            contents.append((tmp_path / folder / name).read_bytes())
        assert contents[0] == contents[1]

    def test_svg_keeps_its_text(self, report, tmp_path):
        save_picture(report, tmp_path / "map.svg")
        assert ">se_e2_a</text>" in (tmp_path / "map.svg").read_text()

    def test_another_suffix(self, report, tmp_path):
        with pytest.raises(InputError, match=r"a name that ends in \.png or \.svg"):
            save_picture(report, tmp_path / "map.gif")
