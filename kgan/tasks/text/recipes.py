"""What `kgan text-to-image train` means by flags that are left out. No Keras."""

from kgan.app.recipe import Recipe

MEASURED = "small enough for minutes on two cores"
TAO = "Tao et al. 2022, arXiv:2008.05865"
RECIPES = (
    # DF-GAN at half the width takes four times as long a step.
    Recipe(
        "glyphs",
        MEASURED,
        {"scheme": "gancls", "loss": "relativistic", "penalty": ("r1=1",)},
        {"kind": "bundled", "scheme": None},
    ),
    Recipe(
        "glyphs, another scheme",
        MEASURED,
        {"width": 8},
        {"kind": "bundled", "scheme": ("dfgan", "dmgan", "stackgan")},
    ),
    Recipe(
        "glyphs",
        MEASURED,
        {
            "image_size": "32",
            "channels": 1,
            "width": 16,
            "text_size": 64,
            "latent_size": 64,
            "learning_rate": 1e-3,
            "ema_half_life": 4400,
            "held_out": 0.1,
            "steps": 2000,
            "encoder_steps": 400,
        },
        {"kind": "bundled"},
        shows_after=800,
    ),
    Recipe(
        "folder",
        f"{TAO}, at 64 pixels; fewer steps",
        {
            "image_size": "64",
            "channels": 3,
            "scheme": "dfgan",
            "width": 32,
            "text_size": 256,
            "latent_size": 100,
            "ema_half_life": 11000,
            "held_out": 0.0,
            "steps": 20000,
            "encoder_steps": 4000,
        },
        shows_after=5000,
    ),
)
