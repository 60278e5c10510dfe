"""The two sides: whose weights they are, which layers hear of an update, and their two optimizers as one."""

from kgan import backend


def unique(things):
    """Each thing once, in order, by identity."""
    return list({id(thing): thing for thing in things}.values())


def trainable(networks):
    """The trainable variables of a side's networks, each once."""
    return unique(variable for network in networks for variable in network.trainable_variables)


def announce_update(networks):
    """Tell the layers that want to know (spectral normalization) that their side is about to be updated."""
    for network in networks:
        for layer in backend.flat_layers(network):
            if hasattr(layer, "before_update"):
                layer.before_update()


class SideOptimizers:
    """What stock callbacks see as `model.optimizer`: both sides' optimizers, as `optimizers`."""

    def __init__(self, discriminator, generator):
        self.optimizers = [discriminator, generator]

    @property
    def iterations(self):
        return self.optimizers[-1].iterations

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]
