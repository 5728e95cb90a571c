"""Reports as files."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from parity.report import files
from parity.report.files import read_report, write_json, write_text
from refdp.errors import InputError


class TestWriteJson:
    def test_is_read_back_as_it_was(self, report, tmp_path):
        write_json(report, tmp_path / "report.json")
        assert read_report(tmp_path / "report.json") == report

    def test_is_strict_json(self, report, tmp_path):
        first = msgspec.structs.replace(report.verdicts[0], used_max=float("inf"), used_median=float("nan"))
        write_json(msgspec.structs.replace(report, verdicts=(first,)), tmp_path / "report.json")
        text = (tmp_path / "report.json").read_text()
        found = json.loads(text, parse_constant=pytest.fail)
        assert found["verdicts"][0]["used_max"] is None
        assert text.endswith("}\n")

    def test_numbers_of_numpy_in_a_configuration(self, report, tmp_path):
        odd = msgspec.structs.replace(
            report.cases[0], config={"sel": np.array([1, 2]), "rcut": np.float32(0.5)}
        )
        write_json(msgspec.structs.replace(report, cases=(odd,)), tmp_path / "report.json")
        assert read_report(tmp_path / "report.json").cases[0].config == {"sel": [1, 2], "rcut": 0.5}

    def test_an_error_leaves_the_old_report(self, report, tmp_path, monkeypatch):
        (tmp_path / "report.json").write_text("old")

        def killed(*args):
            raise KeyboardInterrupt

        monkeypatch.setattr(files.Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            write_json(report, tmp_path / "report.json")
        assert [f.name for f in tmp_path.iterdir()] == ["report.json"]
        assert (tmp_path / "report.json").read_text() == "old"


class TestWriteText:
    def test_utf8(self, tmp_path):
        write_text("∅", tmp_path / "x.html")
        assert (tmp_path / "x.html").read_bytes() == "∅".encode()


class TestReadReport:
    @pytest.mark.parametrize("text", ["{}", "[1", '{"created": 1}'])
    def test_no_report(self, tmp_path, text):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(InputError, match=r"x.json: expected a report of `refdp parity`, got "):
            read_report(tmp_path / "x.json")
