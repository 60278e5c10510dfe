"""Two logical CPU devices stand in for two GPUs, set before TensorFlow looks at the machine."""

import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Test networks are too small to share among threads, and the test processes fill the cores themselves.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
# No test depends on which feature networks somebody has fetched onto this machine.
os.environ["KGAN_HOME"] = os.path.join(tempfile.gettempdir(), "kgan-tests-home")

import pytest


@pytest.fixture(scope="session", autouse=True)
def two_devices():
    import tensorflow as tf

    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )


@pytest.fixture(scope="session")
def two_replicas():
    """A strategy of two replicas. One for the session: a second one would reuse the first one's collective keys."""
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture(autouse=True)
def same_seed():
    """Each test starts from the same random state and from Keras's default precision."""
    import keras

    keras.utils.set_random_seed(7)
    yield
    keras.config.set_dtype_policy("float32")
