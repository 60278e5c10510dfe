"""What `kgan image-generation train` means by flags that are left out. No Keras."""

from kgan.app import names
from kgan.app.recipe import Recipe

SCHEMES, NETWORKS = names.schemes("generation"), names.networks("generation")
MEASURED = "measured on two cores: legible, and varied within a class"
DIGITS = "measured on two cores: 5,000 digits in ten folders"
RADFORD = "Radford et al. 2016, arXiv:1511.06434"
# Concatenated labels with batch normalization read as well as these and draw each letter one way only.
TOLD = {
    "scheme": "conditional",
    "network": "dcgan",
    "loss": "relativistic",
    "penalty": ("r1=1",),
    "conditioning": "projection",
    "normalization": "none",
}
RECIPES = (
    Recipe("glyphs", MEASURED, TOLD, {"kind": "bundled", "scheme": None, "network": None}),
    Recipe("with --labels", DIGITS, TOLD, {"labels": True, "scheme": None, "network": None}),
    Recipe("with --labels", "the flag says it", {"scheme": "conditional"}, {"labels": True}),
    Recipe("else", RADFORD, {"scheme": "gan"}),
    *(
        Recipe(f"with --scheme {name}", "its paper", {"network": name}, {"scheme": name})
        for name in SCHEMES
        if name in NETWORKS
    ),
    Recipe("else", RADFORD, {"network": "dcgan", "conditioning": "concatenate"}),
    Recipe(
        "glyphs",
        MEASURED,
        {
            "image_size": "32",
            "channels": 1,
            "width": 16,
            "latent_size": 64,
            "ema_half_life": 4400,
            "learning_rate": 1e-3,
            "steps": 2000,
        },
        {"kind": "bundled"},
        shows_after=800,
    ),
    Recipe(
        "small pictures with --labels",
        DIGITS,
        {"latent_size": 64, "ema_half_life": 4400, "learning_rate": 1e-3, "steps": 2000},
        {"small": True, "labels": True, "scheme": "conditional", "network": "dcgan"},
        shows_after=800,
    ),
    Recipe(
        "small grey pictures with --labels",
        DIGITS,
        {"width": 16},
        {"small": True, "grey": True, "labels": True, "scheme": "conditional", "network": "dcgan"},
    ),
    Recipe("small pictures", "their own size", {"image_size": "32"}, {"small": True}),
    Recipe("grey pictures", "as they are", {"channels": 1}, {"grey": True}),
    Recipe(
        "folder, on a CPU", f"{RADFORD}, half as wide", {"width": 32, "steps": 8000}, {"device": "cpu"}, 3000
    ),
    Recipe("folder, on a GPU", RADFORD, {"width": 64, "steps": 50000}, {"device": "gpu"}, 3000),
    Recipe(
        "folder",
        RADFORD,
        {
            "image_size": "64",
            "channels": 3,
            "latent_size": 128,
            "ema_half_life": 44000,
            "learning_rate": 2e-4,
        },
    ),
)
