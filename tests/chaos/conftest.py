"""Studios under fire, on both topologies; what cannot run here is skipped with its reason."""

import pytest

from tests.chaos import services
from tests.chaos.studio import Studio


@pytest.fixture(params=["embedded", "production"])
def topology(request):
    if request.param == "production" and (reason := services.missing()):
        pytest.skip(reason)
    return request.param


@pytest.fixture
def studio(topology, tmp_path):
    with Studio(tmp_path, production=topology == "production") as running:
        yield running
