"""What `kgan pix2pix train` means by flags that are left out. No Keras."""

from kgan.app.recipe import Recipe

ISOLA = "Isola et al. 2017, arXiv:1611.07004"
MEASURED = "measured on two cores"
RECIPES = (
    Recipe("bundled", "minutes on two cores", {"network": "small"}, {"kind": "bundled"}),
    Recipe("on a CPU", "a step of the paper's takes seconds there", {"network": "small"}, {"device": "cpu"}),
    Recipe("on a GPU", ISOLA, {"network": "paper"}, {"device": "gpu"}),
    Recipe(
        "label maps",
        "Park et al. 2019, arXiv:1903.07291",
        {"learning_rate": None},
        {"task": "labels"},
    ),
    Recipe(
        "bundled glyphs",
        MEASURED,
        {"image_size": "32", "batch_size": 16, "channels": 1, "steps": 4040},
        {"kind": "bundled", "task": "pairs"},
        shows_after=800,
    ),
    Recipe(
        "bundled photographs",
        MEASURED,
        {"image_size": "64", "batch_size": 16, "steps": 2000},
        {"kind": "bundled"},
        600,
    ),
    Recipe(
        "small",
        MEASURED,
        {
            "image_size": "64",
            "batch_size": 8,
            "width": 16,
            "patch": 16,
            "learning_rate": 1e-3,
            "ema_half_life": 1100,
            "steps": 4000,
        },
        {"network": "small"},
        shows_after=1000,
    ),
    Recipe(
        "paper",
        f"{ISOLA}; the steps of 200 epochs of 400 facades",
        {
            "image_size": "256",
            "batch_size": 1,
            "width": 64,
            "patch": 70,
            "learning_rate": 2e-4,
            "ema_half_life": 0,
            "steps": 80000,
        },
        shows_after=10000,
    ),
    Recipe("else", ISOLA, {"channels": 3}),
    Recipe("batches of one", ISOLA, {"normalization": "instance"}, {"batch_size": 1}),
    Recipe("else", ISOLA, {"normalization": "batch"}),
)
