"""What a scheme may ask of a network, checked before training rather than found out after."""

import warnings
from collections.abc import Mapping

import keras

from kgan import backend, losses, penalties
from kgan.adversarial.networks import inputs_by_name, output_specs
from kgan.adversarial.terms import known_names

SQUASHING = ("sigmoid", "softmax", "hard_sigmoid")
ADVICE = {
    "channel axis": "Add the channel axis: images[..., None].",
    "channels last": "Put the channels last: numpy.moveaxis(images, 1, -1).",
    "one-hot": "Pass class indices, not one-hot rows: labels.argmax(-1).",
    "column": "Pass one index a sample, without an axis of their own: labels[:, 0].",
    "batch": "Batch the data set: dataset.batch(32).",
    "size": "Resize the images, or build the networks for theirs.",
}


def check_channels(scheme: str):
    """Check that Keras puts channels last, as every network here does.

    Raises:
        ValueError: it puts them first.
    """
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            f"{scheme}: expected channels last in this process, found {keras.config.image_data_format()}. Call "
            "keras.config.set_image_data_format('channels_last') before building networks."
        )


def check_shapes(batch: Mapping, expected, scheme: str):
    """Check what `fit` was given against what a scheme's networks take.

    Args:
        batch: symbolic tensors by key.
        expected: dict from key to a shape, the batch first, None for any number.
        scheme: name for the message.

    Raises:
        ValueError: another shape, with both and what to do.
    """
    for key, wanted in expected.items():
        if key not in batch or batch[key].shape is None:
            continue
        shape, wanted = tuple(batch[key].shape), tuple(wanted)
        fits = len(shape) == len(wanted) and all(
            a == b for a, b in zip(shape[1:], wanted[1:], strict=True) if None not in (a, b)
        )
        if not fits:
            raise ValueError(
                f"{scheme}: expected {key!r} of shape {_shown(wanted)}, received {_shown(shape)}. "
                f"{ADVICE[_reason(shape, wanted)]}"
            )


def _shown(shape):
    return f"({', '.join(['batch', *('any' if n is None else str(n) for n in shape[1:])])})"


def _reason(shape, wanted):
    if len(wanted) == 1:
        return "column" if shape[1:] == (1,) else "one-hot"
    if len(shape) == len(wanted) - 1:
        unbatched = all(a == b for a, b in zip(shape, wanted[1:], strict=True) if b is not None)
        return "batch" if unbatched and None not in shape else "channel axis"
    if len(shape) == 4 and (shape[1], wanted[-1]) in ((1, 1), (3, 3)) and shape[-1] != wanted[-1]:
        return "channels last"
    return "size"


def check_output(network: keras.Model, kind, scheme: str):
    """Check that a discriminator returns what a scheme needs.

    Args:
        network: functional `keras.Model`.
        kind: "logit" `(batch, 1)`, "patch" `(batch, h, w, 1)`, "logits" (either), "image" (as its input).
        scheme: name for the message.

    Raises:
        ValueError: another shape, or an activation that squashes logits into probabilities.
    """
    shapes = [tuple(tensor.shape) for tensor in output_specs(network)]
    shape = shapes[0]
    logit = len(shape) == 2 and shape[-1] == 1
    patch = len(shape) == 4 and shape[-1] == 1
    fits = {
        "logit": logit,
        "patch": patch,
        "logits": logit or patch,
        "image": any(shape == tuple(tensor.shape) for tensor in inputs_by_name(network, "image").values()),
    }
    expected = {
        "logit": "one logit a sample, (batch, 1)",
        "patch": "a map of logits, (batch, height, width, 1)",
        "logits": "one logit a sample, (batch, 1), or a map of them, (batch, height, width, 1)",
        "image": "images of the shape of its input",
    }
    if len(shapes) != 1 or not fits[kind]:
        raise ValueError(
            f"{scheme}: expected a discriminator that returns {expected[kind]}, received {network.name!r} with "
            f"output {shapes if len(shapes) > 1 else shape}. Change its last layer."
        )
    last = [network, *getattr(network, "layers", [])][-1]
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    name = activation if activation in SQUASHING else type(last).__name__.lower()
    if kind != "image" and name in SQUASHING:
        raise ValueError(
            f"{scheme}: expected logits, received {network.name!r} ending in {name} (layer {last.name!r}). Remove "
            "that activation: the losses contain it, in a form that does not overflow."
        )


def warn_of_mixed_samples(networks, chosen):
    """Warn where a penalty takes each sample's gradient of a network that mixes samples.

    Args:
        networks: those of the discriminator side.
        chosen: the compiled penalties.
    """
    names = [penalty.name for penalty in chosen if getattr(penalty, "per_sample", False)]
    layers = [layer for network in networks for layer in backend.flat_layers(network)]
    mixing = [layer.name for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    if names and mixing:
        warnings.warn(
            f"compile: {', '.join(names)} takes the gradient of each sample, and batch normalization ({mixing[0]!r}) "
            "makes a sample's logit depend on the others. Build the discriminator with normalization=None or 'layer'.",
            stacklevel=3,
        )


class Watched:
    """A loss that remembers whether a term asked for it.

    Args:
        pair: the compiled loss, or None.
    """

    def __init__(self, pair):
        self.pair, self.asked = pair, set()

    def __getattr__(self, name):
        if name in ("discriminator", "generator"):
            self.asked.add("loss")
        return getattr(self.pair, name)


def check_used(model, terms, asked):
    """Check that nothing was compiled which no term uses.

    Args:
        model: compiled `AdversarialModel`.
        terms: the names of its terms ("generator/pixel").
        asked: "loss", if a term uses it, and the names of the penalties in the terms.

    Raises:
        ValueError: a loss, a penalty or a weight that is used by none, and is not the scheme's own.
    """
    name, own = type(model).__name__, model.defaults
    loss = own.get("loss")
    if (
        model.loss is not None
        and "loss" not in asked
        and repr(losses.get(model.loss)) != repr(loss and losses.get(loss))
    ):
        raise ValueError(
            f"compile: expected no loss, as no term of {name} has one, received {model.loss!r}. Leave loss out."
        )
    for penalty in model.penalties:
        acts = type(penalty).constrain is not penalties.Penalty.constrain and model.side_variables(
            "discriminator"
        )
        if not acts and penalty.name not in asked | {one.name for one in penalties.get(own.get("penalty"))}:
            raise ValueError(
                f"compile: expected no penalty, as no term of {name} asks for one, received {penalty.name!r}. "
                "Leave penalty out."
            )
    known = known_names(terms)
    # A scheme's own weights may name a term that this model, built without its network, does not have.
    unknown = sorted(set(model.loss_weights) - known - set(own.get("loss_weights") or ()))
    if unknown:
        raise ValueError(f"loss_weights: expected terms among {sorted(known)}, received {unknown}.")
