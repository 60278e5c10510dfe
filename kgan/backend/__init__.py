"""The machinery below the mathematics: gradients, optimizer steps, replicas, keyed random numbers.

Everything above this package is written with `keras.ops`. Another Keras backend is one more folder here, which gives
the names of `contract.Backend` and asks a model for those of `contract.Game`. No scheme, no loss, no file.
"""

from kgan.backend.contract import SIDES, Batch, Moment
from kgan.backend.tensorflow import strategies
from kgan.backend.tensorflow.adapters import Shards
from kgan.backend.tensorflow.gradients import gradient_projection, input_gradient, positive_gradient
from kgan.backend.tensorflow.keras_private import (
    added_losses,
    calls,
    flat_layers,
    forget_losses,
    is_multi_worker,
    lent,
    origin_of,
    output_spec,
    own_layers,
    own_variables,
    random_states,
    run_graph,
    schedule_of,
    set_schedule,
)
from kgan.backend.tensorflow.normalization import standardize
from kgan.backend.tensorflow.optimizers import prepare_optimizer
from kgan.backend.tensorflow.replicas import (
    gather_batch,
    global_mean,
    local_array,
    place_in_batch,
    replica_count,
    replica_index,
    replica_mean,
    set_memory_growth,
)
from kgan.backend.tensorflow.threefry import random, random_by_seed
from kgan.backend.tensorflow.trainer import Trainer, refuse_weights

__all__ = [
    "SIDES",
    "Batch",
    "Moment",
    "Shards",
    "Trainer",
    "added_losses",
    "calls",
    "flat_layers",
    "forget_losses",
    "gather_batch",
    "global_mean",
    "gradient_projection",
    "input_gradient",
    "is_multi_worker",
    "lent",
    "local_array",
    "origin_of",
    "output_spec",
    "own_layers",
    "own_variables",
    "place_in_batch",
    "positive_gradient",
    "prepare_optimizer",
    "random",
    "random_by_seed",
    "random_states",
    "refuse_weights",
    "replica_count",
    "replica_index",
    "replica_mean",
    "run_graph",
    "schedule_of",
    "set_memory_growth",
    "set_schedule",
    "standardize",
    "strategies",
]
