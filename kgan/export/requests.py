"""What a request has to be, checked inside the graph: a wrong one is answered with an error, and the server goes on.

A signature's shapes bind nobody (with oneDNN a request of another rank ends the process that serves), and a number that
is none spreads through a whole picture.
"""

import tensorflow as tf

from kgan.export import forms
from kgan.export.decoding import sides_within

# Bytes of a caption: many times what any text encoder here reads.
LONGEST_CAPTION = 2000


def checked(value: tf.Tensor, spec: tf.TensorSpec, form: "forms.Form") -> tf.Tensor:
    """A tensor of a request, once it is what its form says.

    Args:
        value: the tensor.
        spec: its shape and type in this signature.
        form: what it stands for.

    Raises:
        tf.errors.InvalidArgumentError: when run, naming the tensor, what was expected and what was received.
    """
    value = tf.ensure_shape(value, spec.shape)
    found = [
        _told(
            tf.greater(tf.shape(value)[0], 0),
            f"{spec.name}: expected a batch of at least one, received an empty one.",
        )
    ]
    if value.dtype.is_floating:
        finite = tf.reduce_all(tf.math.is_finite(value))
        found.append(_told(finite, f"{spec.name}: expected finite numbers, received NaN or infinity."))
    if isinstance(form, forms.Picture) and value.dtype != tf.string:
        found.append(sides_within(tf.shape(value)[-3:-1], form.largest))
    if isinstance(form, forms.Label) and form.below is not None:
        known = tf.reduce_all((value >= 0) & (value < form.below))
        found.append(_told(known, f"{spec.name}: expected 0 to {form.below - 1}, received", value))
    if isinstance(form, forms.Caption) and value.dtype == tf.string:
        longest = tf.reduce_max(tf.strings.length(value))
        told = f"{spec.name}: expected at most {LONGEST_CAPTION} bytes, received"
        found.append(_told(longest <= LONGEST_CAPTION, told, longest))
    with tf.control_dependencies(found):
        return tf.identity(value)


def _told(condition, *words):
    return tf.debugging.Assert(condition, list(words))
