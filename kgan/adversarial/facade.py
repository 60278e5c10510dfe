"""What Keras promises of any model, kept by one of two sides: saving, exporting, sampling, names that fit values."""

import contextlib
import inspect

import keras
import numpy as np

from kgan.adversarial import sides
from kgan.adversarial.averages import Averages
from kgan.adversarial.networks import inputs_by_name


class Facade:
    """Mixed in before `keras.Model`."""

    @property
    def averaged(self) -> list:
        """Pairs of a generator-side variable and its moving average."""
        return self.averages.pairs

    def _start_averaging(self):
        if self.ema_decay is None and self.settings.ema_half_life is None:
            self.averages = Averages()
        elif len(self.averages.pairs) != len(sides.followed(self.generator_side)):
            self.follow()

    def follow(self):
        """Start a moving average of the generator side, at its weights."""
        self.averages = Averages(sides.followed(self.generator_side), self.add_weight)

    def __call__(self, *args, training=False, **kwargs):
        with contextlib.nullcontext() if training else self.averages.lent():
            return super().__call__(*args, training=training, **kwargs)

    @property
    def metrics(self):
        # Keras asks before the constructor is done.
        return [*self.means.by_name.values(), *self.settings.metrics] if hasattr(self, "settings") else []

    def get_metrics_result(self):
        """What is shown at the end of an epoch or an evaluation, over all replicas: what was counted in it."""
        idle = {name for name, mean in self.means.by_name.items() if float(mean.count + 0.0) == 0}
        return {name: value for name, value in super().get_metrics_result().items() if name not in idle}

    def reset_metrics(self):
        super().reset_metrics()
        self.evaluation_steps.assign(0)

    @property
    def metrics_names(self) -> list[str]:
        """Names of what `evaluate` returns, in its order: "loss", terms, metrics. Known after the first step."""
        return [*(self.means.evaluated or ["loss"]), *(metric.name for metric in self.settings.metrics)]

    @property
    def input_signature(self) -> dict:
        """Symbolic inputs of `call` by name; here the first generator's own. What `export` serves."""
        return inputs_by_name(self.generator_side[0], "image")

    def save(self, filepath, overwrite: bool = True, zipped: bool | None = None, **options) -> None:
        """Save the model as `.keras`: networks, both optimizers, average, counters, random states.

        Args:
            filepath: path ending in ".keras" (or a folder, with `zipped=False`).
            overwrite, zipped, options: as for `keras.Model.save`.

        Raises:
            ValueError: a path of Keras's HDF5 format.
        """
        if str(filepath).endswith((".h5", ".hdf5")) or options.get("save_format") in ("h5", "tf"):
            raise ValueError(
                f"save: expected a path ending in .keras, received {str(filepath)!r}. HDF5 holds networks of Keras's "
                "own classes alone; save('model.keras'), or the weights with save_weights('model.weights.h5')."
            )
        super().save(filepath, overwrite=overwrite, zipped=zipped, **options)

    def load_weights(self, filepath, skip_mismatch: bool = False, **options) -> None:
        """Load what `save_weights` or `save` wrote, the optimizers' state with it.

        A moving average that the file does not have starts again at the weights loaded; one that this model, compiled
        without `ema_decay`, has no place for is left behind with a warning.
        """
        with self.averages.replaced():
            super().load_weights(filepath, skip_mismatch=skip_mismatch, **options)
        self.averages.settle()

    def export(
        self,
        filepath,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature=None,
        **options,
    ) -> None:
        """Export `call` for inference (with the moving average, if there is one), in any of Keras's formats.

        `kgan.export.savedmodel.export` writes uint8 and PNG signatures too, and what `kgan check` compares with.

        Args:
            filepath: where to.
            format: "tf_saved_model", "onnx", "openvino" or "litert".
            verbose, options: as for `keras.Model.export`.
            input_signature: what the artifact takes; left out, `self.input_signature`.
        """
        signature = [self.input_signature] if input_signature is None else input_signature
        super().export(str(filepath), format, verbose, input_signature=signature, **options)

    def averaged_network(self, network: keras.Model | None = None) -> keras.Model:
        """A copy of a generator-side network that holds what `predict` uses: its moving average.

        `model.generator` itself, its `save` included, has the weights that are being trained.

        Args:
            network: one of the generator side; left out, the first.

        Returns:
            A network of its own, without an average the same as `network`.

        Example:
            >>> gan.averaged_network().save("generator.keras")
        """
        network = self.generator_side[0] if network is None else network
        averages = {id(variable): average for variable, average in self.averages.pairs}
        copy = keras.models.clone_model(network)
        if not copy.built:
            copy.build(keras.tree.map_shape_structure(tuple, network.input_shape))
        for mine, theirs in zip(copy.weights, network.weights, strict=True):
            mine.assign(averages.get(id(theirs), theirs))
        return copy

    def sample(self, count: int, seed: int = 0, batch_size: int = 64, **conditions) -> np.ndarray:
        """Draw images in inference mode (with the moving average, if there is one).

        Args:
            count: how many.
            seed: the same seed gives the same images.
            conditions: what the scheme is conditioned on, e.g. `label`: an integer or `(count,)` integers.

        Returns:
            float32 array `(count, height, width, channels)` in [-1, 1].

        Raises:
            ValueError: a count below 1, or a condition that the scheme does not know.
        """
        if not isinstance(count, int | np.integer) or count < 1:
            raise ValueError(f"sample: expected a count of at least 1, received {count!r}.")
        known = [
            name for name in inspect.signature(self.sample_inputs).parameters if name not in ("count", "seed")
        ]
        unknown = sorted(set(conditions) - {*known, "conditions"})
        if unknown and "conditions" not in known:
            raise ValueError(
                f"sample: expected {' or '.join(known) or 'no condition'} from a {type(self).__name__}, received "
                f"{', '.join(unknown)}. Leave it out."
            )
        inputs = self.sample_inputs(count, seed, **conditions)
        return self.predict(inputs, batch_size=min(count, batch_size), verbose=0)
