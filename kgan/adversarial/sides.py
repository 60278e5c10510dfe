"""The two sides: whose weights they are, which layers hear of an update, and their two optimizers as one."""

import keras

from kgan import backend
from kgan.schedules import PerStep


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


def make_optimizers(settings, networks, variables_of):
    """The optimizers of the discriminator's and of the generator's side, ready to train.

    Args:
        settings: the compile settings.
        networks: all networks of the model.
        variables_of: callable from a side to its variables.
    """
    half = any(network.compute_dtype == "float16" for network in networks)
    discriminator = keras.optimizers.get(settings.discriminator_optimizer)
    given = PerStep.wrap(discriminator, settings.discriminator_steps), settings.generator_optimizer
    return [
        backend.prepare_optimizer(o, side, variables_of(side), half)
        for side, o in zip(backend.SIDES, given, strict=True)
    ]


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
