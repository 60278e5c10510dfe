"""What `kgan video-prediction train` means by flags that are left out. No Keras."""

from kgan.app.recipe import Recipe

MATHIEU = "Mathieu et al. 2016, arXiv:1511.05440"
RECIPES = (
    Recipe(
        "digits",
        "measured: 3.3 dB better than the last frame after 150 and 50 steps",
        {
            "image_size": "64",
            "width": 8,
            "channels": 1,
            "unroll": 2,
            "learning_rate": 2e-3,
            "ema_half_life": 100,
            "steps": 250,
            "adversarial_steps": 80,
        },
        {"kind": "bundled"},
        shows_after=150,
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
        "folder",
        MATHIEU,
        {"image_size": "64", "channels": 3, "unroll": 1, "learning_rate": 2e-4, "ema_half_life": 550},
    ),
)
