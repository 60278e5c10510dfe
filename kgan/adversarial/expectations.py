"""What a scheme may ask of a network, checked before training rather than found out after."""

import keras

SQUASHING = ("sigmoid", "softmax", "hard_sigmoid")


def inputs_by_name(network, only):
    """A network's symbolic inputs by name; a network with a single one calls it `only`."""
    inputs = network.inputs[0] if isinstance(network, keras.Sequential) else network.input
    return inputs if isinstance(inputs, dict) else {only: inputs}


def check_output(network, kind, scheme):
    """Check that a discriminator returns what a scheme needs.

    Args:
        network: functional `keras.Model`.
        kind: "logit" `(batch, 1)`, "patch" `(batch, h, w, 1)`, "logits" (either), "image" (as its input).
        scheme: name for the message.

    Raises:
        ValueError: another shape, or an activation that squashes logits into probabilities.
    """
    shapes = [tuple(tensor.shape) for tensor in network.outputs]
    shape = shapes[0]
    logit = len(shape) == 2 and shape[-1] == 1
    patch = len(shape) == 4 and shape[-1] == 1
    fits = {
        "logit": logit,
        "patch": patch,
        "logits": logit or patch,
        "image": any(shape == tuple(tensor.shape) for tensor in network.inputs),
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
    last = network.layers[-1]
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    name = activation if activation in SQUASHING else type(last).__name__.lower()
    if kind != "image" and name in SQUASHING:
        raise ValueError(
            f"{scheme}: expected logits, received {network.name!r} ending in {name} (layer {last.name!r}). Remove "
            "that activation: the losses contain it, in a form that does not overflow."
        )
