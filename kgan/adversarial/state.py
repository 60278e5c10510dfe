"""Every variable that training depends on: written into arrays and back, and into a saved model and back."""

import inspect
import warnings

import keras

from kgan import backend


class Saved:
    """How an adversarial model is saved: exactly. Mixed in before `keras.Model`."""

    def state(self) -> dict:
        """Every variable that training depends on, as arrays by name: weights, optimizers, averages, counters,
        random states, running means. `restore` puts it back; training then goes on bit for bit."""
        return read_state(self)

    def restore(self, saved) -> None:
        """Put back what `state` gave.

        Raises:
            ValueError: the names or shapes are not this model's.
        """
        with self.distribute_strategy.scope():
            for name in means_in(saved):
                if name not in {metric.name for metric in self.metrics}:
                    self.means.add(name)
        write_state(self, saved)

    def get_config(self) -> dict:
        return {"name": self.name} | constructor_arguments(self)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**{name: deserialized(value, custom_objects) for name, value in config.items()})

    def get_compile_config(self):
        return keras.saving.serialize_keras_object(self.settings.saved()) if self.compiled else None

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def get_build_config(self):
        return None

    def build(self, input_shape=None):
        self.built = True

    def save_own_variables(self, store):
        save_own(self, store)

    def load_own_variables(self, store):
        load_own(self, store)


def state_variables(model):
    """By name: weights, averages, counters and random states; both optimizers; running means."""
    found = {f"model|{index}|{v.name}": v for index, v in enumerate(model.variables)}
    for side in backend.SIDES if model.compiled else ():
        found |= {
            f"{side}|{index}|{v.name}": v for index, v in enumerate(model.game.optimizer_of(side).variables)
        }
    for metric in model.metrics:
        found |= {f"mean|{metric.name}|{index}": v for index, v in enumerate(metric.variables)}
    return found


def read_state(model):
    """Arrays by name."""
    return {name: backend.local_array(variable) for name, variable in state_variables(model).items()}


def write_state(model, state):
    """Put back what `read_state` gave. Running means that this state does not have yet start at zero.

    Raises:
        ValueError: the names or shapes are not this model's.
    """
    variables = state_variables(model)
    differing = [name for name in set(state) ^ set(variables) if not name.startswith("mean|")]
    differing += [
        n for n in set(state) & set(variables) if tuple(state[n].shape) != tuple(variables[n].shape)
    ]
    if differing:
        raise ValueError(
            f"restore: expected the state of this model, found {len(differing)} variables that differ, such as "
            f"{sorted(differing)[0]!r}. Build the model with the settings that the state was made with."
        )
    for name, value in state.items():
        variables[name].assign(value)


def means_in(state):
    """The names of the running means in a state."""
    return list(dict.fromkeys(name.split("|")[1] for name in state if name.startswith("mean|")))


def save_own(model, store):
    """A model's own variables and the random states in it, into a Keras store (which keeps no random states)."""
    for kind, variables in _own(model).items():
        for index, variable in enumerate(variables):
            store[f"{kind}_{index}"] = variable


def load_own(model, store):
    """Put back what `save_own` stored.

    A model that is not compiled takes an average over, to predict with it. One compiled without cannot go on with it,
    which is said; one compiled with an average that the store does not have is told to start it anew.

    Raises:
        ValueError: a whole model whose average is missing: an earlier kgan kept it elsewhere.
    """
    stored = "average_0" in store.keys()  # noqa: SIM118 (a store is no dict)
    if stored and not model.averages.pairs:
        if model.compiled:
            warnings.warn(
                "load_weights: expected weights alone, found a moving average with them, which predicts in the model "
                "that was saved. This one is compiled without: it predicts with the raw weights. Compile with "
                "ema_decay before loading to carry the average over.",
                stacklevel=2,
            )
        else:
            model.follow()
    if model.averages.pairs and not stored and not model.averages.replaceable:
        raise ValueError(
            "load_model: expected the moving average that this model was compiled with, found none: an earlier kgan "
            "wrote it. Build and compile the model, and load_weights(file), which starts the average at the weights."
        )
    model.averages.fresh = not stored
    for kind, variables in _own(model).items():
        for index, variable in enumerate(variables):
            if kind != "average" or stored:
                variable.assign(store[f"{kind}_{index}"])


def _own(model):
    averages = [average for _, average in model.averages.pairs]
    known = {id(average) for average in averages}
    own = [variable for variable in backend.own_variables(model) if id(variable) not in known]
    return {"own": own, "average": averages, "random": backend.random_states(model)}


def constructor_arguments(model):
    """By name, as a config: each is an attribute of the same name.

    Raises:
        ValueError: the constructor did not keep one of them.
    """
    config = {}
    for name, parameter in inspect.signature(type(model).__init__).parameters.items():
        if name == "self" or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if not hasattr(model, name):
            raise ValueError(
                f"{type(model).__name__}: expected its constructor to set self.{name}, as each argument; "
                "get_config is derived from them."
            )
        value = getattr(model, name)
        config[name] = list(value) if isinstance(value, (list, tuple)) else value
    return config


def deserialized(value, custom_objects=None):
    """A constructor argument out of a config."""
    if isinstance(value, dict) and "class_name" in value:
        return keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
    if isinstance(value, list):
        return [deserialized(item, custom_objects) for item in value]
    return value
