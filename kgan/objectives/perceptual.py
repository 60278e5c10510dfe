"""Distance of two pictures in the features of a frozen network: the one objective with something to save."""

import json
from collections.abc import Mapping

import keras
from keras import ops

from kgan.objectives.features import direction, require_side
from kgan.objectives.pixels import l1, l2

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
        layers: names of its layers with their weights, `{"block5_conv4": 1.0}`, or a list of names, weight 1 each.
        criterion: "l1", "l2" or "direction".
        preprocessing: from [-1, 1] to what the network expects: `None`, "caffe" (Keras's VGG: BGR, mean subtracted)
            or "torch" (standardized RGB).
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
        if None not in (size := tuple(images.shape[1:3])):
            require_side(self.extractor, size, "Perceptual")
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
