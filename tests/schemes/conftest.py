"""How a scheme's test is run: see `ways.py`."""

import pytest


@pytest.fixture
def way(request, two_replicas):
    """Arguments for `run_scheme_test`: a comparison with two replicas, one with XLA, or neither."""
    return {"strategy": two_replicas if request.param == "replicas" else None, "xla": request.param == "xla"}
