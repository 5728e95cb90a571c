from __future__ import annotations

from importlib.metadata import version

from parity.backends.backend import Backend
from parity.case import Case

CASE = Case(name="x", family="se_e2_r", system="pair", config={})


class TestBackend:
    def test_missing(self):
        assert Backend("x", list, ("numpy", "a_module_of_nobody", "a_package.of_nobody")).missing() == (
            "not installed: a_module_of_nobody, a_package.of_nobody"
        )
        assert Backend("x", list, ("numpy",)).missing() == ""
        assert Backend("x", list, ("numpy",), check=lambda: "no luck").missing() == "no luck"

    def test_version(self):
        assert Backend("x", list, packages=("numpy", "nobodys-package")).version() == (
            f"numpy {version('numpy')}, nobodys-package (not installed)"
        )

    def test_arithmetic_is_that_of_the_narrower(self):
        wide, narrow = (Backend("x", list, precision=p) for p in ("float64", "float32"))
        single = Case(name="x", family="se_e2_r", system="pair", config={"precision": "float32"})
        assert wide.arithmetic(CASE) == "float64"
        assert [b.arithmetic(c) for b, c in ((wide, single), (narrow, CASE), (narrow, single))] == [
            "float32"
        ] * 3
