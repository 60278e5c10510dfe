"""How a scheme's test is run: see `ways.py`."""

import pytest


@pytest.fixture
def way(request, two_replicas):
    """Arguments for `run_scheme_test`: a comparison with two replicas, or one with XLA."""
    replicas = request.param == "replicas"
    return {"strategy": two_replicas if replicas else None, "xla": not replicas}
