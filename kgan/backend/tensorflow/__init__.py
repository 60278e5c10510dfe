"""Training on TensorFlow: the only room with gradient tapes, optimizer stepping and `tf.distribute`."""
