"""The scheme that `kgan image-generation train` trains: its networks, and how it is compiled."""

from kgan.tasks.generation.recipes import NETWORKS

# Penalties on each sample's own gradient, which batch normalization in the discriminator would mix.
PER_SAMPLE = ("wgan-gp", "dragan", "r1", "r2")
# Fewer pictures than this are augmented unless told otherwise; smaller ones cannot be.
FEW, SMALLEST = 20_000, 8
# The end of R3GAN's gamma, for 32x32 pixels: the paper's for ImageNet 32x32, and by pixels that of FFHQ 64x64.
GAMMA = 0.05


def build(train, labels, steps=1000, count=0, level=None, fade_steps=0):
    """Returns the compiled scheme.

    Args:
        train: the `Train` command of `apps/image_generation.py`.
        labels: list of str, the label names, or None.
        steps: int, of the whole training.
        count: int, pictures to train on.
        level: int, of networks that grow; None where they do not.
        fade_steps: int, in which that level fades in.
    """
    from kgan import networks, schemes

    architecture = getattr(networks, train.network)
    scheme = getattr(schemes, train.card.class_name)
    penalty = {(): None, ("none",): ()}.get(train.penalty, train.penalty)
    shared = {"image_size": train.size, "channels": train.channels, "width": train.width}
    shared |= {"level": level} if train.card.grows else {}
    classes = {"classes": len(labels)} if labels else {}
    told = getattr(scheme, "told_labels", ())
    judge = discriminator_settings(train, scheme, penalty) | (classes if "discriminator" in told else {})
    model = scheme(
        architecture.generator(
            **shared, **(classes if "generator" in told else {}), latent_size=train.latent_size
        ),
        architecture.discriminator(**shared, **judge),
        latent_size=train.latent_size,
        **classes,
        **({"fade_steps": fade_steps} if train.card.grows else {}),
    )
    rate = train.discriminator_learning_rate
    settings = {
        "generator_optimizer": optimizer(train, scheme, "generator", train.given["learning_rate"]),
        "discriminator_optimizer": optimizer(
            train, scheme, "discriminator", train.given["learning_rate"] if rate is None else rate
        ),
        "penalty": penalty if penalty is None else list(penalty),
    }
    model.compile(
        **settings | scheduled(train, scheme, steps),
        loss=train.loss,
        augment=augmentation(train, count, getattr(model, "size", train.size)),
        discriminator_steps=train.discriminator_steps,
        ema_decay=train.decay(train.ema_half_life, steps),
        seed=train.seed,
        jit_compile=train.jit_compile,
    )
    return model


def scheduled(train, scheme, steps):
    """What a scheme that has schedules makes of the planned length, but for what was given."""
    if not hasattr(scheme, "schedule"):
        return {}
    height, width = train.size
    rate = train.given["learning_rate"]
    found = scheme.schedule(
        max(1, steps // 2),
        train.batch_size,
        GAMMA * height * width / 32**2,
        **({} if rate is None else {"learning_rate": rate}),
    )
    # The moving average is the flag's.
    kept = {"generator_optimizer", "discriminator_optimizer"} | (set() if train.penalty else {"penalty"})
    if train.discriminator_learning_rate is not None:
        kept.discard("discriminator_optimizer")
    return {name: value for name, value in found.items() if name in kept}


def augmentation(train, count, size=None):
    """What `compile` is told to do to what the discriminator sees, of so many pictures, of this size while it grows."""
    from kgan.augmentation import AdaptiveAugment
    from kgan.augmentation.adaptive import TRANSFORMS

    if min(size or train.size) < SMALLEST <= min(train.size):
        return "none"  # a level that is still too small
    few = bool(train.data) and count < FEW and min(train.size) >= SMALLEST and train.judge != "image"
    kind = ("adaptive" if few else "none") if train.augment == "auto" else train.augment
    if kind != "adaptive":
        return kind
    # Where left and right matter, mirrored pictures are not even to be seen.
    transforms = [name for name in TRANSFORMS if train.mirror or name != "flip"]
    return AdaptiveAugment(transforms=transforms, oversample=train.device == "gpu")


def discriminator_settings(train, scheme, penalty):
    """What the discriminator's builder is told beside the sizes."""
    takes = NETWORKS[train.network].arguments["discriminator"]
    told = getattr(scheme, "told_labels", ()) if train.conditional else ()
    names = scheme.defaults.get("penalty") if penalty is None else penalty
    names = names if isinstance(names, (tuple, list)) else (names,)
    normalization = train.normalization
    if normalization is None:
        per_sample = any(str(name).partition("=")[0] in PER_SAMPLE for name in names)
        normalization = "none" if train.spectral_normalization else "layer" if per_sample else "batch"
    settings = {
        "normalization": None if normalization == "none" else normalization,
        "spectral_normalization": train.spectral_normalization,
        "minibatch_deviation": train.minibatch_deviation,
        **({"conditioning": train.conditioning} if "discriminator" in told else {}),
    }
    return {name: value for name, value in settings.items() if name in takes}


def optimizer(train, scheme, side, rate):
    """The scheme's own optimizer, or Adam; at this rate, if it is given."""
    import keras

    fallback = {"learning_rate": train.learning_rate, "beta_1": 0.5}
    own = scheme.defaults.get(f"{side}_optimizer", {"class_name": "Adam", "config": fallback})
    config = own["config"] if rate is None else {**own["config"], "learning_rate": rate}
    return keras.optimizers.get({"class_name": own["class_name"], "config": config})
