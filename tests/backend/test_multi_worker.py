"""Two processes on loopback train as one."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.loopback import free_ports

# A program is START, what `data` is, and END. Its arguments: "workers" or "one", a file for what it came to, devices.
START = """
import functools
import sys
import numpy as np
import tensorflow as tf

name, devices = sys.argv[1], int(sys.argv[3])
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * devices
)
strategy = tf.distribute.MultiWorkerMirroredStrategy() if name == "workers" else tf.distribute.get_strategy()

import keras
from kgan import WGANGP
from kgan.backend import Shards
from kgan.data import Part, Source
from kgan.networks import mlp

keras.utils.set_random_seed(1)
points = np.random.default_rng(0).normal(size=(48, 2)).astype("float32")
loaded, options = [], {}
"""
WHOLE = """
sharding = tf.data.Options()
sharding.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
data = tf.data.Dataset.from_tensor_slices(points).batch(8).with_options(sharding)
"""
SHARDS = """
def load(row, key):
    def look(point, index, key):
        loaded.append((index, *key))
        return point

    key = tf.zeros([2], tf.int64) if key is None else key
    point = tf.numpy_function(look, [row["point"], row["index"], key], tf.float32)
    return {"image": tf.ensure_shape(point, [2])}


batches = functools.partial(Source(Part({"point": points}, load)).batches, 8, seed=3)
data = batches() if name == "one" else Shards(strategy, lambda share: batches(share=share))
options = {"steps_per_epoch": 3, "shuffle": False}
"""
END = """
with strategy.scope():
    model = WGANGP(
        mlp.generator(None, channels=2, latent_size=4, width=8, depth=1),
        mlp.discriminator(None, channels=2, width=8, depth=1),
        latent_size=4,
    )
    sgd = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
    model.compile(sgd, sgd, discriminator_steps=2, jit_compile=False)
history = model.fit(data, epochs=2, verbose=0, **options).history
weights = {str(index): value.numpy() for index, value in enumerate(model.weights)}
logs = np.array([history[name][-1] for name in sorted(history)])
np.savez(sys.argv[2], logs=logs, loaded=np.array(loaded), **weights)
"""


def two_workers(data, folder, devices):
    """Runs a program as two workers, and by itself. Returns the arrays that each left: of either worker, and alone."""
    script = START + data + END
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    processes, quiet = [], {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    for index in range(2):
        cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**quiet, "TF_CONFIG": json.dumps(cluster)}
        command = [sys.executable, "-c", script, "workers", str(folder / f"worker{index}.npz"), str(devices)]
        processes.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
    for process in processes:
        errors = process.communicate(timeout=240)[1]
        assert process.returncode == 0, errors[-3000:]
    alone = [sys.executable, "-c", script, "one", str(folder / "one.npz"), "1"]
    subprocess.run(alone, check=True, timeout=240, env=quiet)
    return [np.load(folder / f"{name}.npz") for name in ("worker0", "worker1", "one")]


def alike(first, second, one):
    for name in set(one.files) - {"loaded"}:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
        if name != "logs":
            np.testing.assert_allclose(first[name], one[name], atol=1e-6, err_msg=name)


@pytest.mark.slow
def test_two_workers_are_one(tmp_path):
    alike(*two_workers(WHOLE, tmp_path, 1))


@pytest.mark.slow
@pytest.mark.parametrize("devices", [1, 2])
def test_each_worker_loads_its_own_part_of_each_batch_and_nothing_else(tmp_path, devices):
    found = two_workers(SHARDS, tmp_path, devices)
    alike(*found)
    # An item's key is another one in each epoch.
    first, second = ([tuple(item) for item in each["loaded"]] for each in found[:2])
    assert len({*first, *second}) == len(first) + len(second)
    assert {index for index, *_ in [*first, *second]} == set(range(48))
