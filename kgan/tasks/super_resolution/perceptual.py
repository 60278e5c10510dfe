"""What the perceptual loss of the adversarial stage compares: VGG19, random convolutions, or a network of your own."""

import keras

from kgan.errors import UserError
from kgan.networks import pretrained, random_convolution
from kgan.objectives import Perceptual

# Of networks other than VGG19, whose features count by their direction alone: their sizes can be anything.
FALLBACK_LAYERS = ("stage_1_2", "stage_2_2", "stage_3_2", "stage_4_2")
FALLBACK_WEIGHTS = {"generator/perceptual": 1.0, "generator/adversarial": 1e-3}
OWN_WEIGHTS = {"generator/perceptual": 1.0, "generator/adversarial": 1e-2}


def perceptual(features, layers, method, say):
    """The perceptual objective (None for pixels instead), and the loss weights that go with it.

    Args:
        features: "auto", "vgg19", "none" or the path of a `.keras` file.
        layers: names of layers of that file; () for its last.
        method: "srgan" or "esrgan".
        say: callable that takes a line.
    """
    before = method == "esrgan"
    criterion = "l1" if before else "l2"
    if features == "none":
        return None, {}
    if features in ("auto", "vgg19"):
        try:
            network = pretrained.vgg19(before_activation=before)
        except pretrained.WeightsUnavailable as error:
            if features == "vgg19":
                raise
            say(f"Perceptual loss: fixed random convolutions stand in for VGG19 ({error})")
            # Not the weights that `evaluate` measures with.
            network = random_convolution.features(3, seed=1)
            objective = Perceptual(network, FALLBACK_LAYERS, "direction", before_activation=False)
            return objective, dict(FALLBACK_WEIGHTS)
        layer = "block5_conv4" if before else "block5_conv4_rectifier"
        return Perceptual(network, [layer], criterion, before_activation=before), {}
    network = features_in(features)
    try:
        layers = layers or (network.layers[-1].name,)
        return Perceptual(network, layers, "direction", before_activation=False), dict(OWN_WEIGHTS)
    except (ValueError, TypeError) as error:
        raise no_features(features, error) from error


def features_in(file):
    """The network in a `.keras` file."""
    try:
        return keras.saving.load_model(file, compile=False)
    except (OSError, ValueError, TypeError) as error:
        raise no_features(file, error) from error


def no_features(file, error):
    """Says why a file's network does not do."""
    reason = str(error).strip().partition("\n")[0]
    return UserError(f"expected a network of features in {file}; found {reason}")
