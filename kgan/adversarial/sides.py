"""The two sides: whose weights they are, and which layers hear of an update."""

from kgan import backend


def unique(things):
    """Each thing once, in order, by identity."""
    return list({id(thing): thing for thing in things}.values())


def trainable(networks: list):
    """The trainable variables of a side's networks, each once."""
    return unique(variable for network in networks for variable in network.trainable_variables)


def followed(networks: list):
    """The variables of a side that a moving average follows: all numbers, trained or kept."""
    return [variable for network in networks for variable in network.weights if "float" in variable.dtype]


def announce_update(networks: list):
    """Tell the layers that want to know (spectral normalization) that their side is about to be updated."""
    for network in networks:
        for layer in backend.flat_layers(network):
            if hasattr(layer, "before_update"):
                layer.before_update()
