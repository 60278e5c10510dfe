"""What goes in and out of a network of any kind: functional, Sequential, a subclass, a layer, built or not."""

import keras


def inputs_by_name(network: keras.Model, only, like=None):
    """A network's symbolic inputs by name; a network with a single one calls it `only`.

    Args:
        network: `keras.Model` or layer.
        only: name of a single input.
        like: symbolic input(s) to build it with, if it is not built.

    Raises:
        ValueError: no network, inputs that are not known, or several without names.
    """
    inputs = _inputs(_known(network, like))
    if isinstance(inputs, dict):
        return dict(inputs)
    inputs = keras.tree.flatten(inputs)
    if len(inputs) > 1:
        raise ValueError(
            f"{network.name}: expected one input, or several by name, received {len(inputs)} in a list. Build it as "
            "keras.Model({'image': image, 'label': label}, output)."
        )
    return {only: inputs[0]}


def output_specs(network: keras.Model, like=None):
    """A network's symbolic outputs, as a list."""
    return keras.tree.flatten(_outputs(_known(network, like)))


def outputs_by_name(network: keras.Model) -> dict:
    """The shapes of a network's outputs by name, or by number where they have none."""
    found = _outputs(_known(network, None))
    named = found if isinstance(found, dict) else dict(enumerate(keras.tree.flatten(found)))
    return {name: tuple(tensor.shape) for name, tensor in named.items()}


def with_features(network: keras.Model, scheme: str):
    """What a network returns together with what its last layer sees: for a second head, or to match features.

    Args:
        network: `keras.Model` that ends in a linear layer on features `(batch, size)`.
        scheme: name for the message.

    Returns:
        a function (it has no weights of its own, and is no network beside this one) from images to
        `(output, features)`, and the size of the features.

    Raises:
        ValueError: another end.
    """
    last = [network, *getattr(network, "layers", [])][-1]
    features = getattr(last, "input", None)
    if last is network or not hasattr(features, "shape") or len(features.shape) != 2:
        raise ValueError(
            f"{scheme}: expected a discriminator that ends in a linear layer on features (batch, size), received "
            f"{network.name!r} ending in {last.name!r} on {features}. Flatten before it."
        )
    inside = keras.Model(network.inputs, [network.outputs[0], features])
    return lambda image, **options: inside(image, **options), features.shape[-1]


def _inputs(network):
    return network.inputs if isinstance(network, keras.Sequential) else network.input


def _outputs(network):
    return network.outputs if isinstance(network, keras.Sequential) else network.output


def _known(network, like):
    """The network, called once on symbols where nothing else says what it takes."""
    if not isinstance(network, keras.layers.Layer):
        raise ValueError(
            f"expected a network (a keras.Model or layer), received {type(network).__name__}. Wrap a function: "
            "keras.Sequential([keras.Input(shape), keras.layers.Lambda(function)])."
        )
    try:
        _inputs(network), _outputs(network)
        return network
    except (ValueError, AttributeError):
        pass
    shape = (network.get_build_config() or {}).get("input_shape") if network.built else None
    if shape is not None:
        like = keras.tree.map_shape_structure(lambda s: keras.KerasTensor((None, *s[1:])), shape)
    if like is None:
        kind = (
            "an unbuilt Sequential" if isinstance(network, keras.Sequential) else "a subclass not called yet"
        )
        raise ValueError(
            f"{network.name}: expected a network whose inputs are known, received {kind}. Start it with "
            "keras.Input(shape), or call it on a batch once."
        )
    network(keras.tree.map_structure(lambda t: keras.Input(t.shape[1:], dtype=t.dtype), like))
    return network
