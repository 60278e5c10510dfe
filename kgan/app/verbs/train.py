"""Training: the verb that every app has, and the flags that come with it."""

import dataclasses
import time
from pathlib import Path
from typing import ClassVar, Literal

from kgan.app import device, flags, recipe, startup
from kgan.app.run.run_folder import RunFolder
from kgan.errors import UserError

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16", "auto"]


@dataclasses.dataclass
class Training:
    """Base of an app's `train`: a dataclass whose fields are flags.

    An app sets `APP`, `RECIPES` and the groups of its own fields, and writes `open`, `stages` and, if it has more to
    tell, `facts`, `check` and `verdict`.
    """

    APP: ClassVar[str] = ""
    # What flags mean that were left out; the first recipe that fits and knows a flag says it.
    RECIPES: ClassVar[tuple] = ()
    # Settings that may differ when a run goes on.
    FREE: ClassVar[frozenset] = frozenset(
        (
            "run",
            "steps",
            "epochs",
            "minutes",
            "checkpoint_seconds",
            "on_nan",
            "dry_run",
            "overwrite",
            "quiet",
        )
    )
    GROUPS: ClassVar[dict] = {
        "common": (
            "Most people need these.",
            ("data", "run", "steps", "minutes", "image_size", "init_from", "dry_run", "overwrite"),
        ),
        "network": ("What is trained.", ()),
        "loss": ("What it is taught by.", ()),
        "run": ("How the run goes.", ()),
    }

    data: flags.Data = None
    """A folder of images, or `tfds:NAME`. Left out: real images that kgan's dependencies ship."""
    run: flags.Text = None
    """The run's folder. The same command goes on where it stopped. Left out: runs/ and the app's name."""
    steps: flags.Whole = None
    """Training steps, those before an interruption included."""
    epochs: flags.Whole = None
    """Instead of --steps: passes over the data."""
    minutes: flags.Number = None
    """Instead of --steps: the speed is measured first, and the steps that fit in are the plan, which the run folder
    keeps."""
    batch_size: flags.Positive = 64
    """Images a batch, over all devices together."""
    image_size: str = "64"
    """Height and width in pixels: N, or HEIGHTxWIDTH."""
    seed: flags.Seed = 0
    """Where all randomness comes from."""
    precision: Precision = "float32"
    """What layers compute in; weights stay float32. auto: mixed_bfloat16 where a short trial is faster with it; the run
    keeps what it began with."""
    distribute: Literal["auto", "none", "mirrored", "multi-worker"] = "auto"
    """On all GPUs of this machine (mirrored), on the machines that TF_CONFIG names (multi-worker), or on one device
    (none); auto takes what there is."""
    xla: Literal["auto", "on", "off"] = "auto"
    """Whether XLA compiles the step: slower to start, faster to train."""
    init_from: flags.Start = None
    """Fine-tune: start from the weights of this run folder or `.keras` file."""
    checkpoint_seconds: flags.Above = 60.0
    """The longest time between two checkpoints; each epoch's end writes one too."""
    on_nan: Literal["stop", "retry"] = "stop"
    """When a loss or a weight is no number any more: stop, or go once more from the last good checkpoint, with half the
    learning rates."""
    dry_run: bool = False
    """Print settings, data, parameter counts and a time estimate, and train nothing."""
    overwrite: bool = False
    """Remove what an earlier run left in the run folder."""
    quiet: bool = False
    """Say nothing while training."""

    # An app writes these
    # ---------------------------------------------------------------------------------------

    def open(self):
        """Returns the `kgan.data.source.split.Split` of the run."""
        raise NotImplementedError

    def stages(self, split):
        """Returns the list of `kgan.app.run.stages.Stage` to run."""
        raise NotImplementedError

    def facts(self, split):
        """Returns what later verbs need to know about the data: a dict that JSON can hold."""
        return {
            "fingerprint": split.training.fingerprint(),
            "summary": split.training.summary(),
            "labels": split.training.label_names,
        }

    def check(self):
        """Raises `UserError` for flags that do not go together; called before anything slow."""

    def verdict(self, model, split):
        """Returns the `kgan.app.run.words.Verdict` at the end of a training, or None."""

    # The harness writes these
    # ----------------------------------------------------------------------------------

    @classmethod
    def groups(cls, **names):
        """`GROUPS` with an app's own fields, by group."""
        return {title: (words, (*own, *names.get(title, ()))) for title, (words, own) in cls.GROUPS.items()}

    @classmethod
    def more_help(cls, name):
        """What the help adds to the text of a flag: what it means to leave it out."""
        return recipe.left_out(cls.RECIPES, name)

    def __post_init__(self):
        self.given = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        self.settle()

    def settle(self):
        """Sets what was left out, by the recipes."""
        self.run = f"runs/{self.APP}" if self.run is None else self.run
        if getattr(self, "network", None) == "auto":
            self.network = None
        self.recipes = recipe.settle(self, self.RECIPES)

    def settled_again(self):
        """The same flags with what was left out set anew, after more is known of the machine."""
        return type(self)(**self.given)

    @property
    def kind(self):
        """Where the data come from: "bundled" or "folder"."""
        return "bundled" if self.data is None else "folder"

    @property
    def device(self):
        """Of which kind of device the recipes are: the one that the run began on, else this machine's."""
        begun = None if self.given["overwrite"] else RunFolder(self.run).glimpse().get("device")
        return begun or device.kind()

    @property
    def size(self):
        """`(height, width)`."""
        return flags.image_size(self.image_size)

    @property
    def jit_compile(self):
        """What `compile` is told about XLA."""
        return {"auto": "auto", "on": True, "off": False}[self.xla]

    @property
    def shows_after(self):
        """The steps that the recipe needs to look like something, or None."""
        return recipe.shows_after([one for one in self.RECIPES if one.fits(self)])

    def decay(self, half_life, steps):
        """The decay of a moving average that forgets half in so many images, or in a tenth of a short training.

        Args:
            half_life: images; 0 or None for no average.
            steps: of the whole stage.

        Returns:
            The decay a step, or None.
        """
        if not half_life:
            return None
        return 0.5 ** (1 / max(1.0, min(half_life / self.batch_size, steps / 10)))

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
        flags.check(self)
        _ = self.size
        said = [name for name in ("steps", "epochs", "minutes") if self.given[name] is not None]
        if len(said) > 1:
            raise UserError(
                f"expected one of --steps, --epochs and --minutes; found --{' and --'.join(said)}; drop one"
            )
        self.check()
        RunFolder(self.run).refuse_another_use(self.overwrite)
        startup.start()
        from kgan.app.run import session

        return session.train(self, began)
