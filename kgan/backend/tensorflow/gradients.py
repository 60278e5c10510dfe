"""Gradients on TensorFlow's tape: of a function's input, of a side's weights, and through a recorded pass."""

import tensorflow as tf


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
