"""The `>>>` examples of docstrings run, and print what they say.

An example that says nothing may return anything; `fit` is taken up to its first step. Whatever else an example needs
stands in `docstring_stage`.
"""

import doctest
import importlib
import pathlib
import types

import numpy as np
import pytest

from tests import docstring_stage as stage

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = sorted(
    str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")
    for path in (ROOT / "kgan").rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)
# A data set out of the network, and a run that has been trained for minutes.
ELSEWHERE = {"kgan.data.datasets.tfds", "kgan.saving"}


class Checker(doctest.OutputChecker):
    """What an example says nothing of may be anything."""

    def check_output(self, want, got, optionflags):
        return want == "" or super().check_output(want, got, optionflags)


def of_schemes():
    from kgan import SRGAN, objectives
    from kgan.networks.features import random_convolution
    from kgan.schedules import LinearDecay

    networks = stage.small_networks()
    gan = stage.common()["GAN"](
        networks["dcgan"].generator((32, 32)), networks["dcgan"].discriminator((32, 32)), latent_size=128
    )
    return networks | {
        "gan": gan,
        "model": gan,
        "SRGAN": SRGAN,
        "LinearDecay": LinearDecay,
        "perceptual": objectives.Perceptual(random_convolution.features(3), ["stage_1"]),
        "before": networks["rrdb"].generator(4),
    }


OF_MODULE = {
    "kgan.schemes.translation.cyclegan": {
        "horses": stage.floats(2, 128, 128, 3),
        "zebras": stage.floats(2, 128, 128, 3),
        "horse": stage.floats(1, 64, 64, 3),
    },
    "kgan.schemes.translation.discogan": {
        "handbags": stage.floats(2, 64, 64, 3),
        "shoes": stage.floats(2, 64, 64, 3),
    },
    "kgan.schemes.translation.dualgan": {
        "sketches": stage.floats(2, 256, 256, 3),
        "photographs": stage.floats(2, 256, 256, 3),
    },
    "kgan.schemes.translation.pix2pix": {
        "sources": stage.floats(2, 128, 128, 3),
        "targets": stage.floats(2, 128, 128, 3),
    },
    "kgan.schemes.inpainting.context_encoder": {
        "images": stage.floats(2, 128, 128, 3),
        "masks": np.ones((2, 128, 128, 1), "float32"),
        "broken": stage.floats(2, 128, 128, 3),
        "mask": np.ones((2, 128, 128, 1), "float32"),
    },
    "kgan.schemes.inpainting.free_form_inpainting": {
        "images": stage.floats(2, 64, 64, 3),
        "masks": np.ones((2, 64, 64, 1), "float32"),
        "broken": stage.floats(2, 64, 64, 3),
        "mask": np.ones((2, 64, 64, 1), "float32"),
    },
    "kgan.schemes.video.video_prediction": {"clips": stage.floats(2, 5, 64, 64, 3)},
    "kgan.schemes.generation.r3gan": {"images": stage.floats(2, 48, 64, 3)},
    "kgan.metrics.features": {"images": stage.floats(100, 32, 32, 3)},
}


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in ELSEWHERE])
def test_examples_run(name, tmp_path, monkeypatch):
    module = importlib.import_module(name)
    names = stage.common()
    if name.startswith(("kgan.schemes", "kgan.adversarial", "kgan.augmentation", "kgan.layers.image_pool")):
        names |= of_schemes()
        monkeypatch.setattr(importlib.import_module("kgan").AdversarialModel, "fit", stage.fit)
    if name.startswith(("kgan.data", "kgan.files")):
        stage.folders(tmp_path)
        if name.endswith(".captions"):
            stage.captioned(tmp_path)
    monkeypatch.chdir(tmp_path)
    short = name.rpartition(".")[2]
    names |= {short: module} | vars(module) | OF_MODULE.get(name, {})
    runner = doctest.DocTestRunner(Checker(), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    told = []
    for example in doctest.DocTestFinder(exclude_empty=True).find(module, name, globs=names):
        runner.run(example, out=told.append)
    assert isinstance(module, types.ModuleType)
    assert runner.failures == 0, "".join(told)
    assert runner.tries > 0
