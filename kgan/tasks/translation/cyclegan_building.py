"""What `kgan cyclegan train` trains: its networks and its scheme, compiled.

`train` is the `Train` command of `apps/cyclegan.py`, settled.
"""

import keras

from kgan import schemes
from kgan.networks import dcgan, encoder_decoder, patch_heads, patchgan, translation_resnet, unet
from kgan.tasks.translation.translation import adam

# Schemes of CycleGAN's generator, whose rate falls to zero in the second half.
RESIDUAL = ("cyclegan", "cut", "fastcut")


def compiled(train, class_name: str, one_way: bool, steps: int) -> keras.Model:
    """The compiled scheme of a training of so many steps.

    Args:
        train: the command.
        class_name: of the scheme, in `kgan.schemes`.
        one_way: whether it has one generator.
        steps: of the whole training.
    """
    scheme = getattr(schemes, class_name)
    model, weights = _one_way(train, scheme) if one_way else _both_ways(train, scheme)
    model.compile(
        _optimizer(train, scheme, steps),
        _optimizer(train, scheme, steps),
        loss_weights=weights or None,
        ema_decay=train.decay(train.ema_half_life, steps),
        seed=train.seed,
        jit_compile=train.jit_compile,
    )
    return model


def _one_way(train, scheme):
    """A scheme of one generator, and the weights that its flags ask for."""
    generator = _generator(train, "a_to_b")
    # The paper's layers: of nine blocks the first and the fifth.
    layers = dict.fromkeys(("source", "down_1", "down_2", "block_1", f"block_{(train.blocks + 1) // 2}"))
    heads = patch_heads.heads_of(generator, layers, size=min(256, 4 * train.width))
    weights = {}
    if train.nce_weight is not None:
        terms = ("nce", "nce_identity") if train.scheme == "cut" else ("nce",)
        weights = {f"generator/{term}": train.nce_weight / len(terms) for term in terms}
    return scheme(generator, _discriminator(train, "discriminator"), heads), weights


def _both_ways(train, scheme):
    """A scheme of two generators, and the weights that its flags ask for."""
    generators = [_generator(train, name) for name in ("a_to_b", "b_to_a")]
    discriminators = [_discriminator(train, name) for name in ("discriminator_a", "discriminator_b")]
    options, weights = {}, {}
    if train.cycle_weight is not None:
        weights |= dict.fromkeys(("generator/cycle_a", "generator/cycle_b"), train.cycle_weight)
    if train.scheme == "cyclegan":
        identity = train.identity_weight
        if identity is None and train.cycle_weight is not None:
            identity = train.cycle_weight / 2
        if identity:
            weights |= dict.fromkeys(("generator/identity_a", "generator/identity_b"), identity)
        pool = 50 if train.pool_size is None else train.pool_size
        options = {"image_size": train.size, "pool_size": pool, "identity": identity != 0}
    return scheme(*generators, *discriminators, **options), weights


def _optimizer(train, scheme, steps):
    """The scheme's own, at the rate of the flag; CycleGAN's and CUT's papers let it fall."""
    if train.scheme in RESIDUAL:
        return adam(train.learning_rate, steps)
    own = scheme.defaults["generator_optimizer"]
    config = {**own["config"], "learning_rate": train.learning_rate}
    return keras.optimizers.get({"class_name": own["class_name"], "config": config})


def _discriminator(train, name):
    """Judges of patches; DiscoGAN's of the whole picture."""
    if train.scheme == "discogan":
        network = dcgan.discriminator(
            train.size, train.channels, width=train.width, normalization=train.normalization or "batch"
        )
    else:
        network = patchgan.discriminator(
            train.channels,
            patch=train.patch,
            width=train.width,
            normalization=train.normalization or "instance",
        )
    network.name = name
    return network


def _generator(train, name):
    """The residual network of CycleGAN and CUT, DualGAN's U-Net, or DiscoGAN's way through a bottleneck."""
    shared = {"channels": train.channels, "source_channels": train.channels, "width": train.width}
    shared["normalization"] = train.normalization or ("batch" if train.scheme == "discogan" else "instance")
    if train.scheme in RESIDUAL:
        network = translation_resnet.generator(
            **shared, blocks=train.blocks, resize_convolution=train.resize_convolution
        )
    elif train.scheme == "discogan":
        network = encoder_decoder.generator(train.size, **shared)
    else:
        network = unet.generator(train.size, **shared)
    network.name = name
    return network
