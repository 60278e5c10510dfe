"""Two replicas and XLA cost as much again as all else that a scheme shows: one with the fast tests, one with the slow.

Which of the two is fast is each scheme's choice, by what its own code could break: sums over a batch, or operations.
"""

import pytest


def _ways(fast, slow):
    return pytest.mark.parametrize("way", [fast, pytest.param(slow, marks=pytest.mark.slow)], indirect=True)


replicas_first = _ways("replicas", "xla")
xla_first = _ways("xla", "replicas")
