"""The compiled scheme of an inpainting training, from its flags."""

import keras

from kgan import schemes
from kgan.networks import context_encoder, gated_inpainting, lama, patchgan
from kgan.networks.features import cache, catalog, random_convolution
from kgan.objectives import Perceptual
from kgan.schedules import LinearDecay

# Layers that see far; how many times smaller pictures are for the small network, that they see most of 128 pixels.
FAR = {
    "vgg16-hed": ("block3_conv3_rectifier", "block4_conv3_rectifier"),
    "random": ("stage_3_2", "stage_4_2"),
}
SMALLER = 4


def compiled(train, steps):
    """Returns the compiled scheme for a training of so many steps.

    Args:
        train: the app's `Train`, settled.
        steps: int.
    """
    build = {"gated": gated, "lama": large_mask, "context-encoder": encoder}[train.method]
    model, settings = build(train)
    weights = dict(settings.pop("loss_weights", {}))
    if train.adversarial_weight is not None:
        weights["generator/adversarial"] = train.adversarial_weight
    model.compile(
        optimizer(train, model, "generator", train.learning_rate, steps),
        optimizer(train, model, "discriminator", train.discriminator_learning_rate, steps),
        loss_weights=weights or None,
        ema_decay=train.decay(train.ema_half_life, steps),
        seed=train.seed,
        jit_compile=train.jit_compile,
        **settings,
    )
    return model


def gated(train):
    """Free-form inpainting, and what it is compiled with."""
    small = train.network == "small"
    painter = gated_inpainting.generator(
        width=train.width, stages=train.stages_of_generator or 1, smooth_start=small
    )
    judge = gated_inpainting.discriminator(width=train.width if small else 64)
    return schemes.FreeFormInpainting(painter, judge), {}


def encoder(train):
    """The context encoder, and what it is compiled with."""
    judged = tuple(side // 2 for side in train.size) if train.painted else train.size
    painter = context_encoder.generator(
        train.size, width=train.width, output="hole" if train.painted else "image"
    )
    judge = context_encoder.discriminator(judged, width=train.width)
    return schemes.ContextEncoder(painter, judge, overlap=train.overlap), {}


def large_mask(train):
    """LaMa, and what it is compiled with: the small one smooth at first, kept to the original's pixels and sparing."""
    from kgan.penalties import R1

    small = train.network == "small"
    objective = far_features(train.features, train.say)
    painter = lama.generator(width=train.width, blocks=3 if small else 9, smooth_start=small)
    judge = patchgan.discriminator(
        patch=70 if small else 142, width=train.width if small else 64, normalization=None
    )
    model = schemes.LaMa(painter, judge, objective, perceptual_scale=SMALLER if small else 1)
    if not small:
        return model, {}
    weights = {"generator/hole": 20.0, "generator/features": 20.0, "generator/perceptual": 2.0}
    return model, {"loss_weights": weights, "penalty": [R1(0.002, interval=8)]}


def far_features(features, say):
    """The perceptual objective of a network that sees far, by the name that the flag takes; None for "none"."""
    if features == "none":
        return None
    notice = ""
    if features == "auto":
        features, notice = cache.choose("perceptual")
    if features is None:
        say(f"Perceptual loss: fixed random convolutions ({notice})")
        network, layers = random_convolution.features(3, seed=1), FAR["random"]
    else:
        say("; ".join(filter(None, (f"Perceptual loss: {catalog.find(features).title}", notice))))
        network = cache.load(features, say)
        layers = FAR.get(features, catalog.find(features).layers)
    return Perceptual(network, layers, "direction", before_activation=False)


def optimizer(train, model, side, rate, steps):
    """The scheme's own, at this rate if it is given."""
    own = model.defaults[f"{side}_optimizer"]
    rate = own["config"]["learning_rate"] if rate is None else rate
    if train.network == "small" and steps > 1:
        rate = LinearDecay(rate, steps // 2, steps)
    config = {**own["config"], "learning_rate": rate}
    return keras.optimizers.get({"class_name": own["class_name"], "config": config})
