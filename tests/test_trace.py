"""Steps are recorded where somebody listens, and nowhere else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from refdp.trace import Step, Trace, listening, prefixed, record, step


class TestStep:
    def test_returns_the_very_value(self):
        value = object()
        assert step("x", value) is value
        with record():
            assert step("x", value) is value

    def test_without_a_listener_nothing_is_kept(self):
        with record() as trace:
            pass
        step("x", 1)
        assert trace == []


class TestRecord:
    def test_order_and_values(self):
        with record() as trace:
            step("a", 1)
            step("b", 2)
            step("a", 3)
        assert trace == [Step("a", 1), Step("b", 2), Step("a", 3)]
        assert trace.names == ["a", "b", "a"]

    def test_the_inner_of_two_listeners_hears(self):
        with record() as outer:
            step("a", 1)
            with record() as inner:
                step("b", 2)
            step("c", 3)
        assert (outer.names, inner.names) == (["a", "c"], ["b"])

    def test_stops_after_an_error(self):
        with pytest.raises(ZeroDivisionError), record() as trace:
            step("a", 1 // 0)
        assert not listening()
        assert trace == []

    def test_other_threads_are_not_heard(self):
        with record() as trace, ThreadPoolExecutor(1) as pool:
            assert pool.submit(listening).result() is False
            pool.submit(step, "a", 1).result()
        assert trace == []


class TestPrefixed:
    def test_stands_before_the_names_inside(self):
        with record() as trace:
            with prefixed("0."):
                step("a", 1)
                with prefixed("1."):
                    step("b", 2)
                step("c", 3)
            step("d", 4)
        assert trace.names == ["0.a", "0.1.b", "0.c", "d"]

    def test_is_gone_after_an_error(self):
        with pytest.raises(ZeroDivisionError), prefixed("0."):
            step("a", 1 // 0)
        with record() as trace:
            step("a", 1)
        assert trace.names == ["a"]


class TestListening:
    def test_inside_and_outside(self):
        assert not listening()
        with record():
            assert listening()
        assert not listening()


class TestTrace:
    TRACE = Trace([Step("a", 1), Step("b", 2), Step("a", 3)])

    def test_value_is_the_first_of_its_name(self):
        assert self.TRACE.value("a") == 1
        with pytest.raises(KeyError, match="z"):
            self.TRACE.value("z")

    def test_contains_names(self):
        assert "b" in self.TRACE
        assert "z" not in self.TRACE
