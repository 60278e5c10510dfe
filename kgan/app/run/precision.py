"""`--precision auto`: bfloat16 where this machine is faster with it, by a short trial of both."""

import time

import keras
import numpy as np

from kgan.app.run.run_folder import RunFolder

FULL, HALF = "float32", "mixed_bfloat16"
# Less than this is no gain that is worth fewer digits.
WORTH = 0.9
BATCH, SIDE, WIDTH, ROUNDS = 8, 32, 32, 5


def resolved(training) -> str:
    """The precision of a run: what its flag says, what the run began with, or what is faster here.

    Args:
        training: `kgan.app.verbs.train.Training`; it says what was measured.

    Returns:
        A name of a policy, never "auto".
    """
    if training.precision != "auto":
        return training.precision
    # One precision a run: it goes on as it began, wherever that was.
    begun = {} if training.overwrite else RunFolder(training.run).glimpse()
    if begun:
        return begun["settings"].get("precision", FULL)
    seconds = tried()
    chosen = HALF if seconds[HALF] < WORTH * seconds[FULL] else FULL
    told = ", ".join(f"{name} {1000 * seconds[name]:.0f} ms" for name in (FULL, HALF))
    training.say(f"--precision auto: {chosen} (a step of a small trial network takes {told} here)")
    return chosen


def tried() -> dict:
    """Seconds of a training step of a few convolutions in either precision, the best of rounds that alternate.

    Leaves Keras's policy as it was. A trial of 32 features says nothing about networks of a few.
    """
    before, steps = keras.config.dtype_policy(), {}
    try:
        for name in (FULL, HALF):
            keras.config.set_dtype_policy(name)
            steps[name] = _step()
    finally:
        keras.config.set_dtype_policy(before)
    seconds = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            seconds[name].append(time.perf_counter() - began)
    return {name: min(found) for name, found in seconds.items()}


def _step():
    """A training step of a convolutional network in the policy of now, compiled already."""
    layers = [keras.Input((SIDE, SIDE, 3))]
    for _ in range(4):
        layers.append(keras.layers.Conv2D(WIDTH, 3, padding="same", activation="relu"))
    layers.append(keras.layers.Conv2D(3, 3, padding="same", dtype="float32"))
    model = keras.Sequential(layers)
    model.compile("adam", "mse", jit_compile=False)
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH, SIDE, SIDE, 3)).astype("float32")

    def step():
        model.train_on_batch(images, images)

    step()
    return step
