"""Replicas and XLA cost as much again as all else that a scheme shows: they are with the slow tests.

So is all of it where a scheme's graph is large and its kind has a quicker one.
"""

import pytest

WAYS = ("plain", "replicas", "xla")


def _ways(slow):
    params = [pytest.param(way, marks=pytest.mark.slow) if way in slow else way for way in WAYS]
    return pytest.mark.parametrize("way", params, indirect=True)


plain_first = _ways(slow=("replicas", "xla"))
all_slow = _ways(slow=WAYS)
