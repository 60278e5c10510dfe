"""What the cases share: one training step as a callable, and that both sides have as many parameters."""

import numpy as np


def kgan_step(model, batch):
    """A callable that makes one training step of a compiled model on this batch, compiled already."""
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensors(batch).cache().repeat()
    model.fit(dataset, steps_per_epoch=2, verbose=0)
    if model.batches_per_step > 1:  # `fit` groups batches so
        dataset = dataset.map(lambda one: {"turns": (one,) * model.batches_per_step})
    iterator = iter(dataset)

    def step():
        logs = model.train_function(iterator)
        return float(next(iter(logs.values())))

    return step


def pictures(count, size, seed=0):
    """float32 noise in [-1, 1], channels last."""
    return np.random.default_rng(seed).uniform(-1, 1, (count, size, size, 3)).astype("float32")


def as_torch(images, memory_format):
    """The same pictures for PyTorch."""
    import torch

    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy()).to(memory_format=memory_format)


def keras_parameters(*networks):
    """Trainable parameters of each network."""
    return [sum(int(np.prod(v.shape)) for v in network.trainable_variables) for network in networks]


def torch_parameters(*modules):
    """Trainable parameters of each module."""
    return [sum(p.numel() for p in module.parameters()) for module in modules]


def require_equal(ours, theirs, name):
    """Refuse to compare networks of different sizes."""
    if ours != theirs:
        raise ValueError(
            f"{name}: expected as many parameters in PyTorch's networks as in kgan's, {ours}; received {theirs}. "
            "One of them was changed: change the other."
        )
