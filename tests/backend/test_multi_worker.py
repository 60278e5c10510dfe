"""Two processes on loopback train as one."""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

WORKER = """
import sys
import numpy as np
import tensorflow as tf

if sys.argv[1] == "workers":
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
else:
    strategy = tf.distribute.get_strategy()

import keras
from kgan import WGANGP
from kgan.networks import mlp

keras.utils.set_random_seed(1)
points = np.random.default_rng(0).normal(size=(48, 2)).astype("float32")
data = tf.data.Dataset.from_tensor_slices(points).batch(8)
options = tf.data.Options()
options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
with strategy.scope():
    model = WGANGP(
        mlp.generator(None, channels=2, latent_size=4, width=8, depth=1),
        mlp.discriminator(None, channels=2, width=8, depth=1),
        latent_size=4,
    )
    sgd = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
    model.compile(sgd, sgd, discriminator_steps=2, jit_compile=False)
history = model.fit(data.with_options(options), epochs=2, verbose=0).history
weights = {str(index): value.numpy() for index, value in enumerate(model.weights)}
np.savez(sys.argv[2], logs=np.array([history[name][-1] for name in sorted(history)]), **weights)
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.mark.slow
def test_two_workers_are_one(tmp_path):
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    processes = []
    for index in range(2):
        cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(cluster), "CUDA_VISIBLE_DEVICES": ""}
        command = [sys.executable, "-c", WORKER, "workers", str(tmp_path / f"worker{index}.npz")]
        processes.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
    for process in processes:
        errors = process.communicate(timeout=240)[1]
        assert process.returncode == 0, errors[-3000:]
    subprocess.run([sys.executable, "-c", WORKER, "one", str(tmp_path / "one.npz")], check=True, timeout=240)
    first, second, one = (np.load(tmp_path / f"{name}.npz") for name in ("worker0", "worker1", "one"))
    for name in one.files:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
        if name != "logs":
            np.testing.assert_allclose(first[name], one[name], atol=1e-6, err_msg=name)
