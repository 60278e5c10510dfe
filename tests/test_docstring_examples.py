"""The `>>>` examples of docstrings run, and print what they say; those that print nothing may return anything.

What is not listed yet takes names for granted that no example makes, or prints TensorFlow's shapes.
"""

import doctest
import importlib

import keras
import numpy as np
import pytest

EXAMPLES = [
    "app.run.charts",
    "export.forms",
    "layers.batch_normalization",
    "layers.instance_normalization",
    "metrics.precision_recall",
    "metrics.protocol",
    "networks.features.random_convolution",
    "networks.generation.began",
    "networks.generation.dcgan",
    "networks.generation.mlp",
    "networks.generation.r3gan",
    "networks.generation.resnet",
    "networks.parts.image_size",
    "networks.parts.spectral",
    "networks.super_resolution.edsr",
    "networks.super_resolution.srresnet",
]


class Checker(doctest.OutputChecker):
    """What an example says nothing of may be anything."""

    def check_output(self, want, got, optionflags):
        return want == "" or super().check_output(want, got, optionflags)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(name):
    module = importlib.import_module(f"kgan.{name}")
    random = np.random.default_rng(0)
    given = {"np": np, "layers": keras.layers, "features": random.normal(size=(40, 8)).astype("float32")}
    given |= {"x": random.normal(size=(2, 8, 8, 3)).astype("float32"), name.rpartition(".")[2]: module}
    runner = doctest.DocTestRunner(Checker(), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    told = []
    for example in doctest.DocTestFinder(exclude_empty=True).find(module, globs=given | vars(module)):
        runner.run(example, out=told.append)
    assert runner.failures == 0, "".join(told)
    assert runner.tries > 0
