"""Training: the verb that every app has, and the flags that come with it."""

import dataclasses
import time
from pathlib import Path
from typing import ClassVar, Literal

from kgan.app import flags, startup


@dataclasses.dataclass
class Training:
    """Base of an app's `train`: a dataclass whose fields are flags.

    An app sets `APP` and the defaults it wants, adds its own fields, and writes `open_source`, `stages` and,
    if it has more to tell, `facts`.
    """

    APP: ClassVar[str] = ""
    # Settings that may differ when a run goes on.
    FREE: ClassVar[frozenset] = frozenset(
        (
            "run",
            "epochs",
            "minutes",
            "checkpoint_seconds",
            "dry_run",
            "overwrite",
            "quiet",
        )
    )

    data: flags.Text = None
    """A folder of images, or `tfds:NAME`. Left out: real images that kgan's dependencies ship."""
    run: flags.Text = None
    """The run's folder. The same command goes on where it stopped. Left out: runs/ and the app's name."""
    epochs: flags.Whole = None
    """Passes over the data."""
    minutes: flags.Number = None
    """Stop after this many minutes of training, those before an interruption included."""
    batch_size: int = 64
    """Images a batch, over all devices together."""
    image_size: str = "64"
    """Height and width in pixels: N, or HEIGHTxWIDTH."""
    seed: int = 0
    """Where all randomness comes from."""
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"
    """What layers compute in; weights stay float32."""
    distribute: Literal["none", "mirrored"] = "none"
    """`mirrored` trains on all GPUs of this machine."""
    xla: Literal["auto", "on", "off"] = "auto"
    """Whether XLA compiles the step: slower to start, faster to train."""
    init_from: flags.Text = None
    """Fine-tune: start from the weights of this run folder or `.keras` file."""
    checkpoint_seconds: float = 60.0
    """The longest time between two checkpoints; each epoch's end writes one too."""
    dry_run: bool = False
    """Print settings, data, parameter counts and a time estimate, and train nothing."""
    overwrite: bool = False
    """Remove what an earlier run left in the run folder."""
    quiet: bool = False
    """Say nothing while training."""

    # An app writes these
    # ---------------------------------------------------------------------------------------

    def open_source(self):
        """Returns the `kgan.data` source to train on."""
        raise NotImplementedError

    def stages(self, source):
        """Returns the list of `kgan.app.run.stages.Stage` to run."""
        raise NotImplementedError

    def facts(self, source):
        """Returns what later verbs need to know about the data: a dict that JSON can hold."""
        return {
            "fingerprint": source.fingerprint(),
            "summary": source.summary(),
            "labels": source.label_names,
        }

    def check(self):
        """Raises `UserError` for flags that do not go together; called before anything slow."""

    # The harness writes these
    # ----------------------------------------------------------------------------------

    def __post_init__(self):
        self.run = self.run or f"runs/{self.APP}"

    def fill(self, settings):
        """Sets the flags that were left out; `epochs` only where no `--minutes` ends the training."""
        for name, value in settings.items():
            if getattr(self, name) is None and not (name == "epochs" and self.minutes):
                setattr(self, name, value)

    @property
    def size(self):
        """`(height, width)`."""
        return flags.image_size(self.image_size)

    @property
    def jit_compile(self):
        """What `compile` is told about XLA."""
        return {"auto": "auto", "on": True, "off": False}[self.xla]

    def say(self, line):
        """Prints a line unless `--quiet`."""
        if not self.quiet:
            print(line, flush=True)

    def settings(self):
        """Returns the flags as a dict that JSON can hold; paths as absolute ones."""
        found = dataclasses.asdict(self)
        for name in ("data", "init_from"):
            if found[name] and not found[name].startswith("tfds:"):
                found[name] = str(Path(found[name]).resolve())
        found["image_size"] = "{}x{}".format(*self.size)
        return found

    def __call__(self):
        began = time.monotonic()
        for name in ("epochs", "minutes", "batch_size", "checkpoint_seconds"):
            flags.positive(name, getattr(self, name))
        _ = self.size
        self.check()
        startup.start()
        from kgan.app.run import session

        return session.train(self, began)
