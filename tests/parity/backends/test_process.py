from __future__ import annotations

import pytest

from parity.backends.files import save_inputs
from parity.backends.process import Worker
from parity.case import Case, build

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}


@pytest.fixture
def start(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "results").mkdir()
    save_inputs(
        tmp_path / "cases" / "one.npz",
        build(Case(name="one", family="se_e2_r", system="pair", config=CONFIG)),
    )
    workers = []
    with (tmp_path / "stderr").open("w+") as stderr:

        def begin(name):
            arguments = [
                f"parity.mutants.misbehaving:{name}",
                str(tmp_path / "cases"),
                str(tmp_path / "results"),
            ]
            workers.append(Worker(arguments, {"REFDP_TEST": "1"}, stderr))
            return workers[-1]

        yield begin
        for worker in workers:
            worker.end()


class TestWorker:
    def test_lines_until_none(self, start):
        worker = start("NAN")
        assert worker.line(60.0) == "begin parity.mutants.misbehaving:NAN one"
        assert worker.line(60.0) == "end parity.mutants.misbehaving:NAN one"
        assert worker.line(60.0) is None
        assert worker.obituary() == "ended with exit status 0"

    def test_a_hang_is_a_timeout_and_can_be_ended(self, start):
        worker = start("HANG")
        assert worker.line(60.0) == "begin parity.mutants.misbehaving:HANG one"
        with pytest.raises(TimeoutError, match=r"no answer within 0\.01 s"):
            worker.line(0.01)
        worker.end()
        assert worker.line(60.0) is None
        assert worker.obituary() == "killed by SIGKILL"

    def test_a_crash_is_told_with_its_signal(self, start):
        worker = start("ABORT")
        worker.line(60.0)
        assert worker.line(60.0) is None
        assert worker.obituary().startswith("killed by SIGABRT")

    def test_an_exit_is_told_with_its_status_and_last_words(self, start):
        worker = start("EXIT")
        worker.line(60.0)
        assert worker.line(60.0) is None
        assert worker.obituary() == "ended with exit status 3; out of luck"
