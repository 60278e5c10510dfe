"""The training step on TensorFlow: turns of a game, and what Keras's `fit` and `evaluate` call.

`Play` knows a game by the names of `kgan.backend.contract.Game` alone, and nothing of any scheme.
"""

import weakref

import keras
import tensorflow as tf

from kgan.backend.contract import SIDES, Batch, Moment
from kgan.backend.tensorflow import keras_private
from kgan.backend.tensorflow.adapters import Grouped, Shards
from kgan.backend.tensorflow.compilation import Compilation
from kgan.backend.tensorflow.first_batch import FirstBatch
from kgan.backend.tensorflow.grouping import is_group, turns_of
from kgan.backend.tensorflow.replicas import counting, place_in_batch, replica_count, replica_sum
from kgan.backend.tensorflow.updates import Updates


class Play:
    """Trains and evaluates a game.

    Args:
        game: a `contract.Game`.
        compilation: its `Compilation`.
        discriminator_steps: discriminator updates a step.
        fresh: whether the generator learns from a batch of its own.
    """

    def __init__(self, game, compilation, discriminator_steps, fresh):
        self.game, self.compilation = game, compilation
        self.batches_per_step = discriminator_steps + fresh
        self.fresh = fresh
        self.updates = Updates(game, compilation)
        self.seen = weakref.WeakSet()  # Data sets whose first batch was looked at.

    def batch(self, data, turn=0, evaluating=False):
        """Data as the game reads it, and where in the global batch it stands."""
        batch = self.game.read(data)
        moment = Moment(turn=turn, evaluating=evaluating)
        size = next((value.shape[0] for value in batch.values()), 0)
        if size is not None or replica_count() == 1:
            return Batch(batch, moment)
        count = tf.shape(next(iter(batch.values())))[0]
        first, total = place_in_batch(count)
        share = tf.cast(count * replica_count(), "float32") / tf.cast(total, "float32")
        # A replica that is left without a sample computes on a blank one, of weight zero: a mean of none is no number.
        batch = {key: _padded(value, tf.maximum(1 - count, 0)) for key, value in batch.items()}
        return Batch(batch, moment._replace(first=first, share=share, count=count, total=total))

    def step(self, data):
        """All turns of one step. Returns what is shown."""
        batches = [self.batch(part, turn) for turn, part in enumerate(turns_of(data))]
        if len(batches) != self.batches_per_step:
            raise ValueError(
                f"train_on_batch: expected a step of one batch, but this model takes {self.batches_per_step} "
                "batches a step (discriminator_steps, and one more where generator_batch is 'fresh'). Use fit, "
                "which groups the data set."
            )
        logs = {}
        for batch in batches[:-1]:
            logs |= self._turn(self.discriminator_turn, batch)
        last = self.generator_turn if self.fresh else self.shared_turn
        return self.game.finish(averaged(logs | self._turn(last, batches[-1])), evaluating=False)

    def _turn(self, turn, batch):
        function = self.compilation.turn(turn.__name__, lambda batch, moment: turn(Batch(batch, moment)))
        moment = batch.moment
        if self.compilation.turns_apart:
            moment = moment._replace(turn=tf.constant(moment.turn))  # An integer would be compiled in.
        with counting(_weight(moment)):
            return shared_out(function(dict(batch), moment), moment)

    def discriminator_turn(self, batch):
        """One discriminator update on this batch and newly generated samples."""
        with keras_private.calls(self.game, True):
            return self.updates.discriminator(batch, self.game.make(dict(batch), batch.moment))

    def generator_turn(self, batch):
        """One generator update on this batch alone."""
        with keras_private.calls(self.game, True):
            return self.updates.generator(batch, self.updates.forward(batch))

    def shared_turn(self, batch):
        """One update of each side; both learn from the same generator pass."""
        with keras_private.calls(self.game, True):
            forward = self.updates.forward(batch)
            logs = self.updates.discriminator(batch, forward.generated)
            return logs | self.updates.generator(batch, forward)

    def evaluate(self, data):
        """The terms of one batch, nothing moved. Returns what is shown."""
        if is_group(data):
            raise ValueError(
                "evaluate: expected single batches, received batches grouped for a training step."
            )
        batch = self.batch(data, evaluating=True)
        with counting(_weight(batch.moment)), keras_private.calls(self.game, False):
            logs = self.game.evaluate(batch)
        return self.game.finish(averaged(shared_out(logs, batch.moment)), evaluating=True)


def _weight(moment):
    return None if moment.count is None else tf.minimum(moment.count, 1)


def _padded(value, missing):
    return tf.pad(value, [[0, missing], *[[0, 0]] * (len(value.shape) - 1)])


def shared_out(logs, moment):
    """Each number times this replica's part of the global batch: the sum over replicas is the mean."""
    if replica_count() == 1:
        return logs
    part = (1.0 if moment.share is None else moment.share) / replica_count()
    return {name: tf.cast(value, "float32") * part for name, value in logs.items()}


def averaged(logs):
    """The sum over replicas of what `shared_out` made, all numbers at once."""
    if replica_count() == 1 or not logs:
        return logs
    values = replica_sum(tf.stack(list(logs.values())))
    return dict(zip(logs, tf.unstack(values, num=len(logs)), strict=True))


def refuse_weights(*weights):
    """Weights of samples are not taken in silence: terms are means over the batch."""
    if any(weight is not None for weight in weights):
        raise ValueError(
            "fit: expected no sample_weight and no class_weight, received one: terms are means over the batch. "
            "Repeat the samples that should count more."
        )


class Trainer(keras_private.BeforeFirstStep):
    """What `keras.Model` calls, played by a `Play`. Mixed in before `keras.Model`."""

    def play(self, game, networks, discriminator_steps, fresh, jit_compile, run_eagerly):
        """Train this game from now on.

        Args:
            game: a `contract.Game`.
            networks: all Keras networks of the game.
            discriminator_steps, fresh: as for `Play`.
            jit_compile: True, False or "auto".
            run_eagerly: whether nothing is compiled.

        Returns:
            Whether Keras is to compile the whole step with XLA.
        """
        replicas = self.distribute_strategy.num_replicas_in_sync
        compilation = Compilation(jit_compile, run_eagerly, networks, discriminator_steps + fresh, replicas)
        self._play = Play(game, compilation, discriminator_steps, fresh)
        return compilation.whole

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, **options):
        """`keras.Model.fit`. With `discriminator_steps=k` a step takes k batches (k + 1 when the generator's
        is fresh): the data set is grouped, and a last group that is not full is left out of the epoch."""
        options.setdefault("shuffle", not keras_private.has_an_order(x, y))
        if not hasattr(self, "_play"):
            raise ValueError(
                "fit: expected a compiled model, received one that is not. Call compile() before."
            )
        refuse_weights(*(options.get(name) for name in ("sample_weight", "class_weight")))
        refuse_weights(keras.utils.unpack_x_y_sample_weight(options.get("validation_data"))[2])
        held_out = options.get("validation_data")
        self._check_arrays(x, y)
        self._check_arrays(*keras.utils.unpack_x_y_sample_weight(held_out)[:2])
        first = FirstBatch(self._play.game.check, self._play.seen)
        if not keras_private.is_multi_worker(
            self.distribute_strategy
        ):  # Those rewrite data sets to share them out.
            x = first.of(x)
            if held_out is not None:
                options["validation_data"] = first.of(held_out)
        count = self._play.batches_per_step
        if isinstance(x, Shards):
            x = x.taking(count)
        elif count > 1:
            split, weight = options.pop("validation_split", 0.0), options.pop("sample_weight", None)
            if split and options.get("validation_data") is None:
                parts = keras_private.split_for_validation((x, y, weight), split)
                (x, y, weight), options["validation_data"] = parts
            options["validation_batch_size"] = options.get("validation_batch_size") or batch_size
            given = {name: options.pop(name, None) for name in ("class_weight", "shuffle")}
            adapter = keras_private.adapter_of(x, y, weight, batch_size=batch_size, **given)
            if adapter.num_batches is not None and adapter.num_batches < count:
                raise ValueError(
                    f"fit: expected at least {count} batches, which make one step (discriminator_steps, and one more "
                    f"where generator_batch is 'fresh'), received {adapter.num_batches}. Take a smaller batch_size "
                    "or fewer discriminator_steps."
                )
            x, y, batch_size = Grouped(adapter, count), None, None
        options |= {"batch_size": batch_size, "epochs": epochs, "verbose": verbose, "callbacks": callbacks}
        with first.told():
            history = super().fit(x, y, **options)
        for side in SIDES:
            # What an optimizer with use_ema does at the end, it does for each side.
            self._play.game.optimizer_of(side).finalize_variable_values(self._play.game.variables_of(side))
        return history

    def evaluate(self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, **options):
        """`keras.Model.evaluate`: the same terms as in training, in inference mode, with the same numbers drawn."""
        refuse_weights(sample_weight)
        if not hasattr(self, "_play"):
            raise ValueError(
                "evaluate: expected a compiled model, received one that is not. Call compile() before."
            )
        self._check_arrays(x, y)
        first = FirstBatch(self._play.game.check, self._play.seen)
        with first.told():
            x = x if keras_private.is_multi_worker(self.distribute_strategy) else first.of(x)
            return super().evaluate(x, y, batch_size, verbose, **options)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """`keras.Model.train_on_batch`, for steps of one batch."""
        refuse_weights(sample_weight, class_weight)
        self._refuse_replicas("train_on_batch", "fit")
        self._check_arrays(x, y)
        return super().train_on_batch(x, y, return_dict=return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """`keras.Model.test_on_batch`."""
        refuse_weights(sample_weight)
        self._refuse_replicas("test_on_batch", "evaluate")
        self._check_arrays(x, y)
        return super().test_on_batch(x, y, return_dict=return_dict)

    def predict_on_batch(self, x):
        """`keras.Model.predict_on_batch`, on one device: Keras's own gives the whole batch to each replica, and puts
        their results one after the other."""
        if self.distribute_strategy.num_replicas_in_sync == 1:
            return super().predict_on_batch(x)
        x = keras.tree.map_structure(keras.ops.convert_to_tensor, x)
        return keras.tree.map_structure(keras.ops.convert_to_numpy, self.predict_step((x,)))

    def _refuse_replicas(self, name, instead):
        replicas = self.distribute_strategy.num_replicas_in_sync
        if replicas > 1:
            raise ValueError(
                f"{name}: expected one device, as each would compute the whole batch; found {replicas}. "
                f"Use {instead}, which shares batches out."
            )

    def _check_arrays(self, x, y=None):
        for known in keras_private.arrays_of(x, y) if hasattr(self, "_play") else ():
            self._play.game.check(known)

    # What a scheme whose algorithm is another one may call in a train_step of its own.

    def as_batch(self, data, turn=0):
        """What `fit` was given, as a batch by key that knows its turn."""
        return self._play.batch(data, turn)

    def learning(self):
        """Inside, layers run in training mode."""
        return keras_private.calls(self, True)

    def forward(self, batch):
        """The generator side's pass over a batch, recorded for `generator_update`."""
        return self._play.updates.forward(Batch(batch))

    def discriminator_update(self, batch, generated):
        """Move the discriminator side once. Returns its logs."""
        return self._play.updates.discriminator(Batch(batch), generated)

    def generator_update(self, batch, forward):
        """Move the generator side once, through a recorded pass. Returns its logs."""
        return self._play.updates.generator(Batch(batch), forward)

    # What Keras calls.

    def train_step(self, data):
        return self._play.step(data)

    def test_step(self, data):
        return self._play.evaluate(data)

    def predict_step(self, data):
        x = keras.utils.unpack_x_y_sample_weight(data)[0]
        if replica_count() == 1:
            return self(x, training=False)
        # A replica that is left without a sample computes on a blank one: not every operation takes none.
        count = tf.shape(keras.tree.flatten(x)[0])[0]
        x = keras.tree.map_structure(lambda value: _padded(value, tf.maximum(1 - count, 0)), x)
        return keras.tree.map_structure(lambda value: value[:count], self(x, training=False))
