"""The machinery below the mathematics: gradients, optimizer steps, replicas, keyed random numbers.

Everything above this package is written with `keras.ops`. Another Keras backend is one more file here.
"""

from kgan.backend.normalization import standardize
from kgan.backend.tensorflow import (
    Trainer,
    gather_batch,
    input_gradient,
    output_spec,
    random,
    replica_count,
    replica_index,
    replica_mean,
    set_memory_growth,
)

__all__ = [
    "Trainer",
    "gather_batch",
    "input_gradient",
    "output_spec",
    "random",
    "replica_count",
    "replica_index",
    "replica_mean",
    "set_memory_growth",
    "standardize",
]
