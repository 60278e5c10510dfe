"""What is wrong with networks and data of the papers' schemes is said in one line: what was expected, what found."""

import keras
import numpy as np
import pytest

import kgan
from kgan import networks
from kgan.errors import UserError

SIZE = (4, 4)
mlp, tagging, segan = networks.mlp, networks.tagging, networks.segan


def drawing(latent=4, **options):
    return mlp.generator(SIZE, latent_size=latent, width=2, depth=1, **options)


def judging(outputs=1, **options):
    return mlp.discriminator(SIZE, width=2, depth=1, outputs=outputs, **options)


def pooled(units=1):
    """A network that ends in no linear layer on features."""
    image = keras.Input((*SIZE, 1))
    return keras.Model(
        image, keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(units, 1, name="maps")(image))
    )


def pictures(*labels):
    image = np.zeros((len(labels), *SIZE, 1), "float32")
    return {"image": image, "label": np.array(labels, "int32")}


def trained(model, data):
    model.compile(jit_compile=False)
    model.fit(data, batch_size=2, verbose=0)


def acgan():
    return kgan.ACGAN(drawing(classes=3), judging(), 4, 3)


def spade():
    made = networks.spade.generator((8, 8), classes=2, width=2, hidden=2)
    judge = networks.multiscale_patchgan.discriminator(source_channels=2, patch=16, width=2)
    return kgan.SPADE(made, judge)


def slow_sound(folder):
    from kgan.data.sounds.sound_files import read_sound, write_sound

    write_sound(folder / "slow.wav", np.zeros(80), rate=8000)
    return read_sound(folder / "slow.wav")


WRONG = {
    "no features: ACGAN": (
        lambda _: kgan.ACGAN(drawing(classes=3), pooled(), 4, 3),
        r"ACGAN: expected .*linear layer on features.* received",
    ),
    "no features: InfoGAN": (
        lambda _: kgan.InfoGAN(drawing(14), pooled(), 2),
        r"InfoGAN: expected .*linear layer on features.* received",
    ),
    "no class head: SemiSupervisedGAN": (
        lambda _: kgan.SemiSupervisedGAN(drawing(), judging(), 4),
        r"SemiSupervisedGAN: expected a discriminator that returns the logits of at least 2 classes",
    ),
    "no features: SemiSupervisedGAN": (
        lambda _: kgan.SemiSupervisedGAN(drawing(), pooled(3), 4),
        r"SemiSupervisedGAN: expected .*linear layer on features.* received",
    ),
    "wrong code size: InfoGAN": (
        lambda _: kgan.InfoGAN(drawing(9), judging(), 2),
        r"InfoGAN: expected a generator for latents of 14 numbers .* received one for 9",
    ),
    "wrong code size: BiGAN": (
        lambda _: kgan.BiGAN(
            drawing(),
            networks.bigan.encoder(SIZE, latent_size=3, width=2, depth=1),
            networks.bigan.discriminator(SIZE, latent_size=4, width=2, depth=1),
        ),
        r"BiGAN: expected latents \(None, 4\).* received \(None, 3\)",
    ),
    "wrong code size: PPGN": (
        lambda _: kgan.PPGN(drawing(), judging(), pooled(3)),
        r"PPGN: expected a generator for the encoder's features, received one for \(None, 4\)",
    ),
    "wrong vectors: TaggingGAN": (
        lambda _: kgan.TaggingGAN(tagging.generator(3, 2, 4, 2), tagging.discriminator(3, 5, 2, 2)),
        r"TaggingGAN: expected networks of the same vectors of tags, received",
    ),
    "labels out of range: ACGAN": (
        lambda _: trained(acgan(), pictures(0, 1, 2, 3)),
        r"expected .*labels.* from 0 to 2, received .*3",
    ),
    "labels out of range: SemiSupervisedGAN": (
        lambda _: trained(
            kgan.SemiSupervisedGAN(drawing(), judging(3), 4),
            {**pictures(0, 3), "unlabeled": pictures(0, 0)["image"]},
        ),
        r"expected labels from 0 to 2, received 0 to 3",
    ),
    "no unlabelled data": (
        lambda _: trained(kgan.SemiSupervisedGAN(drawing(), judging(3), 4), pictures(0, 1)),
        r"SemiSupervisedGAN: expected 'image', 'label' and 'unlabeled', received no unlabeled",
    ),
    "a reference batch that is too small": (
        lambda _: segan.discriminator(np.zeros((1, 8, 2)), (2,), 3),
        r"expected at least 2 samples, whose mean and variance can be taken, received 1",
    ),
    "audio of another rate": (slow_sound, r"expected 16000 samples a second, found 8000"),
    "label maps with more classes than the network": (
        lambda _: trained(
            spade(), (np.full((2, 8, 8, 1), 2, "int32"), np.zeros((2, 8, 8, 3), "float32"))
        ),
        r"expected classes in 'source' from 0 to 1, received 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_one_line(what, tmp_path):
    act, message = WRONG[what]
    with pytest.raises((ValueError, UserError), match=message) as told:
        act(tmp_path)
    assert "\n" not in str(told.value)
    assert str(told.value).rstrip().endswith(".")
