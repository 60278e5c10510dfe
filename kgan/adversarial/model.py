"""`AdversarialModel`: two sides taking turns. What every scheme inherits; its ideas are in the files beside it."""

import functools
import types
from collections.abc import Mapping

import keras
from keras import ops

from kgan import backend
from kgan.adversarial import draws, sides, terms
from kgan.adversarial.averages import Averages
from kgan.adversarial.batch import check_range, read_batch
from kgan.adversarial.expectations import check_channels, check_output, check_shapes, warn_of_mixed_samples
from kgan.adversarial.facade import Facade
from kgan.adversarial.game import SchemeGame
from kgan.adversarial.logs import RunningMeans
from kgan.adversarial.memory import Memory
from kgan.adversarial.optimizers import make_optimizers
from kgan.adversarial.settings import Settings
from kgan.adversarial.state import Saved
from kgan.backend.contract import Batch


class AdversarialModel(backend.Trainer, Facade, Saved, keras.Model):
    """A generator side and a discriminator side, trained in turns (Goodfellow et al. 2014, arXiv:1406.2661).

    A scheme writes `generate`, `discriminator_losses`, `generator_losses` and `call`; names its networks in
    `generator_side` and `discriminator_side` where they are not `[self.generator]` and `[self.discriminator]`;
    and sets each constructor argument as an attribute of the same name, from which `get_config` is derived.

    Attributes:
        batch_keys: what a bare array or a tuple passed to `fit` means.
        discriminator_output: what a discriminator must return: "logit" `(batch, 1)`, "patch" `(batch, h, w, 1)`,
            "logits" (either), "image" (the shape of its input), "logit+classes" or "logit+features" (a dict of both),
            or None (unchecked).
        defaults: compile arguments of the paper, used where the caller gives none.

    What `fit` logs: each term under "side/term", unweighted; what a scheme adds; and `loss`, the generator side's
    weighted sum, which Keras's callbacks watch by default (the discriminator side's where no generator learns). It is
    what that side minimises, no measure of quality. `evaluate` has the same but for gradient norms, and the metrics.
    """

    batch_keys = ("image", "label")
    discriminator_output = "logits"
    defaults = types.MappingProxyType({})
    weights_by_loss = types.MappingProxyType({})  # `loss_weights` that belong to a loss, by its name

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # A scheme of ours is known by its name wherever its file stands; yours by its module, which is yours alone.
        ours = cls.__module__.partition(".")[0] == "kgan"
        keras.saving.register_keras_serializable("kgan.schemes" if ours else cls.__module__)(cls)

    def __init__(self, name: str | None = None, **kwargs) -> None:
        check_channels(type(self).__name__)
        super().__init__(name=name, **kwargs)
        counter = functools.partial(self.add_state, value=0, dtype="int64", aggregation="only_first_replica")
        self.steps, self.evaluation_steps = counter("steps"), counter("evaluation_steps")
        self.game, self.means, self.averages = SchemeGame(self), RunningMeans(), Averages()
        self.memory = Memory()
        self._take(Settings())
        self.built = True

    @property
    def generator_side(self) -> list:
        """Networks that the generator optimizer may move."""
        return [self.generator]

    @property
    def discriminator_side(self) -> list:
        """Networks that the discriminator optimizer may move."""
        return [self.discriminator]

    def generate(self, batch: Mapping) -> dict:
        """Everything that the generator side makes of a batch: dict of tensors."""
        raise NotImplementedError(f"{type(self).__name__} must write generate(batch).")

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        """Named terms, scalars, whose weighted sum the discriminator side minimises."""
        raise NotImplementedError(f"{type(self).__name__} must write discriminator_losses(batch, generated).")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        """Named terms, scalars, whose weighted sum the generator side minimises."""
        raise NotImplementedError(f"{type(self).__name__} must write generator_losses(batch, generated).")

    def discriminator_view(self, batch: Mapping, generated: dict) -> dict:
        """What the discriminator gets to see in its own turn (an image pool, a history)."""
        return generated

    def after_step(self, terms: dict) -> dict:
        """Update state from the step's terms, averaged over replicas. Returns extra logs."""
        return {}

    def sample_inputs(self, count: int, seed: int, **conditions) -> dict:
        """Inputs of `call` for `count` samples."""
        raise NotImplementedError(f"{type(self).__name__} draws no samples out of nothing; use predict.")

    @property
    def batch_shapes(self) -> dict:
        """Shapes of what `fit` is given, by key, None for any number: told before training, in one line."""
        return {}

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        """(real, generated) for the metrics given to `compile`."""
        return batch[self.batch_keys[0]], generated["image"]

    def draw(self, batch: Mapping, use, shape, distribution="normal"):
        """Random numbers for this batch, the same for one replica as for several together.

        Args:
            batch: what `generate` and the losses are given; it knows its turn.
            use: what they are for; another use, step or discriminator turn gives other numbers.
            shape: `(batch, ...)`.
            distribution: "normal" or "uniform" (0 to 1).
        """
        moment = Batch(batch).moment
        step = self.evaluation_steps if moment.evaluating else self.steps
        return draws.draw((self.seed, step), moment, use, shape, distribution)

    def log(self, batch: Mapping, name: str, value):
        """Log a number that is no loss term; `name` as "discriminator/accuracy"."""
        getattr(batch, "logs", {})[name] = ops.cast(value, "float32")

    def seen(self, batch: Mapping, image, color: bool = True):
        """What a discriminator gets to see of an image: augmented, if the model was compiled so.

        All that is seen of one batch is augmented by one draw: real and generated, both halves of a pair, a mask.
        `contest` does this to what it is given; a scheme does it to what its judge adds (a source, a mask).

        Args:
            batch: as for `draw`.
            image: `(batch, height, width, channels)`.
            color: False for a mask, which is moved about only.
        """
        self.memory.asked = True
        augment = self.memory.augment
        if augment is None or Batch(batch).moment.evaluating:
            return image
        draw = functools.partial(self.draw, batch)
        return augment(image, draw, self.memory.probability(self.steps), color=color)

    def contest(self, batch: Mapping, side: str, judge, real, fake, of="", relabel=None):
        """The terms that the two sides play for: the compiled loss, and in D's turn its penalties; logs D's accuracy.

        Args:
            batch: as for `draw`.
            side: whose terms, "discriminator" or "generator".
            judge: callable from images to logits.
            real, fake: images of one shape `(batch, height, width, channels)`.
            of: names one discriminator of several ("adversarial_a" for "a"); add theirs up with `terms.summed`.
            relabel: callable from the logits of fake to those that D's loss is given, for fake that is real in part.
        """
        if len(real.shape) == 4:
            of_image, judge = judge, lambda image: of_image(self.seen(batch, image))
        found, real_logits, fake_logits = terms.contest(side, judge, real, fake, self.loss, of, relabel)
        if side == "generator":
            return found
        noted = terms.accuracy(self.loss, real_logits, fake_logits, of)
        noted |= self.memory.logs(self.loss, real_logits, fake_logits, of)
        for name, value in noted.items():
            self.log(batch, name, value)
        updates = ops.cast(self.steps, "int32") * self.discriminator_steps
        updates += ops.cast(Batch(batch).moment.turn, "int32")
        draw = functools.partial(self.draw, batch)
        found |= self.memory.terms(real_logits, fake_logits, of)
        getattr(batch, "asked", set()).update(penalty.name for penalty in self.penalties)
        return found | terms.penalty_terms(self.penalties, updates, judge, real, fake, draw, real_logits)

    def add_state(self, name: str, value, dtype="float32", aggregation="mean"):
        """A scalar that training updates, the same on every replica, saved with the model."""
        start = keras.initializers.Constant(value)
        options = {"trainable": False, "aggregation": aggregation, "name": name}
        return self.add_weight(shape=(), initializer=start, dtype=dtype, **options)

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss=None,
        penalty=None,
        loss_weights=None,
        discriminator_steps=None,
        generator_batch=None,
        ema_decay=None,
        ema_half_life=None,
        augment=None,
        metrics=None,
        seed: int = 0,
        jit_compile="auto",
        run_eagerly=False,
        steps_per_execution=1,
    ) -> None:
        """Configure training. What is left out is the scheme's own setting, from its paper.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers (names, configs or objects), one each.
                A discriminator schedule counts training steps, however many updates a step has.
            loss: name or object of `kgan.losses`.
            penalty: name, object or list of `kgan.penalties`; `()` for none.
            loss_weights: dict from a term ("generator/pixel", or "pixel" for either side) to its weight, a number or
                a Keras schedule of it. A term left out keeps the scheme's weight.
            discriminator_steps: discriminator updates a step, each on other data and other noise.
            generator_batch: "shared" (the generator learns from the last of those batches, through the same
                forward pass) or "fresh" (from another one, as in Goodfellow's Algorithm 1).
            ema_decay: decay in (0, 1) of an exponential moving average of the generator side, which
                `predict`, `sample` and exports then use; after t steps `min(ema_decay, (1 + t) / (10 + t))`.
            ema_half_life: the same in images: after so many an old weight counts half.
            augment: name or object of `kgan.augmentation`: what becomes of all that a discriminator sees in training.
            metrics: Keras metrics, updated with (real, generated) images by `evaluate`.
            seed: key of every random number that the scheme draws.
            jit_compile: "auto" uses XLA where it works and pays; True insists; False does without.

        Raises:
            ValueError: an unknown loss or penalty, one optimizer for both sides, a number out of range, or a
                discriminator whose output is not what the scheme needs.
        """
        with self.distribute_strategy.scope():  # where metrics given by name are made
            settings = Settings.of(
                self,
                generator_optimizer=generator_optimizer,
                discriminator_optimizer=discriminator_optimizer,
                loss=loss,
                penalty=penalty,
                loss_weights=loss_weights,
                discriminator_steps=discriminator_steps,
                generator_batch=generator_batch,
                ema_decay=ema_decay,
                ema_half_life=ema_half_life,
                augment=augment,
                metrics=metrics,
                seed=seed,
                jit_compile=jit_compile,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
            )
        for network in self.discriminator_side if self.discriminator_output else ():
            check_output(network, self.discriminator_output, type(self).__name__)
        warn_of_mixed_samples(self.discriminator_side, settings.penalty)
        with self.distribute_strategy.scope():
            backend.strategies.check_scope(self.variables, "compile")
            super().compile(
                optimizer=None,
                jit_compile=False,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
            )
            self._take(settings)
            self.jit_compile = self.play(
                self.game,
                self.networks,
                settings.discriminator_steps,
                settings.fresh,
                jit_compile,
                run_eagerly,
            )
            self.optimizer = make_optimizers(settings, self.networks, self.side_variables)
            self.discriminator_optimizer, self.generator_optimizer = self.optimizer.optimizers
            self.settings = settings.with_optimizers(*self.optimizer.optimizers)
            self._start_averaging()
            self.memory = Memory(settings.augment, settings.penalty, self.add_state, self.memory)
        self.means = RunningMeans()

    def _take(self, settings):
        self.settings = settings
        self.loss, self.penalties, self.loss_weights = settings.loss, settings.penalty, settings.loss_weights
        self.discriminator_steps, self.generator_batch = (
            settings.discriminator_steps,
            settings.generator_batch,
        )
        self.batches_per_step = settings.batches_per_step
        self.seed, self.ema_decay = settings.seed, settings.ema_decay

    @property
    def networks(self) -> list:
        """Every network of the model, trained or frozen, each once."""
        found = [layer for layer in backend.own_layers(self) if isinstance(layer, keras.Model)]
        return sides.unique([*self.generator_side, *self.discriminator_side, *found])

    def side_variables(self, side: str) -> list:
        """The trainable variables of one side, each once."""
        return self.game.variables_of(side)

    def side_total(self, side: str, batch: Mapping, generated: dict):
        """One side's weighted sum (None where it has no terms) and its logs, unweighted."""
        return self.game.total(side, batch, generated, Batch(batch).moment)

    def read(self, data) -> dict:
        """What `fit` was given, as a dict of tensors by key."""
        return read_batch(data, self.batch_keys)

    def check_batch(self, batch: dict) -> None:
        """Check arrays by key before they are trained on; raises ValueError."""
        check_range(batch)

    def before_first_step(self, spec):
        check_shapes(self.read(spec), self.batch_shapes, type(self).__name__)
        backend.strategies.check_scope(self.variables, "fit")
        if not self.means.complete:
            self.game.learn_names(spec)
