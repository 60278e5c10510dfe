"""What `kgan text-to-image train` means by flags that are left out. No Keras."""

from kgan.app.recipe import Recipe

TAO = "Tao et al. 2022, arXiv:2008.05865"
RECIPES = (
    Recipe(
        "glyphs",
        "small enough for minutes on two cores",
        {
            "image_size": "32",
            "channels": 1,
            "scheme": "dfgan",
            "width": 8,
            "text_size": 64,
            "latent_size": 32,
            "learning_rate": 1e-3,
            "ema_half_life": 4400,
            "held_out": 0.1,
            "steps": 800,
            "encoder_steps": 400,
        },
        {"kind": "bundled"},
        shows_after=400,
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
