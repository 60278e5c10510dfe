"""What a scheme may ask of a network, checked before training rather than found out after."""

import warnings
from collections.abc import Mapping

import keras

from kgan import backend, losses, penalties
from kgan.adversarial.networks import inputs_by_name, outputs_by_name
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


# What a discriminator may be declared to return, in words.
OUTPUTS = {
    "logit": "one logit a sample, (batch, 1)",
    "patch": "a map of logits, (batch, height, width, 1)",
    "logits": "one logit a sample, (batch, 1), or a map of them, (batch, height, width, 1)",
    "image": "images of the shape of its input",
    "logit+classes": "{'logit': (batch, 1), 'classes': (batch, count)}, the classes as logits",
    "logit+features": "{'logit': (batch, 1), 'features': (batch, size)}",
}


def check_output(network: keras.Model, kind: str, scheme: str):
    """Check that a discriminator returns what a scheme needs.

    Args:
        network: `keras.Model` or layer.
        kind: one of `OUTPUTS`.
        scheme: name for the message.

    Raises:
        ValueError: another shape, or an activation that squashes logits into probabilities.
    """
    if kind not in OUTPUTS:
        raise ValueError(
            f"{scheme}: expected discriminator_output among {', '.join(OUTPUTS)}, or None, received {kind!r}."
        )
    shapes = outputs_by_name(network)
    if not _fits(kind, shapes, network):
        found = shapes if len(shapes) > 1 else next(iter(shapes.values()))
        raise ValueError(
            f"{scheme}: expected a discriminator that returns {OUTPUTS[kind]}, received {network.name!r} with "
            f"output {found}. Change its last layer."
        )
    if len(shapes) > 1:
        return  # Which layer makes which is not known.
    last = [network, *getattr(network, "layers", [])][-1]
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    name = activation if activation in SQUASHING else type(last).__name__.lower()
    if kind != "image" and name in SQUASHING:
        raise ValueError(
            f"{scheme}: expected logits, received {network.name!r} ending in {name} (layer {last.name!r}). Remove "
            "that activation: the losses contain it, in a form that does not overflow."
        )


def _fits(kind, shapes, network):
    if "+" in kind:
        logit, other = kind.split("+")
        flat = all(len(shape) == 2 for shape in shapes.values())
        return set(shapes) == {logit, other} and flat and shapes[logit][-1] == 1 != shapes[other][-1]
    shape = next(iter(shapes.values()))
    if len(shapes) > 1:
        return False
    if kind == "image":
        return any(shape == tuple(tensor.shape) for tensor in inputs_by_name(network, "image").values())
    ranks = {"logit": (2,), "patch": (4,), "logits": (2, 4)}[kind]
    return len(shape) in ranks and shape[-1] == 1


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
