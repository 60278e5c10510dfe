"""What `kgan super-resolution train` means by flags that are left out. No Keras."""

from kgan.app.recipe import Recipe

LEDIG, WANG = "Ledig et al. 2017, arXiv:1609.04802", "Wang et al. 2018, arXiv:1809.00219"
RECIPES = (
    Recipe("bundled photographs", "minutes on two cores", {"network": "small"}, {"kind": "bundled"}),
    Recipe("on a CPU", "a step of the paper's takes seconds there", {"network": "small"}, {"device": "cpu"}),
    Recipe("on a GPU", f"{LEDIG}; {WANG}", {"network": "paper"}, {"device": "gpu"}),
    Recipe(
        "bundled photographs",
        "measured on two cores: half a decibel over bicubic, then detail",
        {"image_size": "64", "held_out": 0.5, "steps": 1280, "adversarial_steps": 640},
        {"kind": "bundled"},
        shows_after=600,
    ),
    Recipe(
        "folder on a CPU",
        "measured: random features and a few thousand steps sharpen, but come no nearer to the original",
        {"train_stages": "pixel"},
        {"kind": "folder", "network": "small"},
    ),
    Recipe(
        "small",
        "measured on two cores",
        {
            "image_size": "96",
            "width": 32,
            "blocks": 4,
            "learning_rate": 1e-3,
            "adversarial_learning_rate": 2e-4,
            "ema_half_life": 3000,
            "steps": 4000,
            "adversarial_steps": 2000,
        },
        {"network": "small"},
        shows_after=600,
    ),
    Recipe("paper, srgan", LEDIG, {"image_size": "96", "blocks": 16}, {"method": "srgan"}),
    Recipe("paper, esrgan", WANG, {"image_size": "128", "blocks": 23}, {"method": "esrgan"}),
    Recipe(
        "paper",
        f"{LEDIG}, a tenth of its updates",
        {
            "width": 64,
            "learning_rate": 1e-4,
            "adversarial_learning_rate": 1e-4,
            "ema_half_life": 11000,
            "steps": 100000,
            "adversarial_steps": 50000,
        },
        shows_after=5000,
    ),
    Recipe("usual", "both papers", {"train_stages": "both"}),
    Recipe("folder", "usual", {"held_out": 0.1}),
)
