"""The commands beside the apps: `kgan data FOLDER` and `kgan check EXPORT`."""

import dataclasses

import tyro

from kgan.app import startup


@dataclasses.dataclass
class Data:
    """Say what kgan sees in a folder: images, sizes, labels, problems."""

    folder: tyro.conf.Positional[str]
    """A folder of images, of sub-folders of images, or a TFDS name as `tfds:NAME`."""

    def __call__(self):
        startup.start()
        from kgan import data

        print(data.describe(self.folder))


@dataclasses.dataclass
class Check:
    """Serve an exported model in a fresh process and compare it with the original.

    The process imports TensorFlow and NumPy alone, so what agrees here needs neither kgan nor Keras where it
    is served.
    """

    export: tyro.conf.Positional[str]
    """What `export` wrote: `saved_models/NAME`, or one version in it."""
    tolerance: float = 1e-5
    """The largest difference allowed between a served value and the original."""

    def __call__(self):
        from kgan import serving_check

        lines, agrees = serving_check.check(self.export, tolerance=self.tolerance)
        print("\n".join(lines))
        return 0 if agrees else 1


VERBS = {"data": Data, "check": Check}
