"""Seconds a step of `GAN.fit` beside a hand-written compiled step of the same small DCGAN, in one process.

    python benchmarks/fit.py [--rounds 61] [--steps 60] [--threads 2] [--processor-time]

28x28 pixels, batches of 64, width 16. Both sides have the same networks, losses, optimizers, numbers of passes and
data pipeline; the hand-written loop logs nothing but its two losses, once at the end. Rounds alternate between the two,
and the ratio is the median of the rounds' ratios: 1.05 is the most that `fit` may cost. Rounds are short and many, as
neighbours on the machine make single ones differ by a third.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from timing import add_arguments

from kgan import GAN
from kgan.networks import dcgan

BATCH, LATENT, WIDTH = 64, 64, 16
ADAM = {"learning_rate": 2e-4, "beta_1": 0.5}


def networks():
    options = {"image_size": (28, 28), "channels": 1, "width": WIDTH}
    return dcgan.generator(**options, latent_size=LATENT), dcgan.discriminator(**options)


def dataset(steps):
    import tensorflow as tf

    images = np.random.default_rng(0).uniform(-1, 1, (BATCH * steps, 28, 28, 1)).astype("float32")
    return tf.data.Dataset.from_tensor_slices(images).batch(BATCH, drop_remainder=True).prefetch(2)


def ours(data):
    """An epoch of `fit`."""
    model = GAN(*networks(), latent_size=LATENT)
    model.compile(
        generator_optimizer=keras.optimizers.Adam(**ADAM),
        discriminator_optimizer=keras.optimizers.Adam(**ADAM),
    )
    return lambda: model.fit(data, verbose=0)


def by_hand(data):
    """An epoch of a loop that somebody would write by hand."""
    import tensorflow as tf

    generator, discriminator = networks()
    optimizers = [keras.optimizers.Adam(**ADAM) for _ in range(2)]
    for optimizer, network in zip(optimizers, (discriminator, generator), strict=True):
        optimizer.build(network.trainable_variables)

    @tf.function
    def step(images):
        latent = tf.random.normal((BATCH, LATENT))
        with tf.GradientTape() as made:
            fake = generator(latent, training=True)
        with tf.GradientTape() as tape:
            judged = (
                discriminator(images, training=True),
                discriminator(tf.stop_gradient(fake), training=True),
            )
            d_loss = tf.reduce_mean(tf.nn.softplus(-judged[0])) + tf.reduce_mean(tf.nn.softplus(judged[1]))
        variables = discriminator.trainable_variables
        optimizers[0].apply(tape.gradient(d_loss, variables), variables)
        with made:
            g_loss = tf.reduce_mean(tf.nn.softplus(-discriminator(fake, training=True)))
        variables = generator.trainable_variables
        optimizers[1].apply(made.gradient(g_loss, variables), variables)
        return d_loss, g_loss

    def epoch():
        for images in data:
            losses = step(images)
        return [float(loss) for loss in losses]

    return epoch


def ratio(rounds, steps, clock=time.perf_counter):
    """The row: medians of the seconds a step, and the median and range of the rounds' ratios."""
    data = dataset(steps)
    sides = ours(data), by_hand(data)

    def timed(epoch):
        begin = clock()
        epoch()
        return (clock() - begin) / steps

    for epoch in sides:
        epoch()
    pairs = [(timed(sides[0]), timed(sides[1])) for _ in range(rounds)]
    kgan, hand = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs)
    return (
        f"fit of DCGAN-28   {1000 * kgan:8.2f} ms  by hand {1000 * hand:8.2f} ms  "
        f"ratio {statistics.median(ratios):.3f}  ({ratios[0]:.3f}-{ratios[-1]:.3f})"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, rounds=61, steps=60)
    arguments = parser.parse_args()
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1 if arguments.processor_time else arguments.threads)
    clock = time.process_time if arguments.processor_time else time.perf_counter
    print(ratio(arguments.rounds, arguments.steps, clock), flush=True)


if __name__ == "__main__":
    main()
