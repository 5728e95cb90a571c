"""The page: complete in itself, escaped, with everything that the report has."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import msgspec
import pytest

from parity.report.html import LABELS, LEVELS, MEANINGS, level, render
from parity.report.model import Report
from parity.report.summary import MARKS, STATUSES


class Page(HTMLParser):
    """The tags of a page, with the text inside each script and the class of each square."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.texts = [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "link", "br", "img"):
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for place, (_, attrs) in enumerate(self.open):
            if "id" in attrs or place == len(self.open) - 1:
                key = attrs.get("id", self.open[-1][0])
                self.texts[key] = self.texts.get(key, "") + data

    @property
    def data(self):
        return json.loads(self.texts["data"])

    def squares(self):
        return [attrs for tag, attrs in self.tags if tag == "button" and "data-index" in attrs]


class TestRender:
    def test_refers_to_nothing_outside(self, report):
        text = render(report)
        assert not re.search(r"https?://|//[a-z]", text.replace("// Text", "").replace("// The", ""))
        page = Page(text)
        assert not {"img", "link", "iframe", "object", "embed"} & {tag for tag, _ in page.tags}
        assert not any("src" in attrs for _, attrs in page.tags)
        assert not re.search(r"url\(|@import", text)
        policy = next(a["content"] for t, a in page.tags if t == "meta" and "http-equiv" in a)
        assert policy.startswith("default-src 'none'")

    def test_a_square_for_each_verdict_with_its_status(self, report):
        squares = Page(render(report)).squares()
        shown = {int(s["data-index"]): s["data-status"] for s in squares}
        assert shown == {k: v.status for k, v in enumerate(report.verdicts)}
        assert set(shown.values()) == set(STATUSES)

    def test_every_status_is_told_without_colour(self, report):
        text = render(report)
        for status in set(STATUSES) - {"agrees"}:
            assert re.search(rf'data-status="{status}"[^>]*>{re.escape(MARKS[status])}</button>', text)
        assert re.search(r'class="agrees u4"[^>]*>4</button>', text)
        assert re.search(r'class="agrees u3"[^>]*>2</button>', text)

    def test_labels_tell_backend_case_status_and_budget(self, report):
        titles = [s["title"] for s in Page(render(report)).squares()]
        assert "numpy, se_e2_a-water: agrees, 4 % of the budget" in titles
        assert "torch, se_e2_a-pair: differs (known), 700 % of the budget" in titles
        assert "jax, se_e2_a-water: fails" in titles

    def test_the_numbers_behind_a_square(self, report):
        found = Page(render(report)).data["details"][3]
        assert found["reason"] == "descriptor is off"
        assert found["step"].startswith("w: Switch")
        assert found["used"] == ["130 %", "13x"]
        assert found["outputs"] == [
            ["descriptor", "130 %", "13x", "0, 17, 4", "0.1234567890123456", "0.1234567890123455", "2.50e-16"]
        ]

    def test_the_case_behind_a_square(self, report):
        about = Page(render(report)).data["cases"]["se_e2_r\nse_e2_r-pair"]
        assert about["tested"] == "exclude_types"
        assert json.loads(about["config"]) == {"type": "se_e2_r", "sel": [46, 92]}
        assert about["alive"] == {"atoms move": "the output moves by 3.1e-04"}
        assert about["dead"] == {"option": "no change"}

    def test_headline(self, report, good_report):
        assert "4 of 9 comparisons fail" in render(report)
        assert "What fails" in render(report)
        good = render(good_report)
        assert "Every difference is within its error budget, or known" in good
        assert "What fails" not in good

    def test_sentences_environment_and_versions(self, report):
        text = render(report)
        assert text.count("<p>virtual centres take the last type&#39;s net</p>") == 1
        assert "<p>not installed: jax</p>" in text
        assert "<dt>numpy</dt><dd>2.4.6</dd>" in text

    def test_hostile_text_stays_text(self, report):
        evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\""
        encoded = msgspec.json.encode(report).decode()
        for word in ("torch", "se_e2_a-water", "descriptor is off", "the output moves", "3.11.7", "water"):
            encoded = encoded.replace(f'"{word}', f'"{json.dumps(evil)[1:-1]}{word}')
        text = render(msgspec.json.decode(encoded, type=Report))
        assert text.count("<script") == 2
        assert "<img" not in text
        assert "<script>alert" not in text
        page = Page(text)
        assert page.data["details"][3]["backend"] == f"{evil}torch"
        assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)

    def test_numbers_that_are_none_or_not_finite(self, report):
        output = msgspec.structs.replace(
            report.verdicts[3].outputs[0], value=float("nan"), used_max=float("inf")
        )
        bare = msgspec.structs.replace(output, used_median=None, truth=None, budget=None, worst_index=())
        odd = msgspec.structs.replace(report.verdicts[3], outputs=(output, bare))
        found = Page(render(msgspec.structs.replace(report, verdicts=(odd,)))).data["details"][0]["outputs"]
        assert found[0][2] == "infx"
        assert found[0][4] == "nan"
        assert found[1] == ["descriptor", "", "infx", "", "nan", "", ""]

    def test_an_empty_report(self, report):
        nothing = msgspec.structs.replace(report, verdicts=(), cases=(), backends=(), families=())
        assert Page(render(nothing)).squares() == []

    def test_backends_and_cases_that_never_met_leave_a_gap(self, report):
        fewer = msgspec.structs.replace(report, verdicts=report.verdicts[:1])
        assert [s["data-index"] for s in Page(render(fewer)).squares()] == ["0"]

    def test_the_same_report_makes_the_same_page(self, report):
        assert render(report) == render(report)


class TestLabels:
    def test_every_status_has_words(self):
        assert set(LABELS) == set(MEANINGS) == set(STATUSES)


class TestLevel:
    @pytest.mark.parametrize(
        ("used", "expected"),
        [(None, 0), (0.0, 0), (1e-3, 0), (2.5e-3, 1), (3.3e-2, 4), (0.99, 7), (1.0, LEVELS - 1)],
    )
    def test_equal_steps_of_the_logarithm(self, used, expected):
        assert level(used) == expected
