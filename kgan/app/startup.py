"""Starting TensorFlow without its announcements, which would drown a one-line error."""

import contextlib
import os
import sys
import tempfile


def start():
    """Imports Keras and TensorFlow; what they print to stderr on the way is shown only if they fail.

    Whoever sets TF_CPP_MIN_LOG_LEVEL gets TensorFlow's own messages as usual.
    """
    if "tensorflow" in sys.modules or "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # A machine lends its GPU to others, too: take memory as it is needed.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    with _held_back():
        import keras  # noqa: F401


@contextlib.contextmanager
def _held_back():
    """Holds back what native code writes to stderr; it comes out if an exception does."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(stderr, 2)
            held.seek(0)
            sys.stderr.write(held.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
