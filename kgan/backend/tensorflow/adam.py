"""Adam in one pass over memory.

Keras writes Adam (Kingma and Ba 2014, arXiv:1412.6980) as a dozen operations a variable, each of which reads and
writes all of it. Where weights are many and batches small, as in pix2pix, that is a tenth of a step. TensorFlow has
the same update as one operation.
"""

import keras
import tensorflow as tf

from kgan.backend.tensorflow.keras_private import adam_slots


def fuse(optimizer):
    """Make a Keras Adam step each dense float32 variable in one operation; leave any other optimizer alone.

    Its state, configuration and schedule stay Keras's. The numbers are Keras's up to the rounding of `1 - beta`.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if type(optimizer) not in (keras.optimizers.Adam, keras.optimizers.AdamW) or optimizer.amsgrad:
        return
    stepwise = optimizer.update_step

    def update_step(gradient, variable, learning_rate):
        plain = isinstance(gradient, tf.Tensor) and not tf.distribute.has_strategy()
        if not plain or variable.dtype != tf.float32:
            stepwise(gradient, variable, learning_rate)
            return
        momentum, velocity = adam_slots(optimizer, variable)
        step = tf.cast(optimizer.iterations + 1, "float32")
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=momentum.value.handle,
            v=velocity.value.handle,
            beta1_power=tf.pow(tf.cast(optimizer.beta_1, "float32"), step),
            beta2_power=tf.pow(tf.cast(optimizer.beta_2, "float32"), step),
            lr=tf.cast(learning_rate, "float32"),
            beta1=optimizer.beta_1,
            beta2=optimizer.beta_2,
            epsilon=optimizer.epsilon,
            grad=tf.cast(gradient, "float32"),
        )

    optimizer.update_step = update_step
