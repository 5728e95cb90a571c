"""A progress bar for the patient in a terminal, nothing for anybody else."""

from __future__ import annotations

import pytest

from refdp import progress
from refdp.progress import follow


class FakeBar:
    """What `follow` asks of a bar."""

    task_ids = (0,)

    def __init__(self):
        self.done, self.stopped = [], 0

    def update(self, task, *, completed):
        self.done.append(completed)

    def stop(self):
        self.stopped += 1


@pytest.fixture
def bar(monkeypatch):
    """A bar that is shown at once, and a clock that no machine can disturb."""
    fake, clock = FakeBar(), iter(range(0, 1000, 2))
    monkeypatch.setattr(progress, "_bar", lambda what, total: fake)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    return fake


class TestFollow:
    @pytest.mark.parametrize("show", [True, False, None])
    def test_passes_everything_on(self, show, capsys):
        assert list(follow(iter("abc"), 3, "letters", show)) == ["a", "b", "c"]
        assert capsys.readouterr() == ("", "")

    def test_counts_what_is_done(self, bar):
        assert list(follow("abc", 3, "letters", show=True)) == ["a", "b", "c"]
        assert bar.done == [1, 2, 3]
        assert bar.stopped == 1

    def test_the_quick_see_no_bar(self, bar, monkeypatch):
        monkeypatch.setattr(progress.time, "monotonic", lambda: 0.0)
        assert list(follow("abc", 3, "letters", show=True)) == ["a", "b", "c"]
        assert (bar.done, bar.stopped) == ([], 0)

    def test_is_taken_down_when_the_work_fails(self, bar):
        def work():
            yield 1
            raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011 - the work's own
            list(follow(work(), 2, "numbers", show=True))
        assert bar.stopped == 1

    def test_no_terminal_no_bar(self, bar, monkeypatch):
        monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: False, raising=False)
        assert list(follow("ab", 2, "letters")) == ["a", "b"]
        assert bar.done == []

    def test_the_real_bar_writes_on_standard_error_only(self, capsys, monkeypatch):
        clock = iter(range(0, 1000, 2))
        monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
        assert list(follow(range(3), 3, "letters", show=True)) == [0, 1, 2]
        assert capsys.readouterr().out == ""
