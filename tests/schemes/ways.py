"""Two replicas and XLA cost as much again as all else that a scheme shows: at most one of them is with the fast tests.

Which of the two is fast is each scheme's choice, by what its own code could break: sums over a batch, or operations.
Schemes of large graphs have both with the slow tests.
"""

import pytest


def _ways(fast, *slow):
    params = [fast, *(pytest.param(way, marks=pytest.mark.slow) for way in slow)]
    return pytest.mark.parametrize("way", params, indirect=True)


replicas_first = _ways("replicas", "xla")
xla_first = _ways("xla", "replicas")
plain_first = _ways("plain", "replicas", "xla")
