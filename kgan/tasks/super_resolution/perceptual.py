"""What the perceptual loss of the adversarial stage compares: a network of the list, or one of your own."""

import keras

from kgan.errors import UserError
from kgan.networks.features import cache, catalog, pretrained, random_convolution
from kgan.objectives import Perceptual

# Of networks other than VGG19, whose features count by their direction alone: their sizes can be anything.
FALLBACK_LAYERS = ("stage_1_2", "stage_2_2", "stage_3_2", "stage_4_2")
FALLBACK_WEIGHTS = {"generator/perceptual": 1.0, "generator/adversarial": 1e-3}
OWN_WEIGHTS = {"generator/perceptual": 1.0, "generator/adversarial": 1e-2}


def perceptual(features, layers, method, say):
    """The perceptual objective (None for pixels instead), and the loss weights that go with it.

    Args:
        features: "auto", "none", a name of `kgan features list` or the path of a `.keras` file.
        layers: names of layers of that network; () for its own choice, of a file its last.
        method: "srgan" or "esrgan".
        say: callable that takes a line: which features these are, and why.
    """
    if features == "none":
        return None, {}
    notice = ""
    if features == "auto":
        features, notice = cache.choose("perceptual")
        if features is None:
            say(f"Perceptual loss: fixed random convolutions stand in for VGG19 ({notice})")
            # Not the weights that `evaluate` measures with.
            network = random_convolution.features(3, seed=1)
            objective = Perceptual(network, FALLBACK_LAYERS, "direction", before_activation=False)
            return objective, dict(FALLBACK_WEIGHTS)
    if features in catalog.PERCEPTUAL:
        entry = catalog.find(features)
        say("; ".join(filter(None, (f"Perceptual loss: {entry.title}", notice, entry.notice))))
    if features == "vgg19":
        before = method == "esrgan"
        layer = "block5_conv4" if before else "block5_conv4_rectifier"
        network = pretrained.vgg19(before_activation=before)
        return Perceptual(network, [layer], "l1" if before else "l2", before_activation=before), {}
    if features in catalog.PERCEPTUAL:
        network, chosen, criterion = cache.load(features, say), entry.layers, entry.criterion
    else:
        network = features_in(features)
        chosen, criterion = (network.layers[-1].name,), "direction"
    try:
        objective = Perceptual(network, layers or chosen, criterion, before_activation=False)
        return objective, dict(OWN_WEIGHTS)
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
