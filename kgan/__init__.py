"""kgan: adversarial networks that are Keras models.

Names load when they are first used, so that `import kgan` (and `kgan --help`) costs no TensorFlow.
"""

import importlib

from kgan import saving
from kgan.saving import load_model
from kgan.version import __version__

SCHEMES = (
    "BEGAN",
    "ConditionalGAN",
    "ContextEncoder",
    "CycleGAN",
    "DRAGAN",
    "DiscoGAN",
    "DualGAN",
    "ESRGAN",
    "FreeFormInpainting",
    "GAN",
    "LSGAN",
    "Pix2Pix",
    "SRGAN",
    "SuperResolution",
    "VideoPredictionGAN",
    "WGAN",
    "WGANGP",
)
MODULES = (
    "app",
    "backend",
    "callbacks",
    "data",
    "export",
    "layers",
    "losses",
    "metrics",
    "networks",
    "objectives",
    "penalties",
    "pictures",
    "schedules",
    "schemes",
    "tasks",
    "tiles",
)

__all__ = ["AdversarialModel", "__version__", "load_model", *MODULES, *SCHEMES]


def __getattr__(name):
    if name in MODULES:
        return importlib.import_module(f"kgan.{name}")
    if name == "AdversarialModel":
        return importlib.import_module("kgan.adversarial").AdversarialModel
    if name in SCHEMES:
        return getattr(importlib.import_module("kgan.schemes"), name)
    raise AttributeError(f"module 'kgan' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)


saving.announce()
