"""Saved models found again: `load_model`, and what lets Keras find kgan's classes by their registered names.

A registered name is `kgan.ROOM>Class` and says nothing of files. Keras looks names up in what has been imported;
`import kgan` imports nothing, so that `kgan --help` needs no TensorFlow. `announce` closes the gap: when Keras meets a
name of ours that it does not know, the room is imported.
"""

import functools
import importlib
import importlib.abc
import os
import pkgutil
import sys
from pathlib import Path

# The only list of what has to be imported for a room's names to be known.
ROOMS = {
    "kgan.adversarial": ("kgan.adversarial.optimizers",),
    "kgan.augmentation": ("kgan.augmentation",),
    "kgan.layers": ("kgan.layers", "kgan.networks.translation.unet"),
    "kgan.losses": ("kgan.losses",),
    "kgan.metrics": ("kgan.metrics.psnr", "kgan.metrics.ssim", "kgan.metrics.sharpness_difference"),
    "kgan.objectives": ("kgan.objectives",),
    "kgan.penalties": ("kgan.penalties",),
    "kgan.schedules": ("kgan.schedules",),
    "kgan.schemes": ("kgan.schemes",),
}


def load_model(path, custom_objects=None, compile=True, safe_mode=True):
    """Load a model that `save` wrote: any of kgan's, compiled as it was, ready to train on.

    `keras.saving.load_model` does the same once kgan is imported; this one says in a line what is missing.

    Args:
        path: a `.keras` file, or the folder of a run, whose `model.keras` it is then.
        custom_objects: dict from name to class, for classes that are registered nowhere.
        compile: whether to compile the model as it was compiled.
        safe_mode: whether to refuse code in the file (lambda layers).

    Returns:
        The model.

    Raises:
        ValueError: no such file, a folder of something else, or a class of yours whose module has not been imported.

    Example:
        >>> model = kgan.load_model("runs/image-generation")
    """
    import keras

    path = _file(path)
    try:
        return keras.saving.load_model(path, custom_objects, compile, safe_mode)
    except TypeError as error:
        message = str(error).rpartition("Could not locate ")[2].partition(".")[0]
        if "Could not locate" not in str(error):
            raise
        raise ValueError(
            f"load_model: expected every class in {path} to be known, found no {message}. Import the module that "
            "defines it, or pass custom_objects."
        ) from error


def _file(path):
    """The file to read: in the folder of a run its model. Places that are no paths here (`gs://...`) are left alone."""
    if not isinstance(path, str | os.PathLike) or "://" in str(path):
        return path
    path = Path(path)
    if path.is_dir():
        file, found = path / "model.keras", "a folder without model.keras"
        if any(path.rglob("saved_model.pb")):
            raise ValueError(
                f"load_model: expected a .keras file or the folder of a run, found an export in {path}. Serve it, or "
                "open it with tf.saved_model.load; to train on, load the run that it was made of."
            )
    else:
        file, found = path, "nothing there" if not path.exists() else f"a file ending in {path.suffix!r}"
    if not file.is_file() or file.suffix not in (".keras", ".h5", ".hdf5"):
        raise ValueError(
            f"load_model: expected a .keras file or the folder of a run with one, received {path}, found {found}. Name "
            "the model.keras that a training wrote, or what model.save wrote."
        )
    return file


def load_room(room):
    """Import what registers a room's names, `room` being such as "kgan.layers"."""
    for name in ROOMS.get(room, ()):
        module = importlib.import_module(name)
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{name}."):
            importlib.import_module(found.name)


def announce():
    """Let Keras find kgan's registered names, now or as soon as it is imported."""
    if "keras" in sys.modules:
        _extend_lookup()
    elif not any(isinstance(finder, _AfterKeras) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterKeras())


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Finds Keras as the other finders do, and extends its lookup once it is loaded."""

    def find_spec(self, name, path, target=None):
        if name != "keras":
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module):
                load(module)
                _extend_lookup()
                if self in sys.meta_path:
                    sys.meta_path.remove(self)

            spec.loader.exec_module = exec_module
        return spec


def _extend_lookup():
    """Where Keras finds no class of a name that is ours, import the room and look again."""
    from keras import saving

    known = saving.get_registered_object
    registry = sys.modules[known.__module__]
    if hasattr(registry.get_registered_object, "kgan"):
        return

    @functools.wraps(known)
    def get_registered_object(name, custom_objects=None, module_objects=None):
        found = known(name, custom_objects, module_objects)
        room, _, of_ours = name.partition(">") if isinstance(name, str) else ("", "", "")
        if found is None and of_ours and room in ROOMS:
            load_room(room)
            found = known(name, custom_objects, module_objects)
        return found

    get_registered_object.kgan = True
    registry.get_registered_object = saving.get_registered_object = get_registered_object
