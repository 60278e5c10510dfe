"""`AdversarialModel`: two sides taking turns. What every scheme inherits; no gradient code here."""

import contextlib
import inspect
import types
import zlib

import keras
import numpy as np
from keras import ops

from kgan import backend, losses, penalties
from kgan.expectations import check_output
from kgan.schedules import PerStep


class Batch(dict):
    """A batch by key; a key that is not there is told in one line."""

    def __missing__(self, key):
        raise ValueError(
            f"fit: expected {key!r} in each batch, found {sorted(self)}. Pass dicts with that key, or a tuple "
            "in the order of the scheme's batch_keys."
        )


class _Untracked:
    """Holds objects that belong to a run and not to the saved model."""

    def __init__(self, **held):
        self.__dict__.update(held)


class SideOptimizers:
    """What stock callbacks see as `model.optimizer`: both sides' optimizers, as `optimizers`."""

    def __init__(self, discriminator, generator):
        self.optimizers = [discriminator, generator]

    @property
    def iterations(self):
        return self.optimizers[-1].iterations

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]


class AdversarialModel(backend.Trainer, keras.Model):
    """A generator side and a discriminator side, trained in turns (Goodfellow et al. 2014, arXiv:1406.2661).

    A scheme writes `generate`, `discriminator_losses`, `generator_losses` and `call`; names its networks in
    `generator_side` and `discriminator_side` where they are not `[self.generator]` and `[self.discriminator]`;
    and sets each constructor argument as an attribute of the same name, from which `get_config` is derived.

    Attributes:
        batch_keys: what a bare array or a tuple passed to `fit` means.
        discriminator_output: what a discriminator must return: "logit" `(batch, 1)`, "patch"
            `(batch, h, w, 1)`, "logits" (either), "image" (the shape of its input), or None (unchecked).
        defaults: compile arguments of the paper, used where the caller gives none.
    """

    batch_keys = ("image", "label")
    discriminator_output = "logits"
    defaults = types.MappingProxyType({})

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # A scheme of ours is known by its name wherever its file stands; yours by its module, which is yours alone.
        ours = cls.__module__.partition(".")[0] == "kgan"
        keras.saving.register_keras_serializable("kgan.schemes" if ours else cls.__module__)(cls)

    def __init__(self, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.steps = self.add_state("steps", 0, dtype="int64", aggregation="only_first_replica")
        self.evaluation_steps = self.add_state(
            "evaluation_steps", 0, dtype="int64", aggregation="only_first_replica"
        )
        self.discriminator_steps, self.generator_batch = 1, "shared"
        self.seed, self.ema_decay, self.penalties = 0, None, []
        self._averages = []
        self._run = _Untracked(
            trackers={}, metrics=[], observed=None, turn=0, evaluating=False, discovered=False
        )
        self.built = True

    # What a scheme writes ----------------------------------------------------------------------------------

    @property
    def generator_side(self):
        """Networks that the generator optimizer may move."""
        return [self.generator]

    @property
    def discriminator_side(self):
        """Networks that the discriminator optimizer may move."""
        return [self.discriminator]

    def generate(self, batch):
        """Everything that the generator side makes of a batch: dict of tensors."""
        raise NotImplementedError(f"{type(self).__name__} must write generate(batch).")

    def discriminator_losses(self, batch, generated):
        """Named terms, scalars, whose weighted sum the discriminator side minimises."""
        raise NotImplementedError(f"{type(self).__name__} must write discriminator_losses(batch, generated).")

    def generator_losses(self, batch, generated):
        """Named terms, scalars, whose weighted sum the generator side minimises."""
        raise NotImplementedError(f"{type(self).__name__} must write generator_losses(batch, generated).")

    def discriminator_view(self, generated):
        """What the discriminator gets to see in its own turn (an image pool, a history)."""
        return generated

    def after_step(self, terms):
        """Update state from the step's terms, averaged over replicas. Returns extra logs."""
        return {}

    def sample_inputs(self, count, seed, **conditions):
        """Inputs of `call` for `count` samples."""
        raise NotImplementedError(f"{type(self).__name__} draws no samples out of nothing; use predict.")

    def images_to_compare(self, batch, generated):
        """(real, generated) for the metrics given to `compile`."""
        return batch[self.batch_keys[0]], generated["image"]

    # Compiling ---------------------------------------------------------------------------------------------

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
        metrics=None,
        seed=0,
        jit_compile="auto",
        run_eagerly=False,
        steps_per_execution=1,
    ):
        """Configure training. What is left out is the scheme's own setting, from its paper.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers (names, configs or objects), one each.
                A discriminator schedule counts training steps, however many updates a step has.
            loss: name or object of `kgan.losses`.
            penalty: name, object or list of `kgan.penalties`; `()` for none.
            loss_weights: dict from a term ("generator/pixel", or "pixel" for either side) to its weight. A term
                left out keeps the scheme's weight.
            discriminator_steps: discriminator updates a step, each on other data and other noise.
            generator_batch: "shared" (the generator learns from the last of those batches, through the same
                forward pass) or "fresh" (from another one, as in Goodfellow's Algorithm 1).
            ema_decay: decay in (0, 1) of an exponential moving average of the generator side, which
                `predict`, `sample` and exports then use.
            metrics: Keras metrics, updated with (real, generated) images by `evaluate`.
            seed: key of every random number that the scheme draws.
            jit_compile: "auto" uses XLA where it works and pays; True insists; False does without.

        Raises:
            ValueError: an unknown loss or penalty, one optimizer for both sides, a number out of range, or a
                discriminator whose output is not what the scheme needs.
        """
        given = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        settings = {
            "generator_optimizer": "adam",
            "discriminator_optimizer": "adam",
            "discriminator_steps": 1,
            "generator_batch": "shared",
            **self.defaults,
        }
        settings |= {
            name: value for name, value in given.items() if value is not None or name not in settings
        }
        settings["loss_weights"] = self._all_weights(loss_weights or {})
        self._check(settings)
        strategy = self.distribute_strategy
        with strategy.scope():
            super().compile(
                optimizer=None,
                jit_compile=False,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
            )
        self.loss = losses.get(settings["loss"]) if settings["loss"] is not None else None
        self.penalties = penalties.get(settings["penalty"])
        self.loss_weights = settings["loss_weights"]
        self.discriminator_steps = settings["discriminator_steps"]
        self.generator_batch = settings["generator_batch"]
        self.seed = int(seed)
        for network in self.discriminator_side if self.discriminator_output else ():
            check_output(network, self.discriminator_output, type(self).__name__)
        whole, turn, core = self.choose_compilation(jit_compile, run_eagerly)
        self.jit_compile = whole
        self._jit = _Untracked(turn=turn, core=core)
        self._compiled_functions = _Untracked(functions={})
        with strategy.scope():
            discriminator_optimizer = PerStep.wrap(
                keras.optimizers.get(settings["discriminator_optimizer"]), self.discriminator_steps
            )
            self.discriminator_optimizer = self.prepare_optimizer(discriminator_optimizer, "discriminator")
            self.generator_optimizer = self.prepare_optimizer(settings["generator_optimizer"], "generator")
            self._start_averaging(ema_decay if ema_decay is not None else settings["ema_decay"])
        self.optimizer = SideOptimizers(self.discriminator_optimizer, self.generator_optimizer)
        self._run.metrics = list(metrics or [])
        self._run.trackers, self._run.discovered = {}, False
        self._settings = _Untracked(
            values={
                **{
                    name: settings[name]
                    for name in ("loss_weights", "discriminator_steps", "generator_batch")
                },
                "generator_optimizer": self.generator_optimizer,
                "discriminator_optimizer": self.discriminator_optimizer,
                "loss": self.loss,
                "penalty": self.penalties,
                "ema_decay": self.ema_decay,
                "metrics": self._run.metrics,
                "seed": self.seed,
                "jit_compile": jit_compile,
                "run_eagerly": run_eagerly,
                "steps_per_execution": steps_per_execution,
            }
        )

    def _all_weights(self, given):
        """The scheme's own weights, and over them those given; "pixel" replaces "generator/pixel" too."""
        own = self.defaults.get("loss_weights") or {}
        return {name: w for name, w in own.items() if name.split("/", 1)[-1] not in given} | dict(given)

    def _check(self, settings):
        steps = settings["discriminator_steps"]
        if not isinstance(steps, int) or steps < 1:
            raise ValueError(f"discriminator_steps: expected an integer of at least 1, received {steps!r}.")
        if settings["generator_batch"] not in ("shared", "fresh"):
            raise ValueError(
                f"generator_batch: expected 'shared' or 'fresh', received {settings['generator_batch']!r}."
            )
        decay = settings.get("ema_decay")
        if decay is not None and not 0 < decay < 1:
            raise ValueError(f"ema_decay: expected a number between 0 and 1, or None, received {decay!r}.")
        first, second = settings["generator_optimizer"], settings["discriminator_optimizer"]
        if first is second and isinstance(first, keras.optimizers.Optimizer):
            raise ValueError(
                "compile: expected one optimizer for each side, received the same object twice. Make two: the "
                "state of an optimizer belongs to the weights it moves."
            )

    def _start_averaging(self, decay):
        self.ema_decay = decay
        variables = [v for n in self.generator_side for v in n.weights if "float" in v.dtype]
        if decay is None or not variables:
            self._averages = []
        elif len(self._averages) != len(variables):
            self._averages = [
                self.add_weight(
                    shape=v.shape,
                    initializer=lambda shape, dtype, v=v: ops.convert_to_tensor(np.asarray(v), dtype),
                    dtype=v.dtype,
                    trainable=False,
                    aggregation="only_first_replica",
                    name=f"average_{index}",
                )
                for index, v in enumerate(variables)
            ]

    def add_state(self, name, value, dtype="float32", aggregation="mean"):
        """A scalar that training updates, the same on every replica, saved with the model."""
        return self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(value),
            dtype=dtype,
            trainable=False,
            aggregation=aggregation,
            name=name,
        )

    # The sides ---------------------------------------------------------------------------------------------

    @property
    def networks(self):
        """Every network of the model, trained or frozen, each once."""
        found = [*self.generator_side, *self.discriminator_side]
        found += [layer for layer in self._layers if isinstance(layer, keras.Model)]
        return list({id(network): network for network in found}.values())

    def side_variables(self, side):
        """The trainable variables of one side, each once."""
        networks = getattr(self, f"{side}_side")
        variables = [variable for network in networks for variable in network.trainable_variables]
        return list({id(variable): variable for variable in variables}.values())

    def side_hooks(self, side):
        """Layers of one side that want to know of each of its updates (spectral normalization)."""
        layers = [layer for network in getattr(self, f"{side}_side") for layer in network._flatten_layers()]
        return [layer for layer in layers if hasattr(layer, "before_update")]

    @property
    def averaged(self):
        """Pairs of a generator-side variable and its moving average."""
        if not self._averages:
            return []
        variables = [v for n in self.generator_side for v in n.weights if "float" in v.dtype]
        return list(zip(variables, self._averages, strict=True))

    @contextlib.contextmanager
    def averages(self):
        """Inside, the generator side computes with its moving average, if there is one."""
        pairs = self.averaged
        if not pairs:
            yield
            return
        with keras.StatelessScope(state_mapping=[(v, average.value) for v, average in pairs]):
            yield

    def __call__(self, *args, training=False, **kwargs):
        with contextlib.nullcontext() if training else self.averages():
            return super().__call__(*args, training=training, **kwargs)

    # Terms and logs ----------------------------------------------------------------------------------------

    def as_batch(self, data):
        """What `fit` was given, as a dict by key."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(x, dict):
            batch = dict(x)
        else:
            values = [*(x if isinstance(x, (tuple, list)) else [x]), *([] if y is None else [y])]
            if len(values) > len(self.batch_keys):
                raise ValueError(
                    f"fit: expected at most {len(self.batch_keys)} arrays {self.batch_keys}, received {len(values)}."
                )
            batch = dict(zip(self.batch_keys, values, strict=False))
        for key, value in batch.items():
            dtype = keras.backend.standardize_dtype(value.dtype)
            if dtype in ("uint8", "int8", "int16", "uint16") and key != "label":
                raise ValueError(
                    f"fit: expected {key!r} as float32 in [-1, 1], received {dtype}. "
                    "Convert with kgan.pictures.pixels.to_float."
                )
        return Batch(batch)

    def draw(self, use, shape, distribution="normal"):
        """Random numbers for this step, the same for one replica as for several together.

        Args:
            use: what they are for; another use, step or discriminator turn gives other numbers.
            shape: `(batch, ...)`.
            distribution: "normal" or "uniform" (0 to 1).
        """
        run = self._run
        step = self.evaluation_steps if run.evaluating else self.steps
        use = f"evaluate {use}" if run.evaluating else use
        return backend.random(distribution, shape, [self.seed, _stream(use), step, run.turn])

    def log(self, name, value):
        """Log a number that is no loss term; `name` as "discriminator/accuracy"."""
        if self._run.observed is not None:
            self._run.observed[name] = ops.cast(value, "float32")

    def log_accuracy(self, real, fake, of=""):
        """How often a logit falls on the side of the loss's threshold where it belongs; 1 is a generator lost.
        A Wasserstein critic has no threshold and logs nothing. `of` names one discriminator of several."""
        threshold = getattr(self.loss, "threshold", None)
        if threshold is not None:
            suffix = of and f"_{of}"
            self.log(f"discriminator/accuracy_real{suffix}", ops.mean(ops.cast(real > threshold, "float32")))
            self.log(f"discriminator/accuracy_fake{suffix}", ops.mean(ops.cast(fake < threshold, "float32")))

    def side_total(self, side, batch, generated):
        """One side's weighted sum (None where it has no terms) and its logs, unweighted."""
        self._run.observed = observed = {}
        try:
            terms = getattr(self, f"{side}_losses")(Batch(batch), generated)
        finally:
            self._run.observed = None
        terms = {name: ops.cast(value, "float32") for name, value in terms.items()}
        total = None
        for name, value in terms.items():
            weighted = value * self._weight(side, name)
            total = weighted if total is None else total + weighted
        return total, {f"{side}/{name}": ops.stop_gradient(value) for name, value in terms.items()} | observed

    def _weight(self, side, term):
        default = {penalty.name: penalty.weight for penalty in self.penalties}.get(term, 1.0)
        default = default(self.steps) if callable(default) else default
        return self.loss_weights.get(f"{side}/{term}", self.loss_weights.get(term, default))

    def penalty_terms(self, critic, real, fake):
        """The compiled penalties on a discriminator, as named terms.

        Args:
            critic: callable from images to logits.
            real, fake: images of one shape `(batch, height, width, channels)`.
        """
        terms = {}
        for penalty in self.penalties:
            value = _lazily(penalty, self._updates_done(), lambda p=penalty: p(critic, real, fake, self.draw))
            if value is not None:
                terms[penalty.name] = value
        return terms

    def _updates_done(self):
        steps = ops.cast(self.steps, "int32")
        return steps * self.discriminator_steps + ops.cast(self._run.turn, "int32")

    @contextlib.contextmanager
    def taking(self, turn):
        """Inside, draws belong to this turn of the step."""
        previous, self._run.turn = self._run.turn, turn
        try:
            yield
        finally:
            self._run.turn = previous

    @contextlib.contextmanager
    def evaluating(self):
        """Inside, draws are those of evaluation: the same at every evaluation."""
        self._run.evaluating = True
        try:
            yield
        finally:
            self._run.evaluating = False

    def step_logs(self, batch, generated):
        """What a step logs, from terms alone (used before the first step to learn the names)."""
        logs = {}
        for side in ("discriminator", "generator"):
            if self.side_variables(side):
                total, side_logs = self.side_total(side, batch, generated)
                logs |= side_logs
                if total is not None:
                    logs[f"{side}/gradient_norm"] = total
        return logs | {name: ops.cast(v, "float32") for name, v in self.after_step(dict(logs)).items()}

    def discover_logs(self, data):
        """Make a running mean for each term and check the names in `loss_weights`."""
        run = self._run
        if run.discovered:
            return
        names = list(backend.output_spec(lambda part: self.discover(self.as_batch(part)), data))
        terms = {name for known in names for name in (known, known.split("/", 1)[-1])}
        # A scheme's own weights may name a term that this model, built without its network, does not have.
        unknown = sorted(set(self.loss_weights) - terms - set(self.defaults.get("loss_weights") or ()))
        if unknown:
            raise ValueError(f"loss_weights: expected terms among {sorted(terms)}, received {unknown}.")
        run.trackers = {n: run.trackers.get(n) or keras.metrics.Mean(name=n) for n in names}
        run.discovered = True

    def finish_step(self, logs):
        """Count the step, update state, and return the running means."""
        if type(self).after_step is not AdversarialModel.after_step:
            averaged = {name: backend.replica_mean(value) for name, value in logs.items()}
            logs = logs | self.after_step(averaged)
        self.steps.assign_add(1)
        return self._means(logs)

    def finish_evaluation(self, batch):
        """The terms of one evaluation batch, nothing moved."""
        logs = {}
        with self.averages():
            generated = self.generate(batch)
            for side in ("discriminator", "generator"):
                if self.side_variables(side):
                    logs |= self.side_total(side, batch, generated)[1]
        for metric in self._run.metrics:
            metric.update_state(*self.images_to_compare(batch, generated))
        self.evaluation_steps.assign_add(1)
        results = self._means(logs, only=set(logs))
        return results | {metric.name: self._shaped(metric.result()) for metric in self._run.metrics}

    def _means(self, logs, only=None):
        for name, value in logs.items():
            if name not in self._run.trackers:
                raise ValueError(
                    f"train_step: expected logs among {sorted(self._run.trackers)}, found {name!r}."
                )
            self._run.trackers[name].update_state(value)
        return {
            name: self._shaped(tracker.result())
            for name, tracker in self._run.trackers.items()
            if only is None or name in only
        }

    def _shaped(self, value):
        # Keras reduces logs of several workers along axis 0, which a scalar does not have.
        return ops.reshape(value, (1,)) if self.is_multi_worker() else value

    @property
    def metrics(self):
        return [*self._run.trackers.values(), *self._run.metrics] if hasattr(self, "_run") else []

    def reset_metrics(self):
        super().reset_metrics()
        self.evaluation_steps.assign(0)

    # Samples, state, configuration -------------------------------------------------------------------------

    def sample(self, count, seed=0, batch_size=64, **conditions):
        """Draw images in inference mode (with the moving average, if there is one).

        Args:
            count: how many.
            seed: the same seed gives the same images.
            conditions: what the scheme is conditioned on, e.g. `label`: an integer or `(count,)` integers.

        Returns:
            float32 array `(count, height, width, channels)` in [-1, 1].
        """
        inputs = self.sample_inputs(count, seed, **conditions)
        return self.predict(inputs, batch_size=min(count, batch_size), verbose=0)

    def state(self):
        """Every variable that training depends on, as arrays by name: weights, optimizers, averages, counters,
        random states, running means. `restore` puts it back; training then goes on bit for bit."""
        # Asked for as arrays and then copied: NumPy warns where one call asks Keras for both.
        return {name: np.asarray(variable).copy() for name, variable in self._state_variables().items()}

    def restore(self, state):
        """Put back what `state` gave.

        Raises:
            ValueError: the names or shapes are not this model's.
        """
        for name in state:
            parts = name.split("|")
            if parts[0] == "mean" and parts[1] not in self._run.trackers:
                with self.distribute_strategy.scope():
                    self._run.trackers[parts[1]] = keras.metrics.Mean(name=parts[1])
        variables = self._state_variables()
        # Running means that this state does not have yet start at zero.
        differing = [n for n in set(state) ^ set(variables) if not n.startswith("mean|")]
        differing += [
            n for n in set(state) & set(variables) if tuple(state[n].shape) != tuple(variables[n].shape)
        ]
        if differing:
            raise ValueError(
                f"restore: expected the state of this model, found {len(differing)} variables that differ, such as "
                f"{sorted(differing)[0]!r}. Build the model with the settings that the state was made with."
            )
        for name, value in state.items():
            variables[name].assign(value)

    def _state_variables(self):
        found = {f"model|{index}|{v.name}": v for index, v in enumerate(self.variables)}
        for side in ("discriminator", "generator") if self.compiled else ():
            optimizer = getattr(self, f"{side}_optimizer")
            found |= {f"{side}|{index}|{v.name}": v for index, v in enumerate(optimizer.variables)}
        for metric in self.metrics:
            found |= {f"mean|{metric.name}|{index}": v for index, v in enumerate(metric.variables)}
        return found

    def get_config(self):
        config = {"name": self.name}
        for name, parameter in inspect.signature(type(self).__init__).parameters.items():
            if name == "self" or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                continue
            if not hasattr(self, name):
                raise ValueError(
                    f"{type(self).__name__}: expected its constructor to set self.{name}, as each argument; "
                    "get_config is derived from them."
                )
            value = getattr(self, name)
            config[name] = list(value) if isinstance(value, (list, tuple)) else value
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**{name: _deserialized(value, custom_objects) for name, value in config.items()})

    def get_compile_config(self):
        return keras.saving.serialize_keras_object(self._settings.values) if self.compiled else None

    def compile_from_config(self, config):
        settings = keras.saving.deserialize_keras_object(config)
        self.compile(**settings)

    def get_build_config(self):
        return None

    def build(self, input_shape=None):
        self.built = True

    def _random_states(self):
        layers = [self, *self._flatten_layers(include_self=False)]
        return [generator.state for layer in layers for generator in layer._seed_generators]

    def save_own_variables(self, store):
        own = [*self._trainable_variables, *self._non_trainable_variables]
        for index, variable in enumerate(own):
            store[f"own_{index}"] = variable
        for index, variable in enumerate(self._random_states()):
            store[f"random_{index}"] = variable

    def load_own_variables(self, store):
        own = [*self._trainable_variables, *self._non_trainable_variables]
        for index, variable in enumerate(own):
            if f"own_{index}" in store.keys():  # noqa: SIM118 (a store is no dict)
                variable.assign(store[f"own_{index}"])
        for index, variable in enumerate(self._random_states()):
            variable.assign(store[f"random_{index}"])


def _stream(use):
    """A stable 31-bit number for a name."""
    return zlib.crc32(use.encode()) & 0x7FFFFFFF


def _lazily(penalty, updates, compute):
    """A penalty at every `interval`-th update, `interval` times as strong (Karras et al. 2020)."""
    if penalty.interval == 1:
        return compute()
    return ops.cond(
        ops.equal(updates % penalty.interval, 0),
        lambda: ops.cast(compute(), "float32") * penalty.interval,
        lambda: ops.zeros((), "float32"),
    )


def _deserialized(value, custom_objects):
    if isinstance(value, dict) and "class_name" in value:
        return keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
    if isinstance(value, list):
        return [_deserialized(item, custom_objects) for item in value]
    return value
