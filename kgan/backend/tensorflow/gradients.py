"""Gradients on TensorFlow's tape: of a function's input, of a side's weights, and through a recorded pass."""

import tensorflow as tf

from kgan.backend.tensorflow.replicas import replica_mean


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


@tf.custom_gradient
def positive_gradient(x):
    """`x` itself, whose backward pass lets through what is positive of a gradient: `max(g, 0)`.

    Args:
        x: float tensor.
    """
    return tf.identity(x), tf.nn.relu


def weight_gradients(compute, variables):
    """Gradients of a number with respect to Keras variables.

    Args:
        compute: callable that returns the number (or None) and anything else.
        variables: Keras variables.

    Returns:
        A list (None where a variable has no part in it), or None where there is no number; and the anything else.
    """
    with tf.GradientTape() as tape:
        total, rest = compute()
    return None if total is None else tape.gradient(total, values_of(variables)), rest


def gradient_projection(compute, variables):
    """How much of one number's gradient lies along another's: `g . h / h . h`, over all weights and all replicas.

    Args:
        compute: callable that returns the two numbers, whose gradients are g and h.
        variables: Keras variables that both depend on.

    Returns:
        float32 scalar, a constant to whoever differentiates later; 0 where h is zero.
    """
    if tf.distribute.in_cross_replica_context():
        return tf.zeros(
            ()
        )  # Nothing is computed there, only names are learned; a gradient would need a replica.
    with tf.GradientTape(persistent=True) as tape:
        numbers = compute()
    g, h = (
        [
            replica_mean(tf.cast(gradient, "float32"))
            for gradient in tape.gradient(number, values_of(variables), unconnected_gradients="zero")
        ]
        for number in numbers
    )
    along = tf.add_n([tf.reduce_sum(a * b) for a, b in zip(g, h, strict=True)])
    return tf.stop_gradient(tf.math.divide_no_nan(along, tf.add_n([tf.reduce_sum(b * b) for b in h])))


class Forward:
    """One recorded generator pass: `generated`, and the tape that the generator's terms flow back through."""

    def __init__(self, generate):
        self.tape = tf.GradientTape()
        with self.tape:
            self.generated = generate()

    def gradients(self, compute, variables):
        """As `weight_gradients`, through this pass too."""
        with self.tape:
            total, rest = compute()
        return None if total is None else self.tape.gradient(total, values_of(variables)), rest


def values_of(variables):
    """TensorFlow's own variables behind Keras's."""
    return [variable.value for variable in variables]
