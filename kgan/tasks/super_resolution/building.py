"""What `kgan super-resolution train` trains: its networks, and how each stage is compiled.

`train` is the `Train` command of `apps/super_resolution.py`, settled.
"""

import keras

from kgan import schemes
from kgan.networks import edsr, rrdb, srgan_discriminator, srresnet, unet_discriminator
from kgan.tasks.super_resolution.enlarging import served
from kgan.tasks.super_resolution.perceptual import perceptual
from kgan.tasks.super_resolution.skip import with_skip

# Steps from which on the rate is the whole one.
FEW = 30


def generator(train) -> keras.Model:
    """The network that enlarges."""
    paper = train.network == "paper"
    if train.method == "esrgan":
        growth = 32 if paper else max(4, train.width // 2)
        blocks = train.blocks if paper else max(1, train.blocks // 2)
        network = rrdb.generator(train.scale, width=train.width, blocks=blocks, growth=growth)
        return network if paper else with_skip(network, train.scale)
    if paper:
        return srresnet.generator(train.scale, width=train.width, blocks=train.blocks)
    # A fifth of SRResNet's time a step, as nothing is convolved at high resolution.
    return edsr.generator(train.scale, width=train.width, blocks=train.blocks, direct=True)


def discriminator(train) -> keras.Model:
    """The network that judges large crops, or with real degradations their every pixel."""
    paper = train.network == "paper"
    if train.degradation == "real":
        return unet_discriminator.discriminator(train.size, width=64 if paper else 16)
    size = {"width": 64} if paper else {"width": 16, "hidden_size": 128}
    return srgan_discriminator.discriminator(train.size, **size)


def rate(train, steps: int):
    """The pixel stage's rate: the paper's constant one; small: a short rise, then a cosine down to zero.

    In fewer steps than `FEW` it rises less high, by the square of their share, unless the rate was given: six steps at
    the whole one left crops 0.70 dB below the bicubic enlargement that they began with, at a tenth of it 0.02 above; of
    25 the whole one was the best (+0.10).
    """
    if train.network == "paper":
        return train.learning_rate
    share = 1.0 if train.given["learning_rate"] else min(1.0, steps / FEW) ** 2
    rising, highest = min(100, steps // 10), train.learning_rate * share
    return keras.optimizers.schedules.CosineDecay(
        highest / 10,
        max(1, steps - rising),
        warmup_target=highest,
        warmup_steps=rising,
    )


def pixel_stage(train, steps: int) -> keras.Model:
    """The first stage: the generator alone, for so many steps."""
    criterion = "l1" if train.method == "esrgan" or train.network == "small" else "l2"
    model = schemes.SuperResolution(generator(train), criterion)
    model.compile(keras.optimizers.Adam(rate(train, steps)), **_shared(train, steps))
    return model


def adversarial_stage(train, previous: keras.Model | None, steps: int) -> keras.Model:
    """The second stage, from where the first one's moving average ended; None where that is another run's."""
    network = generator(train)
    if previous is not None:
        network.set_weights(served(previous).get_weights())
    objective, weights = perceptual(train.features, train.feature_layers, train.method, train.say)
    scheme = schemes.ESRGAN if train.method == "esrgan" else schemes.SRGAN
    model = scheme(network, discriminator(train), objective)
    if train.adversarial_weight is not None:
        weights = {**weights, "generator/adversarial": train.adversarial_weight}
    model.compile(
        keras.optimizers.Adam(train.adversarial_learning_rate),
        keras.optimizers.Adam(train.adversarial_learning_rate),
        loss_weights=weights,
        **_shared(train, steps),
    )
    return model


def _shared(train, steps):
    return {
        "ema_decay": train.decay(train.ema_half_life, steps),
        "seed": train.seed,
        "jit_compile": train.jit_compile,
    }
