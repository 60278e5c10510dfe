"""One update of a side: loss, gradient, optimizer, and what follows."""

import keras
import tensorflow as tf

from kgan.backend.tensorflow.gradients import Forward, weight_gradients
from kgan.backend.tensorflow.keras_private import takes_sums
from kgan.backend.tensorflow.replicas import replica_count, replica_sum


class Updates:
    """Moves the two sides of a game.

    Args:
        game: a `contract.Game`.
        compilation: the game's `Compilation`.
    """

    def __init__(self, game, compilation):
        self.game = game
        self.compilation = compilation

    def forward(self, batch):
        """The generator side's pass over a batch, recorded for `generator`."""
        make = self.compilation.core("make", self.game.make)
        return Forward(lambda: make(dict(batch), batch.moment))

    def discriminator(self, batch, generated):
        """Move the discriminator side once. Returns its logs."""
        game, variables = self.game, self.game.variables_of("discriminator")
        if not variables:
            return {}
        game.before_update("discriminator")
        generated = game.view(batch, stopped(generated), batch.moment)

        def gradients(batch, generated, moment):
            return weight_gradients(
                lambda: self._scaled("discriminator", batch, generated, moment), variables
            )

        found, logs = self.compilation.core("discriminator", gradients)(dict(batch), generated, batch.moment)
        return logs | self._apply("discriminator", found, variables, batch)

    def generator(self, batch, forward):
        """Move the generator side once, through a recorded pass. Returns its logs."""
        variables = self.game.variables_of("generator")
        self.game.before_update("generator")

        def total(batch, generated, moment):
            return self._scaled("generator", batch, generated, moment)

        core = self.compilation.core("generator", total)
        gradients, logs = forward.gradients(
            lambda: core(dict(batch), forward.generated, batch.moment), variables
        )
        return logs | self._apply("generator", gradients, variables, batch)

    def _scaled(self, side, batch, generated, moment):
        """The number to differentiate: this replica's share of the loss, scaled for float16 if need be."""
        total, logs = self.game.total(side, batch, generated, moment)
        if total is None:
            return None, logs
        if moment.share is not None:
            total = total * moment.share
        return self.game.optimizer_of(side).scale_loss(total / replica_count()), logs

    def _apply(self, side, gradients, variables, batch):
        """Step one side's optimizer. Variables that got no gradient stay as they are."""
        if gradients is None:
            return {}
        optimizer = self.game.optimizer_of(side)
        pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        if not pairs:
            raise ValueError(
                f"{side}_losses: expected terms that depend on the weights of the {side} side, found none that "
                f"does. Check that {side}_side names the networks to train and that no term is a constant."
            )
        gradients, variables = ([pair[i] for pair in pairs] for i in (0, 1))
        if replica_count() > 1:
            # Before the optimizer, which clips each replica's own gradients and asks each whether they are finite.
            gradients = replica_sum(gradients)
            takes_sums(optimizer)
        norm = tf.linalg.global_norm([tf.cast(g, "float32") for g in gradients])
        norm = tf.math.divide_no_nan(norm, tf.cast(optimizer.scale_loss(1.0), "float32"))
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # An overflow is a step that loss scaling skips, no gradient to speak of.
            norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
        optimizer.apply(gradients, variables)
        self.game.after_update(side, batch)
        return {f"{side}/gradient_norm": norm}


def stopped(generated):
    """The same numbers, through which no gradient flows."""
    return keras.tree.map_structure(tf.stop_gradient, generated)
