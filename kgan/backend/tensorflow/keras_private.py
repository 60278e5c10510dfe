"""Every name of Keras and TensorFlow that is not public, one function each; `tests/backend` has a test for each.

Keras is pinned below the next untested minor version: what moves there is mended here.
"""

import contextlib

import keras
import tensorflow as tf
from keras.src.backend import compute_output_spec
from keras.src.backend.common import global_state
from keras.src.layers.convolutional.base_conv import BaseConv
from keras.src.layers.convolutional.base_conv_transpose import BaseConvTranspose
from keras.src.layers.layer import CallContext
from keras.src.trainers.data_adapters import array_slicing, get_data_adapter, is_tf_dataset
from keras.src.trainers.data_adapters.array_data_adapter import can_convert_arrays
from keras.src.trainers.data_adapters.data_adapter import DataAdapter

from kgan.backend.tensorflow.grouping import turns_of


def output_spec(fn, *specs):
    """Shapes and types of `fn`'s outputs for inputs of these specs; no variable changes."""

    def collecting(*inputs):
        global_state.get_global_attribute("stateless_scope").collect_losses = True
        return fn(*inputs)

    return compute_output_spec(collecting, *specs)


@contextlib.contextmanager
def calls(owner, training):
    """Layers called inside run in training or inference mode without each call saying so."""
    previous = global_state.get_global_attribute("current_call_ctx")
    context = CallContext(entry_layer=owner)
    context.set_value("training", training)
    global_state.set_global_attribute("current_call_ctx", context)
    try:
        yield
    finally:
        global_state.set_global_attribute("current_call_ctx", previous)


@contextlib.contextmanager
def lent(pairs):
    """Inside, variables have other values: `keras.StatelessScope`, which forgets the scope around it and whatever
    else is assigned in it. This one keeps both.

    Args:
        pairs: list of (Keras variable, value).
    """
    outer = global_state.get_global_attribute("stateless_scope")
    scope = _Lent(pairs)
    if outer is not None:
        scope.state_mapping = {**outer.state_mapping, **scope.state_mapping}
    with scope:
        yield
    lent_out = {id(variable) for variable, _ in pairs}
    for variable, value in scope.assigned:
        if id(variable) not in lent_out:
            variable.assign(value)


class _Lent(keras.StatelessScope):
    def __init__(self, pairs):
        super().__init__(state_mapping=pairs, collect_losses=True)
        self.assigned = []

    def add_update(self, update):
        super().add_update(update)
        self.assigned.append(update)


def flat_layers(network):
    """A network and every layer in it, at any depth."""
    return list(network._flatten_layers())


def added_losses(networks):
    """What layers have given to `add_loss`, activity regularizers among them, since `forget_losses`."""
    return [
        loss for network in networks for layer in flat_layers(network) for loss in layer._get_own_losses()
    ]


def forget_losses(networks):
    """Start `added_losses` anew. (Keras does so when a network is called by itself.)"""
    for network in networks:
        network._clear_losses()


def own_layers(model):
    """The layers that are attributes of a model."""
    return list(model._layers)


def own_variables(layer):
    """The variables that a layer made itself, not those of the layers in it."""
    return [*layer._trainable_variables, *layer._non_trainable_variables]


def random_states(layer):
    """The states of the random generators of a layer and of every layer in it."""
    return [generator.state for inner in layer._flatten_layers() for generator in inner._seed_generators]


def is_convolution(layer):
    """Whether a layer is one of Keras's convolutions, transposed ones included."""
    return isinstance(layer, BaseConv | BaseConvTranspose)


def origin_of(tensor):
    """The layer that made a symbolic tensor, and the symbolic tensors that it was called with."""
    layer, index, _ = tensor._keras_history
    return layer, list(layer._inbound_nodes[index].input_tensors)


def run_graph(network, inputs, call):
    """What a functional network makes of inputs, each layer being called as `call(layer, *inputs, **options)`."""
    return network._run_through_graph(inputs, operation_fn=lambda layer: layer, call_fn=call)


def adam_slots(optimizer, variable):
    """Adam's two slots of a variable: momentum and velocity."""
    index = optimizer._get_variable_index(variable)
    return optimizer._momentums[index], optimizer._velocities[index]


def built_for(optimizer):
    """The variables that an optimizer has slots for."""
    return list(getattr(optimizer, "_trainable_variables", []))


def made_in(optimizer):
    """The strategy in whose scope an optimizer was made."""
    return optimizer._distribution_strategy


def takes_sums(optimizer):
    """Tell an optimizer that gradients reach it summed over the replicas, so that it does not sum them again."""
    getattr(optimizer, "inner_optimizer", optimizer)._all_reduce_sum_gradients = lambda pairs: list(pairs)


def schedule_of(optimizer):
    """An optimizer's learning rate as it was given: a schedule, or a variable."""
    return getattr(optimizer, "_learning_rate", None)


def set_schedule(optimizer, schedule):
    """Give an optimizer that has a schedule another one."""
    optimizer._learning_rate = schedule


def step_spec(iterator=None, data_batch=None):
    """The symbolic batch of one replica that `fit` (an epoch iterator) or `train_on_batch` (data) will train on."""
    if iterator is not None:
        spec = keras.tree.map_structure(_replica_spec, iterator._distributed_dataset.element_spec)
    else:
        spec = keras.tree.map_structure(
            lambda t: t if t is None else tf.TensorSpec.from_tensor(tf.convert_to_tensor(t)), data_batch
        )
    return keras.tree.map_structure(_keras_tensor, turns_of(spec)[0])


def _replica_spec(spec):
    values = getattr(spec, "_value_specs", None)
    return values[0] if values else spec


def _keras_tensor(spec):
    if not isinstance(spec, tf.TensorSpec):
        return spec
    return keras.KerasTensor(spec.shape, dtype=spec.dtype.name)


def split_for_validation(arrays, share):
    """(arrays to train on, arrays to validate on), as `fit(validation_split=share)` does."""
    return array_slicing.train_validation_split(arrays, share)


def arrays_of(x, y):
    """What can be looked at of training data before it is trained on: [(x, y)] of arrays, a batch of a PyDataset, or
    nothing of what is read only once."""
    if isinstance(x, keras.utils.PyDataset):
        return [x[0]] if x.num_batches else []
    leaves = [leaf for leaf in keras.tree.flatten((x, y)) if leaf is not None]
    return [(x, y)] if leaves and all(hasattr(leaf, "shape") for leaf in leaves) else []


def adapter_of(x, y, sample_weight=None, **options):
    """What Keras reads any kind of training data through."""
    return get_data_adapter(x, y, sample_weight, **options)


class Adapter(DataAdapter):
    """To be subclassed by what `fit` is to read batches from as they are."""


def has_an_order(x, y=None):
    """Whether Keras leaves the order of such training data alone: data sets, generators, endless PyDatasets."""
    if isinstance(x, keras.utils.PyDataset):
        return x.num_batches is None
    return is_tf_dataset(x) or not can_convert_arrays((x, y))


def is_multi_worker(strategy):
    """Whether a strategy spans several processes."""
    return (
        isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        and strategy.extended._in_multi_worker_mode()
    )


class BeforeFirstStep:
    """Mixed in before `keras.Model`: `before_first_step` is called with the symbolic batch, before Keras traces."""

    def before_first_step(self, spec):
        """To be written by whoever wants to know."""

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        with self.distribute_strategy.scope():
            self.before_first_step(step_spec(iterator, data_batch))
