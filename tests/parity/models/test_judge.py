from __future__ import annotations

import pytest

from parity.models.judge import JUDGE, PLACE
from tests.parity.models.few import judged, outputs_of

pytest.importorskip("flint")


class TestJudge:
    def test_is_found_at_its_place(self):
        from parity.backends.registry import find

        assert find(PLACE) is JUDGE

    def test_gives_truth_signs_and_what_is_computed_instead(self):
        found = judged("left-handed").outputs
        assert list(found["truth"]) == list(outputs_of("left-handed"))
        assert found["dead"] == {}
        assert list(found["instead"]) == ["left-handed-cell"]
        assert found["instead"]["left-handed-cell"]["energy"]["head"].shape == (2,)
