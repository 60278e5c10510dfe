"""The generator's other terms: what a sample should be like, beside fooling the discriminator.

Pure functions of tensors, `(batch, height, width, channels)` unless they say otherwise, with maths in
float32 and a scalar out: the mean over everything, so that weights do not depend on size. `Perceptual` alone
has something to save. Of two images `target` comes first, as in Keras.
"""

import json
from collections.abc import Mapping

import keras
from keras import ops

from kgan import backend


def _difference(target, prediction):
    if len(target.shape) != len(prediction.shape) or any(
        None not in (t, p) and t != p for t, p in zip(target.shape, prediction.shape, strict=True)
    ):
        raise ValueError(
            f"Expected target and prediction of one shape, received {tuple(target.shape)} and "
            f"{tuple(prediction.shape)}; they are not broadcast."
        )
    return ops.cast(target, "float32") - ops.cast(prediction, "float32")


def _mean(values, mask=None):
    """Mean of `values`; with a mask, the mean over what it keeps of each sample, then over samples."""
    if mask is None:
        return ops.mean(values)
    mask = ops.broadcast_to(ops.cast(mask, "float32"), ops.shape(values))
    axes = tuple(range(1, len(values.shape)))
    kept = ops.maximum(ops.sum(mask, axis=axes), 1.0)
    return ops.mean(ops.sum(values * mask, axis=axes) / kept)


def l1(target, prediction, mask=None):
    """`mean(abs(target - prediction))`.

    Args:
        target, prediction: float tensors of one shape, `(batch, ...)`. mask: 1 where it counts, 0 elsewhere,
        of a shape that broadcasts to theirs. The mean is then over the kept
            values of each sample (none kept: 0), and over samples, so that small holes weigh as much as
            large ones.

    Example:
        `l1(images, completed, mask=hole) * 6 + l1(images, completed, mask=1 - hole)`
    """
    return _mean(ops.absolute(_difference(target, prediction)), mask)


def l2(target, prediction, mask=None):
    """`mean((target - prediction)**2)`; arguments as for `l1`."""
    return _mean(ops.square(_difference(target, prediction)), mask)


def direction(target, prediction):
    """`mean over pixels of |a / |a| - b / |b||**2`, the length that of a pixel's channels; in [0, 4].

    What LPIPS compares features by (The Unreasonable Effectiveness of Deep Features, Zhang et al. 2018,
    arXiv:1801.03924, equation 1, all channel weights one).

    Args:
        target, prediction: features `(batch, height, width, channels)`.

    Returns:
        `(batch,)`, float32.
    """
    units = []
    for x in (target, prediction):
        x = ops.cast(x, "float32")
        units.append(x / ops.sqrt(ops.sum(ops.square(x), axis=-1, keepdims=True) + 1e-10))
    return ops.mean(ops.sum(ops.square(units[0] - units[1]), axis=-1), axis=(1, 2))


def charbonnier(target, prediction, mask=None, epsilon: float = 1e-3):
    """`mean(sqrt((target - prediction)**2 + epsilon**2))`: L1 with a smooth 0 (LapSRN, arXiv:1704.03915)."""
    return _mean(ops.sqrt(ops.square(_difference(target, prediction)) + epsilon**2), mask)


def cycle(image, reconstructed):
    """`l1(x, F(G(x)))`: there and back is no change (CycleGAN, Zhu et al. 2017, arXiv:1703.10593, eq. 2)."""
    return l1(image, reconstructed)


def identity(image, unchanged):
    """`l1(y, G(y))`: what is in the target domain already stays (arXiv:1703.10593, section 5.2)."""
    return l1(image, unchanged)


def _slopes(images):
    """Differences between vertical and between horizontal neighbours."""
    images = ops.cast(images, "float32")
    return images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]


def gradient_difference(target, prediction, alpha: float = 1.0):
    """Image gradient difference loss, against blur (Mathieu et al. 2016, arXiv:1511.05440, eq. 6).

    `mean(abs(abs(dy target) - abs(dy prediction))**alpha)`, and the same for dx, added; d is the difference
    between neighbours. The paper sums where we take means.

    Args:
        target, prediction: `(batch, height, width, channels)`.
        alpha: >= 1.
    """
    _difference(target, prediction)
    pairs = zip(_slopes(target), _slopes(prediction), strict=True)
    errors = [ops.absolute(ops.absolute(t) - ops.absolute(p)) for t, p in pairs]
    return sum(ops.mean(error if alpha == 1 else ops.power(error, alpha)) for error in errors)


def total_variation(images):
    """`mean(abs(dy images)) + mean(abs(dx images))`, the anisotropic form (Rudin, Osher & Fatemi 1992)."""
    return sum(ops.mean(ops.absolute(slope)) for slope in _slopes(images))


def _pairs(real, fake):
    real, fake = keras.tree.flatten(real), keras.tree.flatten(fake)
    if len(real) != len(fake):
        raise ValueError(f"Expected as many real features as fake, received {len(real)} and {len(fake)}.")
    return [(ops.stop_gradient(r), f) for r, f in zip(real, fake, strict=True)]


def feature_matching(real_features, fake_features):
    """Mean over layers of `l1(real, fake)`, sample by sample (pix2pixHD, arXiv:1711.11585, eq. 3).

    Real and fake must belong together, as the two pairs of one source do. Real's features are constants.

    Args:
        real_features, fake_features: a tensor, or lists of them, nested (discriminators, layers) or not, of
        equal
            structure.
    """
    pairs = _pairs(real_features, fake_features)
    return sum(l1(real, fake) for real, fake in pairs) / len(pairs)


def mean_feature_matching(real_features, fake_features):
    """Mean over layers of `sum((mean(real) - mean(fake))**2)` (Salimans et al. 2016, arXiv:1606.03498).

    For sets of samples that do not belong together: only batch means, over all replicas, are compared. Real's
    features are constants. Arguments as for `feature_matching`.
    """
    pairs = _pairs(real_features, fake_features)
    total = 0.0
    for real, fake in pairs:
        means = (backend.replica_mean(ops.mean(ops.cast(x, "float32"), axis=0)) for x in (real, fake))
        total = total + ops.sum(ops.square(_difference(*means)))
    return total / len(pairs)


_CRITERIA = {
    "l1": l1,
    "l2": l2,
    "direction": lambda target, prediction: ops.mean(direction(target, prediction)),
}
_PREPROCESSING = {  # what the ImageNet networks were trained on, from RGB in [-1, 1]: (order, scale, offset)
    None: None,
    "caffe": ((2, 1, 0), (127.5, 127.5, 127.5), (127.5 - 103.939, 127.5 - 116.779, 127.5 - 123.68)),
    "torch": (
        (0, 1, 2),
        (0.5 / 0.229, 0.5 / 0.224, 0.5 / 0.225),
        ((0.5 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.5 - 0.406) / 0.225),
    ),
}


@keras.saving.register_keras_serializable("kgan.objectives")
class Perceptual(keras.layers.Layer):
    """Distance between two images in the features of a frozen network, a scalar.

    Perceptual Losses for Real-Time Style Transfer and Super-Resolution (Johnson et al. 2016,
    arXiv:1603.08155); features before activation as in ESRGAN (Wang et al. 2018, arXiv:1809.00219, section
    3.2), where they are denser and brightness stays truer.

        sum(weight * criterion(features(target), features(prediction)) for each layer)

    The network is copied, with its weights, and never trained: the copy runs in inference mode and offers no
    trainable variables. Gradients reach `prediction` through it; `target`'s features are constants.

    Args:
        features: a functional `keras.Model` from images to anything, e.g. `keras.applications.VGG19`.
        layers: names of its layers with their weights, `{"block5_conv4": 1.0}`, or a list of names, weight 1
        each. criterion: "l1", "l2" or "direction". preprocessing: from [-1, 1] to what the network expects: `None`,
        "caffe" (Keras's VGG: BGR, mean
            subtracted) or "torch" (standardized RGB).
        before_activation: take a layer's output without the activation it ends in.

    Raises:
        ValueError: for a model that is not functional, a layer it does not have, or an unknown option.

    Example:
        `Perceptual(vgg, {"block5_conv4": 1.0}, preprocessing="caffe")(target, prediction)`
    """

    def __init__(
        self, features, layers, criterion="l1", preprocessing=None, before_activation=True, **options
    ):
        super().__init__(trainable=False, **{key: options[key] for key in options if key != "trainable"})
        self.layers = dict(layers) if isinstance(layers, Mapping) else dict.fromkeys(layers, 1.0)
        for what, value, known in (
            ("criterion", criterion, _CRITERIA),
            ("preprocessing", preprocessing, _PREPROCESSING),
        ):
            if value not in known:
                raise ValueError(f"Unknown {what} {value!r}: expected one of {', '.join(map(repr, known))}.")
        self.criterion, self.preprocessing = criterion, preprocessing
        self.before_activation = before_activation
        self.extractor = _extractor(features, list(self.layers), before_activation)
        self._features = json.dumps(keras.saving.serialize_keras_object(features))
        self.built = True

    def call(self, target, prediction):
        criterion = _CRITERIA[self.criterion]
        pairs = zip(self.layers.values(), self._run(target), self._run(prediction), strict=True)
        return sum(weight * criterion(ops.stop_gradient(real), fake) for weight, real, fake in pairs)

    def _run(self, images):
        """Features of each layer, a list."""
        if images.shape[-1] == 1 and self.extractor.inputs[0].shape[-1] == 3:
            images = ops.repeat(images, 3, axis=-1)
        if self.preprocessing is not None:
            order, scale, offset = _PREPROCESSING[self.preprocessing]
            channels = [ops.cast(images[..., channel], "float32") for channel in order]
            images = ops.stack([x * a + b for x, a, b in zip(channels, scale, offset, strict=True)], axis=-1)
        return keras.tree.flatten(self.extractor(images, training=False))

    def get_config(self):
        own = {key: getattr(self, key) for key in ("criterion", "preprocessing", "before_activation")}
        own |= {"features": json.loads(self._features), "layers": dict(self.layers)}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config):
        features = keras.saving.deserialize_keras_object(config["features"])
        return cls(**{**config, "features": features})


def _extractor(features, names, before_activation):
    """A copy of a functional model with these layers' outputs, a list in this order."""
    if not isinstance(features, keras.Model) or not getattr(features, "inputs", None):
        raise ValueError(f"Expected features as a functional keras.Model, received {features!r}.")
    source = keras.Model(features.inputs, features.outputs)
    known = [layer.name for layer in source.layers]
    missing = [name for name in names if name not in known]
    if missing or not names:
        raise ValueError(f"Expected names of layers among {', '.join(known)}; received {missing or names}.")
    found = {}

    def stripped(layer):
        return before_activation and layer.name in names and hasattr(layer, "activation")

    def copied(layer):
        config = layer.get_config() | ({"activation": "linear"} if stripped(layer) else {})
        return type(layer).from_config(config)

    def called(copy, *inputs, **options):
        outputs = copy(*inputs, **options)
        if copy.name in names:
            found[copy.name] = outputs
        original = source.get_layer(copy.name)
        return keras.layers.Activation(original.activation)(outputs) if stripped(original) else outputs

    copy = keras.models.clone_model(source, clone_function=copied, call_function=called)
    for layer in (layer for layer in source.layers if layer.weights):
        copy.get_layer(layer.name).set_weights(layer.get_weights())
    return keras.Model(copy.inputs, [found[name] for name in names])
