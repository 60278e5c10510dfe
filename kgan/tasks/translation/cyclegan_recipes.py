"""What `kgan cyclegan train` means by flags that are left out. No Keras."""

from kgan.app.recipe import Recipe

ZHU, YI, KIM = (
    "Zhu et al. 2017, arXiv:1703.10593",
    "Yi et al. 2017, arXiv:1704.02510",
    "Kim et al. 2017, arXiv:1703.05192",
)
MEASURED = "measured on two cores"
RECIPES = (
    Recipe("glyphs", "minutes on two cores", {"network": "small"}, {"kind": "bundled"}),
    Recipe("on a CPU", "a step of the paper's takes seconds there", {"network": "small"}, {"device": "cpu"}),
    Recipe("on a GPU", ZHU, {"network": "paper"}, {"device": "gpu"}),
    Recipe("dualgan", YI, {"learning_rate": 5e-5}, {"scheme": "dualgan"}),
    # A character is to change its shape, not only its colors.
    Recipe(
        "cyclegan on glyphs",
        MEASURED,
        {"cycle_weight": 5.0, "identity_weight": 1.0},
        {"kind": "bundled", "scheme": "cyclegan"},
    ),
    Recipe(
        "glyphs",
        MEASURED,
        {
            "image_size": "32",
            "batch_size": 8,
            "channels": 1,
            "width": 12,
            "blocks": 3,
            "learning_rate": 1e-3,
            "ema_half_life": 1100,
            "steps": 2675,
        },
        {"kind": "bundled"},
        shows_after=800,
    ),
    Recipe(
        "small, discogan",
        KIM,
        {"image_size": "64", "batch_size": 32},
        {"network": "small", "scheme": "discogan"},
    ),
    Recipe(
        "small",
        MEASURED,
        {
            "image_size": "64",
            "batch_size": 2,
            "width": 16,
            "blocks": 3,
            "patch": 16,
            "learning_rate": 5e-4,
            "ema_half_life": 1100,
            "steps": 5000,
        },
        {"network": "small"},
        shows_after=2000,
    ),
    Recipe(
        "paper, discogan",
        KIM,
        {"image_size": "64", "batch_size": 200, "width": 64, "steps": 50000},
        {"scheme": "discogan"},
        shows_after=5000,
    ),
    Recipe("paper, dualgan", YI, {"steps": 50000}, {"scheme": "dualgan"}),
    Recipe(
        "paper",
        f"{ZHU}; the steps of 200 epochs of a thousand pictures",
        {
            "image_size": "256",
            "batch_size": 1,
            "width": 64,
            "patch": 70,
            "learning_rate": 2e-4,
            "ema_half_life": 0,
            "steps": 200000,
        },
        shows_after=20000,
    ),
    # After the paper's image size, which they ask for.
    Recipe("from 200 pixels", ZHU, {"blocks": 9}, {"large": True}),
    Recipe("below 200 pixels", ZHU, {"blocks": 6}, {"large": False}),
    Recipe("else", ZHU, {"channels": 3}),
)
