"""What each scheme compiles to when it is told nothing, beside what its paper says.

Every number is typed from the paper named beside it, or from the authors' published code where the paper has none
(said so); none is computed from kgan. Batch sizes are no argument of `compile`: the docstrings name them.
"""

import dataclasses
import inspect

import keras
import numpy as np
import pytest

import kgan
from kgan import losses, networks, penalties


@dataclasses.dataclass(frozen=True)
class Adam:
    rate: float
    beta_1: float
    beta_2: float = 0.999  # Adam's own (Kingma and Ba 2014), where a paper says nothing
    epsilon: float | None = None  # where a paper names one


@dataclasses.dataclass(frozen=True)
class RMSprop:
    rate: float


@dataclasses.dataclass(frozen=True)
class SGD:
    rate: float
    momentum: float = 0.0


@dataclasses.dataclass(frozen=True)
class Paper:
    loss: str | None
    generator: Adam | RMSprop | SGD
    discriminator: Adam | RMSprop | SGD | None  # None: there is no discriminator
    weights: dict = dataclasses.field(default_factory=dict)  # of terms; those that are 1 left out
    penalties: dict = dataclasses.field(default_factory=dict)  # name to its numbers
    steps: int = 1
    batch: int | None = None
    constructor: dict = dataclasses.field(default_factory=dict)


def alike(optimizer):
    return {"generator": optimizer, "discriminator": optimizer}


PAPERS = {
    # Sinha et al. 2019, equations 1 to 4: beta and both lambdas 1; the authors' code: Adam at 5e-4, batches of 128.
    "VAAL": Paper("non-saturating", **alike(Adam(5e-4, 0.9)), batch=128),
    # Zhang, Lemoine and Mitchell 2018, section 3. Adam at 0.001 and an alpha of 1 are kgan's, as it says.
    "AdversarialDebiasing": Paper(
        None, **alike(Adam(1e-3, 0.9)), constructor={"fairness": "odds", "projection": True}
    ),
    # Ganin et al. 2016, section 5.2.2: SGD with a momentum of 0.9 from 0.01, batches of 128, lambda towards 1.
    "DANN": Paper(None, **alike(SGD(0.01, 0.9)), batch=128),
    # Tzeng et al. 2017, equation 9; the authors' script for digits: Adam at 0.0002 with beta_1 0.5, batches of 128.
    "ADDA": Paper("non-saturating", **alike(Adam(2e-4, 0.5)), batch=128),
    # Goodfellow et al. 2014, section 3: G maximises log D(G(z)). Radford et al. 2015 (arXiv:1511.06434), section 4:
    # Adam with 0.0002 and a momentum term of 0.5; mini-batches of 128.
    "GAN": Paper("non-saturating", **alike(Adam(2e-4, 0.5))),
    # Mirza and Osindero 2014 train with momentum SGD on MNIST's fully connected networks; kgan has DCGAN's settings.
    "ConditionalGAN": Paper("non-saturating", **alike(Adam(2e-4, 0.5))),
    # Arjovsky et al. 2017, algorithm 1: alpha = 0.00005, c = 0.01, m = 64, n_critic = 5.
    "WGAN": Paper(
        "wasserstein", **alike(RMSprop(5e-5)), penalties={"weight-clipping": {"limit": 0.01}}, steps=5
    ),
    # Gulrajani et al. 2017, algorithm 1: lambda = 10, n_critic = 5, alpha = 0.0001, beta_1 = 0, beta_2 = 0.9.
    "WGANGP": Paper(
        "wasserstein",
        **alike(Adam(1e-4, 0.0, 0.9)),
        penalties={"wgan-gp": {"weight": 10.0, "target": 1.0}},
        steps=5,
    ),
    # Mao et al. 2017, section 4.1: learning rate 0.001 for scenes, beta_1 = 0.5; equation 9: a, b, c = 0, 1, 1.
    "LSGAN": Paper("least-squares", **alike(Adam(1e-3, 0.5))),
    # Kodali et al. 2017, algorithm 1 and section 3: lambda = 10, k = 1; c, the noise, as in the authors' code: half a
    # deviation. DCGAN's Adam.
    "DRAGAN": Paper(
        "non-saturating",
        **alike(Adam(2e-4, 0.5)),
        penalties={"dragan": {"weight": 10.0, "target": 1.0, "scale": 0.5}},
    ),
    # Berthelot et al. 2017, section 4.1: Adam from 1e-4 (or 5e-5), batches of 16; 3.3: lambda_k = 0.001. It names no
    # beta; 0.5 is kgan's. Gamma 0.5 is the middle of the values it shows.
    "BEGAN": Paper(None, **alike(Adam(1e-4, 0.5)), constructor={"gamma": 0.5, "balance_rate": 1e-3}),
    # Isola et al. 2017, section 3.3: D's objective divided by 2, Adam with 0.0002, betas 0.5 and 0.999; 6.2: batches
    # of 1, lambda = 100.
    "Pix2Pix": Paper(
        "non-saturating",
        **alike(Adam(2e-4, 0.5)),
        weights={"discriminator/adversarial": 0.5, "generator/l1": 100.0},
        batch=1,
    ),
    # Park et al. 2019, section 4 and appendix A: hinge, 0.0001 for G and 0.0004 for D, Adam with betas 0 and 0.999;
    # feature matching and the perceptual term at 10.
    "SPADE": Paper(
        "hinge",
        Adam(1e-4, 0.0),
        Adam(4e-4, 0.0),
        weights={"generator/feature_matching": 10.0, "generator/perceptual": 10.0},
    ),
    # Karacan et al. 2020 has other networks; the game and its settings are SPADE's, as it says.
    "SceneHallucination": Paper(
        "hinge",
        Adam(1e-4, 0.0),
        Adam(4e-4, 0.0),
        weights={"generator/feature_matching": 10.0, "generator/perceptual": 10.0},
    ),
    # Pascual et al. 2017, equations 5 and 6: squares halved for both sides; section 4.2: lambda = 100, RMSprop at
    # 0.0002, batches of 400.
    "SEGAN": Paper("least-squares", **alike(RMSprop(2e-4)), weights={"generator/l1": 100.0}, batch=400),
    # Zhu et al. 2017, section 4: lambda = 10, squares; 7.1: D's objective divided by 2, Adam with 0.0002, batches of 1,
    # pools of 50; 5.2: identity 0.5 lambda. Beta_1 0.5: the authors' code. kgan's least squares halve both sides.
    "CycleGAN": Paper(
        "least-squares",
        **alike(Adam(2e-4, 0.5)),
        weights={
            "generator/adversarial_a": 2.0,
            "generator/adversarial_b": 2.0,
            "generator/cycle_a": 10.0,
            "generator/cycle_b": 10.0,
            "generator/identity_a": 5.0,
            "generator/identity_b": 5.0,
        },
        batch=1,
        constructor={"pool_size": 50, "identity": True},
    ),
    # Park et al. 2020, equation 5 and section 4.1: lambda_X = lambda_Y = 1, which the authors' code halves, as it does
    # D's objective; FastCUT's 10 and 0; tau 0.07, 256 places: section 3; batches of 1, Adam with betas 0.5 and 0.999:
    # appendix C; 0.0002: the authors' code. kgan's least squares halve both sides.
    "CUT": Paper(
        "least-squares",
        **alike(Adam(2e-4, 0.5)),
        weights={"generator/adversarial": 2.0, "generator/nce": 0.5, "generator/nce_identity": 0.5},
        batch=1,
        constructor={"patches": 256, "temperature": 0.07, "identity": True, "flip": False},
    ),
    "FastCUT": Paper(
        "least-squares",
        **alike(Adam(2e-4, 0.5)),
        weights={"generator/adversarial": 2.0, "generator/nce": 10.0},
        batch=1,
        constructor={"patches": 256, "temperature": 0.07, "identity": False, "flip": True},
    ),
    # Kim et al. 2017, section 3.1: Adam with 0.0002, betas 0.5 and 0.999, batches of 200.
    "DiscoGAN": Paper("non-saturating", **alike(Adam(2e-4, 0.5)), batch=200),
    # Yi et al. 2017, section 3.3: RMSProp, 0.00005; n_critic between 2 and 4, batches of 1 to 4, c from 0.01 to 0.1;
    # lambda from 100 to 1,000.
    "DualGAN": Paper(
        "wasserstein",
        **alike(RMSprop(5e-5)),
        weights={"generator/cycle_a": 100.0, "generator/cycle_b": 100.0},
        penalties={"weight-clipping": {"limit": 0.01}},
        steps=3,
    ),
    # Ledig et al. 2017, section 3.2: Adam with beta_1 = 0.9, 10^-4.
    "SuperResolution": Paper(None, Adam(1e-4, 0.9), None, constructor={"criterion": "l2"}),
    # The same, equation 3: 10^-3 of the adversarial term; 3.2: VGG maps times 1 / 12.75, so squares times 0.006;
    # batches of 16 crops of 96.
    "SRGAN": Paper(
        "non-saturating",
        **alike(Adam(1e-4, 0.9)),
        weights={"generator/perceptual": 0.006, "generator/adversarial": 1e-3},
        batch=16,
        constructor={"criterion": "l2"},
    ),
    # Wang et al. 2018, section 4.1: lambda = 5 x 10^-3, eta = 10^-2, 10^-4, betas 0.9 and 0.999, batches of 16 crops of
    # 128; equations 1 and 2: sums (the authors' code halves them, which the docstring says: M10).
    "ESRGAN": Paper(
        "relativistic-average",
        **alike(Adam(1e-4, 0.9)),
        weights={"generator/adversarial": 5e-3, "generator/pixel": 1e-2},
        batch=16,
        constructor={"criterion": "l1"},
    ),
    # Pathak et al. 2016, section 5: lambda_rec = 0.999, lambda_adv = 0.001, a rate ten times D's, DCGAN's 0.0002;
    # 3.4: the border counts ten times (7 pixels: section 5.1).
    "ContextEncoder": Paper(
        "non-saturating",
        Adam(2e-3, 0.5),
        Adam(2e-4, 0.5),
        weights={"generator/pixel": 0.999, "generator/adversarial": 0.001},
        constructor={"overlap": 7},
    ),
    # Odena et al. 2017, appendix A, tables 1 and 2: Adam with 0.0002 and beta_1 0.5, batches of 100.
    "ACGAN": Paper("non-saturating", **alike(Adam(2e-4, 0.5)), batch=100),
    # Huang et al. 2024, section 3 and appendix: R1 and R2 of one gamma; the published presets: Adam with betas 0
    # and 0.9 to 0.99, epsilon 1e-8, 2e-4 to 5e-5. Gamma is by data set, from 0.05 down to 0.005 (CIFAR-10) and from 150
    # down to 15 (FFHQ 256x256); 1 is kgan's, between that of FFHQ 64x64 at the start and at the end (2 and 0.2).
    "R3GAN": Paper(
        "relativistic",
        **alike(Adam(2e-4, 0.0, 0.99, 1e-8)),
        penalties={"r1": {"weight": 1.0, "interval": 1}, "r2": {"weight": 1.0, "interval": 1}},
    ),
    # Karras et al. 2020, appendix B: Adam with 0.002, betas 0 and 0.99, epsilon 1e-8; R1 of gamma 10 (Karras et al.
    # 2019, appendix C) on every 16th step, path length of weight 2 on every 8th, its mean followed at 0.01; styles
    # mixed in 0.9 of the pictures.
    "StyleGAN2": Paper(
        "non-saturating",
        **alike(Adam(2e-3, 0.0, 0.99, 1e-8)),
        penalties={"r1": {"weight": 10.0, "interval": 16}},
        constructor={"mixing": 0.9, "path_weight": 2.0, "path_interval": 8, "path_decay": 0.01},
    ),
    # Denton et al. 2015, algorithm 1: D's and G's terms as in Goodfellow et al. 2014; DCGAN's Adam in place of SGD is
    # kgan's, as it says.
    "LAPGAN": Paper("non-saturating", **alike(Adam(2e-4, 0.5))),
    # Im et al. 2016, section 5: the losses and Adam of Radford et al. 2016.
    "GRAN": Paper("non-saturating", **alike(Adam(2e-4, 0.5))),
    # Karras et al. 2018, appendix A.1: WGAN-GP (lambda 10) with n_critic 1, drift of 0.001, Adam at 0.001 with betas 0
    # and 0.99 and epsilon 1e-8, minibatches of 16.
    "ProgressiveGAN": Paper(
        "wasserstein",
        **alike(Adam(1e-3, 0.0, 0.99, 1e-8)),
        penalties={"wgan-gp": {"weight": 10.0, "target": 1.0}, "drift": {"weight": 1e-3}},
        batch=16,
    ),
    # Reed, Akata, Lee and Schiele 2016, section 5: RMSprop at 0.0007. Adam at 0.001 is kgan's, as it says.
    "JointEmbedding": Paper(None, Adam(1e-3, 0.9), None, constructor={"hardest": False}),
    # Reed et al. 2016 (arXiv:1605.05396), section 5: Adam with 0.0002 and momentum 0.5, batches of 64; algorithm 1:
    # both wrong pairs at half weight, of one score for the right one; 4.3: beta 0.5, if sentences are interpolated.
    "GANCLS": Paper(
        "non-saturating",
        **alike(Adam(2e-4, 0.5)),
        weights={"discriminator/adversarial": 0.5, "discriminator/mismatch": 0.5},
        batch=64,
        constructor={"latent_size": 100, "interpolation": None},
    ),
    # Zhang et al. 2017, section 4.2 and equation 4: Adam with 0.0002, lambda 1; beta_1 0.5 in the authors' code.
    "StackGAN": Paper(
        "non-saturating",
        **alike(Adam(2e-4, 0.5)),
        weights={"discriminator/adversarial": 0.5, "discriminator/mismatch": 0.5},
        constructor={"latent_size": 100},
    ),
    # Xu et al. 2018, section 3.2: no optimizer told; Adam at 0.001 is kgan's, as it says.
    "DAMSM": Paper(None, Adam(1e-3, 0.9), None),
    # Zhu et al. 2019, section 4: Adam with 0.0002 and beta_1 0.5, batches of 10, lambda_1 = 1 and lambda_2 = 5 (birds);
    # equation 10 has both answers at half. The wrong sentence is kgan's, as it says.
    "DMGAN": Paper(
        "non-saturating",
        **alike(Adam(2e-4, 0.5)),
        weights={"discriminator/mismatch": 0.25, "generator/word": 5.0, "generator/sentence": 5.0},
        batch=10,
        constructor={"latent_size": 100},
    ),
    # Tao et al. 2022, equation 2: both wrong pairs at half weight; section 4.1 and equation 1: Adam with betas 0 and
    # 0.9, 0.0001 for G and 0.0004 for D; k = 2, p = 6.
    "DFGAN": Paper(
        "hinge",
        Adam(1e-4, 0.0, 0.9),
        Adam(4e-4, 0.0, 0.9),
        weights={
            "discriminator/adversarial": 0.5,
            "discriminator/mismatch": 0.5,
            "discriminator/matching_aware": 2.0,
        },
        constructor={"power": 6, "latent_size": 100},
    ),
    # Mathieu et al. 2016, section 4.1: lambda_adv 0.05, the others 1, p = 2. SGD at 0.04 and 0.02 there; Adam is
    # kgan's, which its docstring says.
    "VideoPredictionGAN": Paper(
        "non-saturating",
        **alike(Adam(1e-4, 0.5)),
        weights={"generator/adversarial": 0.05},
        constructor={"p": 2},
    ),
    # Vondrick et al. 2016: Adam with 0.0002 and momentum 0.5, batches of 64, 0.1 of the mask's mean; 10 of the first
    # frame's error is the authors' code's.
    "VideoGAN": Paper(
        "non-saturating",
        **alike(Adam(2e-4, 0.5)),
        weights={"generator/mask": 0.1, "generator/first_frame": 10.0},
        batch=64,
    ),
    # Yu et al. 2019, section 3.4: hinge, L1 of weight 1; the authors' code: Adam with 1e-4, betas 0.5 and 0.999.
    "FreeFormInpainting": Paper("hinge", **alike(Adam(1e-4, 0.5))),
    # Suvorov et al. 2022, section 3.1 and the authors' configuration: 10 adversarial, 30 of a ResNet's features, 100 of
    # D's, 0.001 times the whole squared gradient (ours is half of it); 10 of the L1 where known, none in the hole.
    "LaMa": Paper(
        "non-saturating",
        Adam(1e-3, 0.9),
        Adam(1e-4, 0.9),
        weights={
            "generator/adversarial": 10.0,
            "generator/perceptual": 30.0,
            "generator/features": 100.0,
            "generator/known": 10.0,
            "generator/hole": 0.0,
        },
        penalties={"r1": {"weight": 0.002, "interval": 1}},
        batch=30,
    ),
    # Chen et al. 2016, appendix C: Adam, 2e-4 for D and 1e-3 for G. The authors' code for MNIST: beta_1 0.5, batches of
    # 128, 1 as the weight of both codes' terms, 62 numbers of noise, 10 categories, 2 continuous codes (section 7.2).
    "InfoGAN": Paper(
        "non-saturating",
        Adam(1e-3, 0.5),
        Adam(2e-4, 0.5),
        batch=128,
        constructor={"noise_size": 62, "categories": (10,), "continuous": 2},
    ),
    # Salimans et al. 2016 and the authors' code for MNIST: Adam with 0.003 and beta_1 0.5, batches of 100; the loss of
    # unlabelled and drawn pictures is halved.
    "SemiSupervisedGAN": Paper(
        "non-saturating",
        **alike(Adam(3e-3, 0.5)),
        weights={"discriminator/adversarial": 0.5},
        batch=100,
    ),
    # Donahue et al. 2017, appendix C: Adam with 2e-4 and beta_1 0.5, batches of 128; equation 3: terms alike.
    "BiGAN": Paper("non-saturating", **alike(Adam(2e-4, 0.5)), batch=128),
    # Mirza and Osindero 2014, equation 2. Adam is kgan's, as it says.
    "TaggingGAN": Paper("non-saturating", **alike(Adam(2e-4, 0.5))),
    # Nguyen et al. 2017 train as Dosovitskiy and Brox 2016 (section 3.2): Adam at 0.0002, beta_1 0.9, batches of 64.
    "PPGN": Paper("non-saturating", **alike(Adam(2e-4, 0.9)), batch=64),
}


def picture(name="image", channels=3):
    return keras.Input((8, 8, channels), name=name)


def generator():
    latent = keras.Input((4,), name="latent")
    return keras.Model(latent, keras.layers.Reshape((8, 8, 3))(keras.layers.Dense(192)(latent)))


def critic(inputs=None, activated=False):
    inputs = picture() if inputs is None else inputs
    joined = keras.layers.Concatenate()(list(inputs.values())) if isinstance(inputs, dict) else inputs
    if activated:
        joined = keras.layers.LeakyReLU()(joined)
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(joined)))


def painter():
    inputs = picture()
    return keras.Model(inputs, keras.layers.Conv2D(3, 1)(inputs))


def with_label(make):
    label = keras.Input((), dtype="int32", name="label")
    planes = keras.layers.Flatten()(keras.layers.Embedding(10, 4)(label))
    if make is generator:
        latent = keras.Input((4,), name="latent")
        made = keras.layers.Dense(192)(keras.layers.Concatenate()([latent, planes]))
        return keras.Model({"latent": latent, "label": label}, keras.layers.Reshape((8, 8, 3))(made))
    image = picture()
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(image), planes])
    return keras.Model({"image": image, "label": label}, keras.layers.Dense(1)(joined))


def to_image(**sizes):
    inputs = {name: keras.Input((size,), name=name) for name, size in sizes.items()}
    made = keras.layers.Dense(192)(keras.layers.Concatenate()(list(inputs.values())))
    return keras.Model(inputs, keras.layers.Reshape((8, 8, 3))(made))


def reader():
    tokens = keras.Input((3,), dtype="int32", name="tokens")
    return keras.Model(tokens, keras.layers.Flatten()(keras.layers.Embedding(5, 1)(tokens)))


def of_text(*between):
    image, text = picture(), keras.Input((3,), name="text")
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(image), text])
    judge = keras.Model({"image": image, "text": text}, keras.layers.Dense(1)(joined))
    return (
        reader(),
        *between,
        to_image(latent=100, **({"condition": 4} if between else {"text": 3})),
        judge,
    ), {}


def of_matching():
    image = picture()
    flat = keras.layers.Dense(3)(keras.layers.Flatten()(image))
    seen = keras.Model(image, {"picture": flat, "regions": keras.layers.Reshape((1, 3))(flat)})
    tokens = keras.Input((3,), dtype="int32", name="tokens")
    words = keras.layers.Embedding(5, 3)(tokens)
    said = keras.Model(tokens, {"text": keras.layers.Flatten()(words[:, 0]), "words": words})
    sizes = {"latent": (100,), "condition": (4,), "words": (3, 3), "mask": (3,)}
    inputs = {name: keras.Input(size, name=name) for name, size in sizes.items()}
    drawn = keras.layers.Dense(192)(keras.layers.Concatenate()([inputs["latent"], inputs["condition"]]))
    drawn = keras.Model(inputs, {"image": keras.layers.Reshape((8, 8, 3))(drawn)})
    judge = of_text()[0][2].input
    logits = keras.layers.Dense(2)(
        keras.layers.Concatenate()([keras.layers.Flatten()(judge["image"]), judge["text"]])
    )
    judge = keras.Model(judge, keras.layers.Reshape((2, 1, 1))(logits))
    return said, seen, networks.stackgan.augmentation(3, 4), drawn, [judge]


def of_frames():
    seen = keras.Input((2, 8, 8, 3), name="frames")
    made = keras.layers.TimeDistributed(keras.layers.Conv2D(3, 1))(seen[:, :1])
    following = keras.Input((1, 8, 8, 3), name="next")
    joined = keras.layers.Flatten()(keras.layers.Concatenate(axis=1)([seen, following]))
    judge = keras.Model({"frames": seen, "next": following}, keras.layers.Dense(1)(joined))
    return (keras.Model(seen, {"frames": made}), [judge]), {}


def of_clips():
    made = keras.layers.Reshape((2, 8, 8, 3))(keras.layers.Dense(384)(latent := keras.Input((4,))))
    mask = keras.layers.Reshape((2, 8, 8, 1))(keras.layers.Dense(128)(latent))
    clip = keras.Input((2, 8, 8, 3), name="frames")
    judge = keras.Model(clip, keras.layers.Dense(1)(keras.layers.Flatten()(clip)))
    return (keras.Model(latent, {"frames": made, "mask": mask}), judge), {}


def of_styles():
    sizes = {"image_size": (16, 16), "width": 2, "most": 4}
    made = networks.stylegan2.generator(**sizes, latent_size=4, style_size=4, depth=1)
    return (made, networks.stylegan2.discriminator(**sizes, group_size=1)), {"latent_size": 4}


def of_levels():
    sizes = {"image_size": (8, 8), "width": 2, "most": 2}
    made = networks.progressive.generator(**sizes, latent_size=4)
    return (made, networks.progressive.discriminator(**sizes)), {"latent_size": 4, "fade_steps": 2}


def of_pyramid():
    sizes = {"image_size": (16, 16), "width": 2}
    made = networks.lapgan.generator(**sizes, latent_size=4)
    return (made, networks.lapgan.discriminator(**sizes)), {"latent_size": 4}


def of_canvases():
    made = networks.gran.generator((16, 16), latent_size=4, width=1, steps=2)
    return (made, networks.gran.discriminator((16, 16), width=1)), {"latent_size": 4}


def of_maps():
    made = networks.spade.generator((8, 8), classes=2, width=2, hidden=2)
    judge = networks.multiscale_patchgan.discriminator(source_channels=2, patch=16, width=2)
    return (made, judge), {}


def of_scenes():
    made = networks.spade.generator((8, 8), classes=2, width=2, hidden=2, attributes=1)
    judge = networks.multiscale_patchgan.discriminator(source_channels=3, patch=16, width=2)
    return (made, judge), {}


def of_patches():
    network = painter()
    return (network, critic(), networks.patch_heads.heads_of(network, ("image",), 4)), {}


def of_domains():
    heads = [
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(outputs)], name=f"head_{outputs}")
        for outputs in (2, 1)
    ]
    return (keras.Sequential([picture(), keras.layers.Flatten(), keras.layers.Dense(3)]), *heads), {}


def of_codes():
    size = {"image_size": (8, 8), "width": 2, "latent_size": 3}
    made = networks.variational
    return (made.encoder(**size), made.decoder(**size), made.discriminator(3, 4)), {}


def of_pairs():
    pixels = keras.layers.Flatten()
    image, latent = picture(), keras.Input((4,), name="latent")
    joined = keras.layers.Concatenate()([pixels(image), latent])
    judge = keras.Model({"image": image, "latent": latent}, keras.layers.Dense(1)(joined))
    return (
        generator(),
        keras.Sequential([picture(), keras.layers.Flatten(), keras.layers.Dense(4)]),
        judge,
    ), {}


def of_coded():
    return (to_image(latent=74), critic()), {}


def of_waves():
    reference = np.random.default_rng(0).normal(size=(2, 8, 2))
    return (networks.segan.generator(8, (2,), 3), networks.segan.discriminator(reference, (2,), 3)), {}


NETWORKS = {
    "SEGAN": of_waves,
    "VAAL": of_codes,
    "AdversarialDebiasing": lambda: ((networks.debiasing.predictor(3), networks.debiasing.adversary()), {}),
    **dict.fromkeys(("DANN", "ADDA"), of_domains),
    "InfoGAN": of_coded,
    "BiGAN": of_pairs,
    "PPGN": lambda: (
        (generator(), critic(), keras.Sequential([picture(), keras.layers.Flatten(), keras.layers.Dense(4)])), {}
    ),
    "TaggingGAN": lambda: ((networks.tagging.generator(3, 2, 4, 2), networks.tagging.discriminator(3, 2, 2, 2)), {}),
    "SemiSupervisedGAN": lambda: (
        (generator(), keras.Sequential([picture(), keras.layers.Flatten(), keras.layers.Dense(3)])),
        {"latent_size": 4},
    ),
    "ACGAN": lambda: ((with_label(generator), critic()), {"latent_size": 4}),
    "StyleGAN2": of_styles,
    "ProgressiveGAN": of_levels,
    "LAPGAN": of_pyramid,
    "GRAN": of_canvases,
    "SPADE": of_maps,
    "SceneHallucination": of_scenes,
    "JointEmbedding": lambda: (
        (reader(), keras.Sequential([picture(), keras.layers.Flatten(), keras.layers.Dense(3)])), {}
    ),
    "DAMSM": lambda: (of_matching()[:2], {}),
    "DMGAN": lambda: (of_matching(), {}),
    "StackGAN": lambda: of_text(networks.stackgan.augmentation(3, 4)),
    **dict.fromkeys(("GANCLS", "DFGAN"), of_text),
    "VideoPredictionGAN": of_frames,
    "VideoGAN": of_clips,
    "ConditionalGAN": lambda: ((with_label(generator), with_label(critic)), {"latent_size": 4}),
    "BEGAN": lambda: ((generator(), painter()), {"latent_size": 4}),
    "Pix2Pix": lambda: ((painter(), critic({"source": picture("source"), "target": picture("target")})), {}),
    "CycleGAN": lambda: ((painter(), painter(), critic(), critic()), {"image_size": (8, 8)}),
    "DiscoGAN": lambda: ((painter(), painter(), critic(), critic()), {"image_size": (8, 8)}),
    "DualGAN": lambda: ((painter(), painter(), critic(), critic()), {"image_size": (8, 8)}),
    **dict.fromkeys(("CUT", "FastCUT"), of_patches),
    "SuperResolution": lambda: ((painter(),), {}),
    **{name: lambda: ((painter(), critic()), {}) for name in ("SRGAN", "ESRGAN", "FreeFormInpainting")},
    "ContextEncoder": lambda: ((painter(), critic()), {}),
    "LaMa": lambda: ((painter(), critic(activated=True)), {}),
}  # fmt: skip


def build(name):
    made, options = NETWORKS.get(name, lambda: ((generator(), critic()), {"latent_size": 4}))()
    return getattr(kgan, name)(*made, **options)


def check_optimizer(found, paper):
    assert isinstance(found, getattr(keras.optimizers, type(paper).__name__))
    assert float(found.learning_rate) == pytest.approx(paper.rate)
    if isinstance(paper, Adam):
        assert (found.beta_1, found.beta_2) == (paper.beta_1, paper.beta_2)
        assert paper.epsilon is None or found.epsilon == paper.epsilon
    elif isinstance(paper, SGD):
        assert found.momentum == paper.momentum
    else:  # Keras has its epsilon under the root: the papers' needs to be as good as none (M4)
        assert found.epsilon <= 1e-12
        assert found.momentum == 0


def test_every_scheme_has_its_paper():
    assert set(kgan.SCHEMES) == set(PAPERS)


# What was published for each data set: gamma's end, as the schedule ends.
@pytest.mark.parametrize("gamma", [0.005, 0.2, 15.0])
def test_r3gans_schedules_are_the_papers(gamma):
    """Half a cosine each: 2e-4 to 5e-5, 0.9 to 0.99, ten times gamma to gamma; in the middle, the mean of both ends."""
    told = kgan.R3GAN.schedule(steps=100, batch_size=256, gamma=gamma)
    for side in ("generator_optimizer", "discriminator_optimizer"):
        config = told[side].get_config()
        for name, ends in (("learning_rate", (2e-4, 5e-5)), ("beta_2", (0.9, 0.99))):
            schedule = keras.optimizers.schedules.deserialize(config[name])
            found = [float(schedule(step)) for step in (0, 50, 100, 1000)]
            assert found == pytest.approx([ends[0], sum(ends) / 2, ends[1], ends[1]], rel=1e-5)
        assert (told[side].beta_1, told[side].epsilon) == (0.0, 1e-8)
    for penalty in told["penalty"]:
        found = [float(penalty.weight(step)) for step in (0, 50, 100)]
        assert found == pytest.approx([10 * gamma, 5.5 * gamma, gamma], rel=1e-5)
    assert told["ema_decay"] == pytest.approx(0.5 ** (256 / 500_000))


@pytest.mark.parametrize("name", PAPERS)
def test_a_scheme_told_nothing_is_its_paper(name):
    paper, model = PAPERS[name], build(name)
    model.compile(jit_compile=False)
    by_side = dict(zip(("discriminator", "generator"), model.optimizer.optimizers[-2:])) if paper.discriminator else {
        "generator": model.optimizer.optimizers[-1]
    }  # fmt: skip
    for side, optimizer in by_side.items():
        check_optimizer(optimizer, getattr(paper, side))
    assert (model.loss and model.loss.name) == paper.loss
    told = {term: weight for term, weight in model.loss_weights.items() if weight != 1}
    assert told == pytest.approx(paper.weights)
    assert {one.name for one in model.penalties} == set(paper.penalties)
    for one in model.penalties:
        for key, value in paper.penalties[one.name].items():
            assert getattr(one, key) == value
    assert model.discriminator_steps == paper.steps
    for key, value in paper.constructor.items():
        assert getattr(model, key) == value
    if paper.batch:
        documented = inspect.getdoc(type(model))
        assert f"atches of {paper.batch}" in documented, documented


def test_least_squares_has_the_papers_targets():
    loss = losses.get("least-squares")
    assert (loss.a, loss.b, loss.c) == (0.0, 1.0, 1.0)  # Mao et al. 2017, equation 9


def test_penalties_told_nothing_are_their_papers():
    # Mescheder et al. 2018, section 4.1 and 5: gamma = 10. Karras et al. 2018, appendix A.1: epsilon_drift = 0.001.
    assert penalties.R1().weight == penalties.R2().weight == 10.0
    assert penalties.Drift().weight == 1e-3


# The factors of one loss do not stay with another (M10). Papers and authors' code: D's two terms are halved in Pix2Pix
# and CycleGAN whatever the loss, G's is not; kgan's least squares hold a half for each side already.
@pytest.mark.parametrize("loss", ["least-squares", "hinge", "non-saturating", "wasserstein"])
@pytest.mark.parametrize(("name", "terms"), [("Pix2Pix", [""]), ("CUT", [""]), ("CycleGAN", ["_a", "_b"])])
def test_M10_factors_follow_the_loss(name, terms, loss):
    model = build(name)
    model.compile(loss=loss, jit_compile=False)
    discriminator, generator = (1.0, 2.0) if loss == "least-squares" else (0.5, 1.0)
    for term in terms:
        assert model.loss_weights.get(f"discriminator/adversarial{term}", 1.0) == discriminator
        assert model.loss_weights.get(f"generator/adversarial{term}", 1.0) == generator


def test_M10_a_weight_that_is_given_is_left_alone():
    model = build("CycleGAN")
    model.compile(loss="hinge", loss_weights={"generator/adversarial_a": 3.0}, jit_compile=False)
    assert model.loss_weights["generator/adversarial_a"] == 3.0
    assert model.loss_weights["generator/cycle_a"] == 10.0


def test_M10_esrgan_says_how_the_authors_code_differs():
    said = " ".join(inspect.getdoc(kgan.ESRGAN).split())
    assert '"generator/adversarial": 2.5e-3' in said
    assert '"discriminator/adversarial": 0.5' in said
