"""Each kind of wrapped array in turn."""

from __future__ import annotations

import pytest

from tests.namespaces.kinds import Kind


@pytest.fixture(params=list(Kind), ids=str)
def kind(request):
    _ = request.param.namespace
    return request.param
