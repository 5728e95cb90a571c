"""Pieces come back in order, whoever worked on them, and errors come through."""

from __future__ import annotations

import threading

import pytest
from threadpoolctl import threadpool_info

from refdp.trace import record, step
from refdp.workers import each


class TestEach:
    @pytest.mark.parametrize("threads", [1, 2, 3, 50])
    def test_in_order(self, threads):
        assert list(each(lambda k: k * k, range(20), threads)) == [k * k for k in range(20)]

    def test_no_pieces(self):
        assert list(each(len, [], 4)) == []

    def test_one_thread_is_this_one(self):
        here = threading.get_ident()
        assert set(each(lambda _: threading.get_ident(), range(5), 1)) == {here}
        assert here not in set(each(lambda _: threading.get_ident(), range(5), 2))

    def test_libraries_keep_to_one_thread_meanwhile(self):
        def counts():
            return [found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"]

        before = counts()
        assert list(each(lambda _: counts(), range(2), 1)) == [[1] * len(before)] * 2
        assert counts() == before

    @pytest.mark.parametrize("threads", [1, 2])
    def test_nobody_hears_what_they_do(self, threads):
        with record() as trace:
            assert list(each(lambda k: step("k", k), range(3), threads)) == [0, 1, 2]
        assert trace == []

    def test_an_error_comes_through(self):
        def work(k):
            if k == 3:
                message = "the third"
                raise ValueError(message)
            return k

        with pytest.raises(ValueError, match="the third"):
            list(each(work, range(6), 2))
