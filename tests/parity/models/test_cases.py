from __future__ import annotations

from parity.models.cases import COMPILED, model_cases


class TestModelCases:
    def test_names_are_different_and_tell_the_family(self):
        names = [case.name for case in model_cases()]
        assert len(set(names)) == len(names) >= 35
        assert all(name.startswith("model-") for name in names)

    def test_every_descriptor_is_there(self):
        text = str([case.config for case in model_cases()])
        for kind in ("se_e2_a", "se_e2_r", "se_e3", "se_atten", "se_atten_v2", "se_e3_tebd", "hybrid"):
            assert f"'type': '{kind}'" in text

    def test_those_that_are_compiled_are_few_and_there(self):
        compiled = {case.name for case in model_cases() if case.compiled}
        assert compiled == {f"model-{name}" for name in COMPILED}
        assert len(compiled) <= 8
