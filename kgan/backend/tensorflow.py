"""Training on TensorFlow: the only place with gradient tapes, optimizer stepping and `tf.distribute`.

`Trainer` is the half of an adversarial model that turns named loss terms into updates. It knows two sides,
"generator" and "discriminator", and nothing of any scheme.
"""

import contextlib

import keras
import tensorflow as tf
from keras.src.backend import compute_output_spec
from keras.src.backend.common import global_state
from keras.src.layers.convolutional.base_conv import BaseConv
from keras.src.layers.convolutional.base_conv_transpose import BaseConvTranspose
from keras.src.layers.layer import CallContext
from keras.src.trainers.data_adapters import array_slicing, get_data_adapter

from kgan.backend import adam, threefry

SIDES = ("discriminator", "generator")


def input_gradient(fn, x):
    """d sum(fn(x)) / dx, itself differentiable.

    Args:
        fn: callable from a tensor like `x` to a tensor of any shape, one sample not depending on another.
        x: float tensor `(batch, ...)`.

    Returns:
        float32 tensor of the shape of `x`.
    """
    x = tf.convert_to_tensor(x)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        total = tf.reduce_sum(tf.cast(fn(x), "float32"))
    return tf.cast(tape.gradient(total, x, unconnected_gradients="zero"), "float32")


def _replica_context():
    return tf.distribute.get_replica_context() if tf.distribute.has_strategy() else None


def replica_count():
    """How many replicas train in step (1 without a strategy)."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def replica_index():
    """Which replica this is, from 0 (0 outside a replica)."""
    context = _replica_context()
    return 0 if context is None else context.replica_id_in_sync_group


def replica_mean(x):
    """The mean of `x` over the replicas; gradients flow to every replica's `x`."""
    context = _replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return x
    return context.all_reduce(tf.distribute.ReduceOp.SUM, x / context.num_replicas_in_sync)


def gather_batch(x):
    """The global batch: every replica's `x`, `(batch, ...)`, joined along axis 0; gradients flow back."""
    context = _replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return x
    return context.all_gather(x, axis=0)


def random(distribution, shape, key):
    """Random numbers that depend on `key` and on the sample's index in the global batch, on nothing else.

    Args:
        distribution: "normal" (mean 0, variance 1) or "uniform" (0 to 1).
        shape: `(batch, ...)`, batch being this replica's share.
        key: integers (Python's or scalar tensors), at least two: one stream for each combination.

    Returns:
        float32 tensor of `shape`. Two replicas with half a batch each get the halves of what one would get.
    """
    if distribution not in ("normal", "uniform"):
        raise ValueError(f"distribution: expected 'normal' or 'uniform', received {distribution!r}.")
    return threefry.draw(distribution, shape, key, replica_index() * shape[0])


def output_spec(fn, *specs):
    """Shapes and types of `fn`'s outputs for inputs of these specs; no variable changes."""
    return compute_output_spec(fn, *specs)


def set_memory_growth():
    """Take GPU memory as it is needed rather than all at once."""
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)


@contextlib.contextmanager
def _calls(owner, training):
    """Layers called inside run in training or inference mode without each call saying so."""
    previous = global_state.get_global_attribute("current_call_ctx")
    context = CallContext(entry_layer=owner)
    context.set_value("training", training)
    global_state.set_global_attribute("current_call_ctx", context)
    try:
        yield
    finally:
        global_state.set_global_attribute("current_call_ctx", previous)


class Forward:
    """One recorded generator pass: `generated`, and the tape that the generator's terms flow back through."""

    def __init__(self, generate, batch):
        self.tape = tf.GradientTape()
        with self.tape:
            self.generated = generate(batch)


class Trainer:
    """Updates of the two sides, and `fit` on several batches a step. Mixed in before `keras.Model`."""

    def fit(self, x=None, y=None, batch_size=None, epochs=1, **options):
        """`keras.Model.fit`. With `discriminator_steps=k` a step takes k batches (k + 1 when the generator's
        is fresh): the data set is grouped, and a last group that is not full is left out of the epoch."""
        if not hasattr(x, "shape") and not isinstance(x, dict):
            options["shuffle"] = False  # Data sets and generators bring their own order.
        if self.batches_per_step > 1:
            split = options.pop("validation_split", 0.0)
            if split and options.get("validation_data") is None:
                (x, y), options["validation_data"] = array_slicing.train_validation_split((x, y), split)
                options.setdefault("validation_batch_size", batch_size)
            shuffle = options.pop("shuffle", True)
            adapter = get_data_adapter(x, y, batch_size=batch_size, shuffle=shuffle, steps_per_epoch=None)
            x, y, batch_size = _grouped(adapter, self.batches_per_step), None, None
            options["shuffle"] = False  # The adapter has shuffled, where there was something to shuffle.
        return super().fit(x, y, batch_size=batch_size, epochs=epochs, **options)

    @property
    def batches_per_step(self):
        return self.discriminator_steps + (self.generator_batch == "fresh")

    def prepare_optimizer(self, optimizer, side):
        """An optimizer that belongs to this side: named after it, its slots built inside the strategy's
        scope (slots created lazily fail under MirroredStrategy), wrapped in loss scaling for float16."""
        optimizer = keras.optimizers.get(optimizer)
        variables = self.side_variables(side)
        if optimizer.built:
            known = {id(variable) for variable in getattr(optimizer, "_trainable_variables", [])}
            if known != {id(variable) for variable in variables}:
                raise ValueError(
                    f"{side}_optimizer: expected a new optimizer, or the one compiled for this {side} before; "
                    f"received {optimizer.name!r}, already built for other weights. Make another one."
                )
            return optimizer
        with self.distribute_strategy.scope():
            if optimizer._distribution_strategy is not tf.distribute.get_strategy():
                optimizer = type(optimizer).from_config(optimizer.get_config())
            half = any(network.compute_dtype == "float16" for network in self.networks)
            if half and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
                optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
            optimizer.name = side
            getattr(optimizer, "inner_optimizer", optimizer).name = side
            if variables:
                optimizer.build(variables)
        adam.fuse(optimizer)
        return optimizer

    def choose_compilation(self, jit_compile, run_eagerly):
        """Where XLA goes. Returns (whole step, each turn, each core): at most one of them is True."""
        if run_eagerly or jit_compile is False:
            return False, False, False
        if self.distribute_strategy.num_replicas_in_sync == 1:
            wanted = jit_compile is True or self._xla_pays()
            return wanted and self.batches_per_step == 1, wanted and self.batches_per_step > 1, False
        if jit_compile == "auto":
            return False, False, False
        synchronized = [
            layer.name
            for network in self.networks
            for layer in network._flatten_layers()
            if getattr(layer, "synchronized", False)
        ]
        if synchronized:
            raise ValueError(
                "jit_compile: expected 'auto' or False with several replicas and synchronized batch "
                f"normalization ({synchronized[0]} and {len(synchronized) - 1} more), received True. XLA cannot "
                "exchange statistics between replicas; leave jit_compile out, or build the networks without it."
            )
        return False, False, True

    def _xla_pays(self):
        """On a CPU TensorFlow's own convolutions (oneDNN) outrun XLA's: DCGAN-64, batch 64, two cores: 0.60 s a
        step without XLA, 0.98 s with. Networks of many small operations gain by it, and so do GPUs."""
        if tf.config.list_physical_devices("GPU"):
            return True
        layers = [layer for network in self.networks for layer in network._flatten_layers()]
        return not any(isinstance(layer, BaseConv | BaseConvTranspose) for layer in layers)

    def _turn(self, function):
        """A turn as a function of its own where a step calls it several times: traced once, compiled once."""
        if (
            self.run_eagerly
            or self.batches_per_step == 1
            or self.distribute_strategy.num_replicas_in_sync > 1
        ):
            return function
        functions = self._compiled_functions.functions
        if function.__name__ not in functions:
            jitted = tf.function(function, jit_compile=self._jit.turn, autograph=False)
            functions[function.__name__] = jitted
        return functions[function.__name__]

    def _compiled(self, function, wanted):
        """`function` with XLA where wanted: one per replica, traced once however often it is called."""
        if not wanted:
            return function
        functions = self._compiled_functions.functions
        key = (function.__name__, str(replica_index()))
        if key not in functions:
            functions[key] = tf.function(function, jit_compile=True, autograph=False)
        return functions[key]

    # The step ---------------------------------------------------------------------------------------------

    def train_step(self, data):
        turns = [self.as_batch(part) for part in self._turns(data)]
        logs = {}
        for turn, batch in enumerate(turns[:-1]):
            logs.update(self._turn(self.discriminator_turn)(batch, tf.constant(turn)))
        last = self.generator_turn if self.generator_batch == "fresh" else self.shared_turn
        logs.update(self._turn(last)(turns[-1], tf.constant(len(turns) - 1)))
        return self.finish_step(logs)

    def discriminator_turn(self, batch, turn):
        """One discriminator update on this batch and newly generated samples."""
        with self.taking(turn), _calls(self, True):
            return self.discriminator_update(batch, self.generate(batch))

    def generator_turn(self, batch, turn):
        """One generator update on this batch alone."""
        with self.taking(turn), _calls(self, True):
            return self.generator_update(batch, self.forward(batch))

    def shared_turn(self, batch, turn):
        """One update of each side; both learn from the same generator pass."""
        with self.taking(turn), _calls(self, True):
            forward = self.forward(batch)
            generated = keras.tree.map_structure(tf.stop_gradient, forward.generated)
            logs = self.discriminator_update(batch, generated)
            return logs | self.generator_update(batch, forward)

    def learning(self):
        """Inside, layers run in training mode."""
        return _calls(self, True)

    def forward(self, batch):
        """The generator side's pass over a batch, recorded for `generator_update`."""
        return Forward(self._compiled(self.generate, self._jit.core), batch)

    def discriminator_update(self, batch, generated):
        """Move the discriminator side once. Returns its logs."""
        variables = self.side_variables("discriminator")
        if not variables:
            return {}
        self._announce_update("discriminator")
        generated = self.discriminator_view(keras.tree.map_structure(tf.stop_gradient, generated))

        def discriminator_gradients(batch, generated):
            with tf.GradientTape() as tape:
                total, logs = self.side_total("discriminator", batch, generated)
                scaled = self._scaled(total, self.discriminator_optimizer)
            return logs, None if scaled is None else tape.gradient(scaled, variables_of(variables))

        logs, gradients = self._compiled(discriminator_gradients, self._jit.core)(batch, generated)
        logs |= self._apply("discriminator", gradients, variables)
        for penalty in self.penalties:
            penalty.constrain(variables)
        return logs

    def generator_update(self, batch, forward):
        """Move the generator side once, through a recorded pass. Returns its logs."""
        variables = self.side_variables("generator")
        self._announce_update("generator")

        def generator_total(batch, generated):
            total, logs = self.side_total("generator", batch, generated)
            return self._scaled(total, self.generator_optimizer), logs

        with forward.tape:
            core = self._compiled(generator_total, self._jit.core)
            scaled, logs = core(batch, forward.generated)
        if scaled is None:
            return logs
        logs |= self._apply("generator", forward.tape.gradient(scaled, variables_of(variables)), variables)
        for variable, average in self.averaged:
            decay = tf.cast(self.ema_decay, average.dtype)
            average.assign(average * decay + tf.cast(variable, average.dtype) * (1 - decay))
        return logs

    def _announce_update(self, side):
        for layer in self.side_hooks(side):
            layer.before_update()

    def _scaled(self, total, optimizer):
        """The number to differentiate: this replica's share of the loss, scaled for float16 if need be."""
        if total is None:
            return None
        return optimizer.scale_loss(total / self.distribute_strategy.num_replicas_in_sync)

    def _apply(self, side, gradients, variables):
        """Step one side's optimizer. Variables that got no gradient stay as they are."""
        if gradients is None:
            return {}
        optimizer = getattr(self, f"{side}_optimizer")
        pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        if not pairs:
            raise ValueError(
                f"{side}_losses: expected terms that depend on the weights of the {side} side, found none that "
                f"does. Check that {side}_side names the networks to train and that no term is a constant."
            )
        share = optimizer.scale_loss(1.0 / self.distribute_strategy.num_replicas_in_sync)
        norm = tf.linalg.global_norm([tf.cast(g, "float32") for g, _ in pairs]) / tf.cast(share, "float32")
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # An overflow is a step that loss scaling skips, no gradient to speak of.
            norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
        optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])
        return {f"{side}/gradient_norm": norm}

    def test_step(self, data):
        if isinstance(data, dict) and "turns" in data:
            raise ValueError(
                "evaluate: expected single batches, received batches grouped for a training step."
            )
        with self.evaluating(), _calls(self, False):
            return self.finish_evaluation(self.as_batch(data))

    def predict_step(self, data):
        return self(keras.utils.unpack_x_y_sample_weight(data)[0], training=False)

    def _turns(self, data):
        """The batches of one step."""
        wanted = self.batches_per_step
        if isinstance(data, dict) and "turns" in data:
            return data["turns"]
        if wanted > 1:
            raise ValueError(
                f"train_on_batch: expected a step of one batch, but this model takes {wanted} batches a step "
                f"(discriminator_steps={self.discriminator_steps}, generator_batch={self.generator_batch!r}). "
                "Use fit, which groups the data set."
            )
        return (data,)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Before the first step: learn the names of the terms, so that each gets a running mean."""
        if iterator is not None:
            dataset = iterator._distributed_dataset
            spec = keras.tree.map_structure(_replica_spec, dataset.element_spec)
        else:
            spec = keras.tree.map_structure(
                lambda t: t if t is None else tf.TensorSpec.from_tensor(tf.convert_to_tensor(t)), data_batch
            )
        if isinstance(spec, dict) and "turns" in spec:
            spec = spec["turns"][0]
        with self.distribute_strategy.scope():
            self.discover_logs(keras.tree.map_structure(_keras_tensor, spec))

    def discover(self, batch):
        """The logs of a step on this (symbolic) batch, nothing moved."""
        with _calls(self, True), self.taking(0):
            generated = self.generate(batch)
            return self.step_logs(batch, generated)

    def is_multi_worker(self):
        strategy = self.distribute_strategy
        return (
            isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
            and strategy.extended._in_multi_worker_mode()
        )


def variables_of(variables):
    """TensorFlow's own variables behind Keras's."""
    return [variable.value for variable in variables]


def _replica_spec(spec):
    values = getattr(spec, "_value_specs", None)
    return values[0] if values else spec


def _keras_tensor(spec):
    if not isinstance(spec, tf.TensorSpec):
        return spec
    return keras.KerasTensor(spec.shape, dtype=spec.dtype.name)


def _grouped(adapter, count):
    """Groups of `count` batches: `{"turns": (batch, ...)}`; what is left over at the end is dropped."""

    dataset = adapter.get_tf_dataset()

    def turns(*stacked):
        stacked = stacked[0] if len(stacked) == 1 else stacked

        def turn(index):
            def pick(tensor):
                row = tensor[index]
                return row.to_tensor() if isinstance(row, tf.RaggedTensor) else row

            return tf.nest.map_structure(pick, stacked)

        return {"turns": tuple(turn(index) for index in range(count))}

    static = all(spec.shape.is_fully_defined() for spec in tf.nest.flatten(dataset.element_spec))
    # A last batch that is smaller cannot be stacked with the others, but it fits into a ragged tensor.
    group = dataset.batch if static else dataset.ragged_batch
    grouped = group(count, drop_remainder=True).map(turns, num_parallel_calls=tf.data.AUTOTUNE)
    if adapter.num_batches is not None:
        grouped = grouped.apply(tf.data.experimental.assert_cardinality(adapter.num_batches // count))
    return grouped.prefetch(tf.data.AUTOTUNE)
