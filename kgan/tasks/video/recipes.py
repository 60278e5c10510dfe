"""What `kgan video-prediction train` means by flags that are left out. No Keras."""

from kgan.app.recipe import Recipe

MATHIEU = "Mathieu et al. 2016, arXiv:1511.05440"
RECIPES = (
    Recipe(
        "digits",
        "measured on two cores",
        {
            "image_size": "64",
            "width": 16,
            "channels": 1,
            "learning_rate": 1e-3,
            "ema_half_life": 550,
            "steps": 404,
        },
        {"kind": "bundled"},
        shows_after=300,
    ),
    Recipe(
        "folder, on a CPU",
        f"{MATHIEU}, a quarter as wide",
        {"width": 32, "steps": 10000},
        {"device": "cpu"},
        2000,
    ),
    Recipe("folder, on a GPU", MATHIEU, {"width": 128, "steps": 100000}, {"device": "gpu"}, 5000),
    Recipe(
        "folder", MATHIEU, {"image_size": "64", "channels": 3, "learning_rate": 2e-4, "ema_half_life": 550}
    ),
)
