"""What `kgan inpainting train` means by flags that are left out. No Keras."""

from kgan.app.recipe import Recipe

YU, PATHAK = "Yu et al. 2019, arXiv:1806.03589", "Pathak et al. 2016, arXiv:1604.07379"
SUVOROV = "Suvorov et al. 2022, arXiv:2109.07161"
# Within minutes a discriminator has little to teach: its term counts less, and the generator learns faster.
RECIPES = (
    Recipe(
        "bundled photographs",
        "minutes on two cores",
        {"network": "small", "mask": "centre"},
        {"kind": "bundled"},
    ),
    Recipe("on a CPU", "a step of the paper's takes seconds there", {"network": "small"}, {"device": "cpu"}),
    Recipe("on a GPU", f"{YU}; {PATHAK}; {SUVOROV}", {"network": "paper"}, {"device": "gpu"}),
    Recipe("context-encoder", PATHAK, {"mask": "centre"}, {"method": "context-encoder"}),
    Recipe("else", "holes as people have them", {"mask": "mixed"}),
    Recipe("lama", "what there is", {"features": "auto"}, {"method": "lama"}),
    Recipe(
        "small lama",
        "what two cores bear; not compared with others",
        {"width": 12, "image_size": "128", "discriminator_learning_rate": 4e-4, "adversarial_weight": 1.0},
        {"network": "small", "method": "lama"},
    ),
    Recipe(
        "bundled photographs",
        "measured on two cores",
        {"image_size": "64", "held_out": 1 / 3, "steps": 1120},
        {"kind": "bundled"},
        shows_after=600,
    ),
    Recipe(
        "small, gated",
        "measured on two cores",
        {"adversarial_weight": 1e-3},
        {"network": "small", "method": "gated"},
    ),
    Recipe(
        "small",
        "measured on two cores",
        {"width": 16, "learning_rate": 1e-3, "ema_half_life": 2200, "image_size": "64", "steps": 5000},
        {"network": "small"},
        shows_after=600,
    ),
    Recipe("paper, gated", YU, {"width": 48, "image_size": "256"}, {"method": "gated"}),
    Recipe("paper, lama", SUVOROV, {"width": 64, "image_size": "256"}, {"method": "lama"}),
    Recipe(
        "paper, context-encoder", PATHAK, {"width": 64, "image_size": "128"}, {"method": "context-encoder"}
    ),
    Recipe(
        "paper", f"{YU}; {PATHAK}; {SUVOROV}", {"ema_half_life": 11000, "steps": 100000}, shows_after=5000
    ),
    Recipe("folder", "usual", {"held_out": 0.1}),
)
