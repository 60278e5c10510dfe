"""What a scheme may ask of a network, checked before training rather than found out after."""

from collections.abc import Mapping

import keras

from kgan.adversarial.networks import inputs_by_name, output_specs

SQUASHING = ("sigmoid", "softmax", "hard_sigmoid")
ADVICE = {
    "channel axis": "Add the channel axis: images[..., None].",
    "channels last": "Put the channels last: numpy.moveaxis(images, 1, -1).",
    "one-hot": "Pass class indices, not one-hot rows: labels.argmax(-1).",
    "column": "Pass one index a sample, without an axis of their own: labels[:, 0].",
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
        return "channel axis"
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
