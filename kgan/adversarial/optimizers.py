"""`model.optimizer`: the optimizers of both sides, as the one optimizer that Keras and its callbacks expect."""

import keras

from kgan import backend
from kgan.backend.contract import SIDES
from kgan.schedules import PerStep


def make_optimizers(settings, networks: list, variables_of) -> "SideOptimizers":
    """The optimizers of the discriminator's and of the generator's side, ready to train.

    Args:
        settings: the compile settings.
        networks: all networks of the model.
        variables_of: callable from a side to its variables.
    """
    half = any(network.compute_dtype == "float16" for network in networks)
    discriminator = keras.optimizers.get(settings.discriminator_optimizer)
    given = PerStep.wrap(discriminator, settings.discriminator_steps), settings.generator_optimizer
    moved = {side: variables_of(side) for side in SIDES}
    made = [
        backend.prepare_optimizer(optimizer, side, moved[side], half)
        for side, optimizer in zip(SIDES, given, strict=True)
    ]
    return SideOptimizers(*made, moved, settings.discriminator_steps)


@keras.saving.register_keras_serializable("kgan.adversarial")
class SideOptimizers(keras.optimizers.Optimizer):
    """Two optimizers as one: what is read is the generator side's, what is set is set on both.

    `compile` makes it; its state is saved with the two.

    Args:
        discriminator, generator: Keras optimizers, built for the variables of their sides.
        variables: dict from side to the Keras variables that it moves.
        discriminator_steps: discriminator updates a step: a schedule that is set counts steps on either side.

    Attributes:
        optimizers: `[discriminator, generator]`, where stock callbacks find both.

    Example:
        >>> model.optimizer.learning_rate = 1e-4  # both sides
        >>> model.optimizer.generator.learning_rate = 2e-4  # one
    """

    def __init__(
        self,
        discriminator: keras.optimizers.Optimizer,
        generator: keras.optimizers.Optimizer,
        variables: dict | None = None,
        discriminator_steps: int = 1,
        name: str = "sides",
    ) -> None:
        # A rate that is a callable is no variable: what is not here cannot differ from what the sides have.
        super().__init__(learning_rate=lambda: 0.0, name=name)
        self.optimizers = [discriminator, generator]
        self.discriminator_steps = discriminator_steps
        self._moved = {side: tuple((variables or {}).get(side, ())) for side in SIDES}

    @property
    def discriminator(self):
        """The discriminator side's optimizer."""
        return self.optimizers[0]

    @property
    def generator(self):
        """The generator side's optimizer."""
        return self.optimizers[1]

    @property
    def built(self):
        """Whether either side is ready; a side without variables never steps."""
        return any(optimizer.built for optimizer in getattr(self, "optimizers", ()))

    @built.setter
    def built(self, value):
        pass  # Keras says so of itself; here the sides know.

    def build(self, variables):
        """Nothing: `compile` has built each side for its own variables."""

    @property
    def iterations(self):
        """Updates of the generator side; of the discriminator side where no generator learns."""
        return (self.generator if self.generator.built else self.discriminator).iterations

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]

    @property
    def learning_rate(self):
        """The generator side's rate. A number or a schedule that is assigned holds for both sides."""
        return self.generator.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if callable(value):
            self.generator.learning_rate = value
            self.discriminator.learning_rate = value
            PerStep.wrap(_inner(self.discriminator), self.discriminator_steps)
            return
        scheduled = [
            side for side, optimizer in zip(SIDES, self.optimizers, strict=True) if _scheduled(optimizer)
        ]
        if scheduled:
            raise TypeError(
                f"learning_rate: expected optimizers whose rate is a number, found a schedule on the "
                f"{' and the '.join(scheduled)} side. Set the rate of one side, model.optimizer.generator."
                "learning_rate, or assign a schedule to both."
            )
        for optimizer in self.optimizers:
            optimizer.learning_rate = value

    def apply(self, grads, trainable_variables=None):
        """Step each side with the gradients of its own variables.

        Args:
            grads: gradients.
            trainable_variables: the variables that they belong to; left out, all of the discriminator side and
                then all of the generator side.

        Raises:
            ValueError: a variable of neither side, or a number of gradients that is not that of the variables.
        """
        owner = {id(variable): side for side in SIDES for variable in self._moved[side]}
        if trainable_variables is None:
            trainable_variables = [variable for side in SIDES for variable in self._moved[side]]
        pairs = list(zip(grads, trainable_variables, strict=True))
        strangers = [variable.path for _, variable in pairs if id(variable) not in owner]
        if strangers:
            raise ValueError(
                f"apply: expected variables of the discriminator or the generator side, received {strangers[0]!r} "
                f"and {len(strangers) - 1} more of neither. Make another optimizer for them."
            )
        for side, optimizer in zip(SIDES, self.optimizers, strict=True):
            own = [(gradient, variable) for gradient, variable in pairs if owner[id(variable)] == side]
            if own:
                optimizer.apply(*map(list, zip(*own, strict=True)))

    def finalize_variable_values(self, var_list):
        """Where an optimizer has `use_ema`, its side ends with the averages, as `fit` does with any model."""
        for side, optimizer in zip(SIDES, self.optimizers, strict=True):
            if optimizer.built:
                optimizer.finalize_variable_values(list(self._moved[side]))

    def scale_loss(self, loss):
        """Refused where the sides scale their losses: each has its own scale."""
        if any(isinstance(optimizer, keras.optimizers.LossScaleOptimizer) for optimizer in self.optimizers):
            raise ValueError(
                "scale_loss: expected the optimizer of one side, received that of both. Call "
                "model.discriminator_optimizer.scale_loss or model.generator_optimizer.scale_loss."
            )
        return loss

    def set_weights(self, weights):
        """Arrays in the order of `variables`."""
        for variable, weight in zip(self.variables, weights, strict=True):
            variable.assign(weight)

    def save_own_variables(self, store):
        """Nothing: the sides are saved under their own names."""

    def load_own_variables(self, store):
        """Nothing: the sides are loaded under their own names."""

    def get_config(self) -> dict:
        sides = {side: keras.optimizers.serialize(getattr(self, side)) for side in SIDES}
        return {**sides, "discriminator_steps": self.discriminator_steps, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        sides = {side: keras.optimizers.deserialize(config[side], custom_objects) for side in SIDES}
        return cls(**{**config, **sides})


def _inner(optimizer):
    return getattr(optimizer, "inner_optimizer", optimizer)


def _scheduled(optimizer):
    """Whether a rate is computed rather than kept; a config says so without private names."""
    return isinstance(_inner(optimizer).get_config()["learning_rate"], dict)
