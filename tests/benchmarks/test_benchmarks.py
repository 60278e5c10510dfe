"""The benchmarks still run: one round of tiny networks each. No speed is tested."""

import pathlib
import re
import sys

import pytest

pytest.importorskip("torch")

FOLDER = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def scripts(monkeypatch):
    """The benchmarks import each other as scripts do."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    for name in [n for n in sys.modules if n.split(".")[0] in ("cases", "timing", "train_step", "predict")]:
        del sys.modules[name]


# Tracing their many passes takes a while.
SLOW = ("srgan", "pix2pix256", "cyclegan128", "cut128", "context-encoder128", "r3gan64", "lama128")
SLOW += ("gancls64", "dfgan64", "stackgan128", "video64", "segan", "progressive32", "spade128")
NAMES = ["dcgan64", "super-resolution-small", *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]


@pytest.mark.parametrize("name", NAMES)
def test_a_tiny_step(name):
    import torch
    import train_step

    case = train_step.CASES[name]
    ours, parameters = case(**case.tiny).kgan()
    theirs, found = case(**case.tiny).torch(torch.contiguous_format)
    assert found == parameters
    for value in (ours(), theirs()):
        assert abs(value) < 100  # a Wasserstein loss may be below 0


def test_other_parameters_are_refused():
    from cases.case import require_equal

    with pytest.raises(ValueError, match=r"expected as many parameters"):
        require_equal([1, 2], [1, 3], "srgan")


def test_a_tiny_prediction_is_the_same_in_both():
    import predict

    text = predict.row(32, 8, 2, rounds=1, steps=1)
    assert re.search(r"SRResNet x4 32 .* channels (first|last) +\d+\.\d\d  \(", text)
