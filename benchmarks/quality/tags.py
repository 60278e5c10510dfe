"""Does a conditional GAN name what a picture shows? Tags of emoji, or of bundled glyphs, whose pictures are held out.

    python benchmarks/quality/tags.py --seeds 0 1 2
    python benchmarks/quality/tags.py --data glyphs --seeds 0 1 2

Emoji are those of `emoji.py`; their tags are the words of their names, short names and categories. Tags of a glyph are
the words of its caption ("bold serif capital g"). Words that three training pictures or more have count; their vectors
are 64 numbers each, or as many as there are words: the singular vectors of how often two of them tag one picture, as
positive pointwise mutual information (Levy and Goldberg 2014), of the training pictures alone. A picture is told by the
averaged maps of a network (`--features`), whitened. Settings were chosen on a ninth of the training pictures.

Printed: the mean precision and recall of ten tags on pictures held out, of `TaggingGAN`, whose words are drawn as
vectors and found by cosine, beside the tags of the nearest training pictures (their words in turn, until there are
ten), the ten most frequent words, and the best that ten tags can have; and how a few pictures are told.
"""

import argparse
import collections
import json
import re
import tarfile
import tempfile
from pathlib import Path

import keras
import numpy as np
from emoji import EMOJI, pictures
from handwritten import processor_minutes
from PIL import Image

from kgan import TaggingGAN
from kgan.data.samples import glyph_captions
from kgan.metrics import feature_extractor
from kgan.networks import tagging
from kgan.networks.features import cache
from kgan.networks.features.packages import fetch
from kgan.tasks.text.scores import gathered

COUNT, RAREST, SIZE, NUMBERS, LATENT = 10, 3, 64, 64, 32
BATCH = 100


def words(*texts):
    """Words and numbers in texts, without those that say nothing of a picture."""
    found = re.findall(r"[a-z0-9]+", " ".join(texts).lower().replace("_", " ").replace("-", " "))
    return {word for word in found if word not in ("and", "with", "of", "the", "on", "in", "other")}


def emoji(folder):
    """(pictures, words of each) of an npm package, over white."""
    folder = pictures(folder)
    with tempfile.TemporaryDirectory() as down, tarfile.open(fetch(EMOJI, Path(down))) as package:
        table = json.load(package.extractfile("package/emoji.json"))
    images, tags = [], []
    for one in sorted(table, key=lambda one: one["image"]):
        if one["has_img_twitter"]:
            shown = Image.open(folder / one["image"]).convert("RGBA")
            over = Image.new("RGBA", shown.size, "white")
            images.append(np.asarray(Image.alpha_composite(over, shown).convert("RGB")))
            tags.append(words(one["name"], *one["short_names"], one["category"], one["subcategory"]))
    return np.stack(images).astype("float32") / 127.5 - 1, tags


def divided(flags):
    """(images, words of each) to learn from, and held out."""
    if flags.data == "glyphs":
        parts = [gathered(part) for part in glyph_captions(32).split(0.1, seed=0)]
        return [(images, [words(caption) for caption in captions]) for images, captions in parts]
    images, tags = emoji(flags.folder)
    order = np.random.default_rng(0).permutation(len(tags))
    apart = len(order) // 10
    return [(images[part], [tags[index] for index in part]) for part in (order[apart:], order[:apart])]


def incidence(tags, vocabulary):
    """(pictures, words) of zeros and ones."""
    place = {word: index for index, word in enumerate(vocabulary)}
    found = np.zeros((len(tags), len(vocabulary)))
    for row, own in zip(found, tags, strict=True):
        row[[place[word] for word in own if word in place]] = 1
    return found


def word_vectors(tagged):
    """Vectors of length one, (words, SIZE)."""
    together = tagged.T @ tagged
    expected = np.outer(together.diagonal(), together.diagonal()) / len(tagged)
    information = np.maximum(np.log(np.maximum(together, 1e-9) / expected), 0)
    left, strength, _ = np.linalg.svd(information)
    vectors = left[:, :SIZE] * np.sqrt(strength[:SIZE])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def features_of(name, images):
    """Maps of a network averaged over each picture, (pictures, numbers): of a classifier's, the roots of the maps."""
    if name not in ("vgg16-hed", "vgg19"):
        return feature_extractor.get(name)(images)
    network, found = cache.load(name, time_limit=60), []
    images = np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
    for at in range(0, len(images), BATCH):
        maps = network(images[at : at + BATCH], training=False).values()
        found.append(np.concatenate([np.mean(np.asarray(one), axis=(1, 2)) for one in maps], axis=1))
    return np.sqrt(np.maximum(np.concatenate(found), 0).astype("float64"))


def whitened(training, held):
    """Both along the directions that training pictures differ in most, each of deviation a half."""
    mean = training.mean(axis=0)
    _, strength, directions = np.linalg.svd(training - mean, full_matrices=False)
    scale = 0.5 * np.sqrt(len(training)) * directions[:NUMBERS].T / (strength[:NUMBERS] + 1e-3 * strength[0])
    return [((part - mean) @ scale).astype("float32") for part in (training, held)]


def of_neighbours(training, held, tagged):
    """Ten words of each held-out picture: those of the nearest training picture, then of the next."""
    units = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in (training, held)]
    order, frequency, found = np.argsort(-units[1] @ units[0].T, axis=1), tagged.sum(axis=0), []
    for row in order:
        told = []
        for index in row:
            own = np.flatnonzero(tagged[index])
            told += [word for word in own[np.argsort(-frequency[own])] if word not in told]
            if len(told) >= COUNT:
                break
        found.append(told[:COUNT])
    return np.array(found)


def scored(told, truth):
    """Mean precision and recall of ten words."""
    right = np.take_along_axis(truth, told, axis=1).sum(axis=1)
    return np.mean(right / COUNT), np.mean(right / truth.sum(axis=1))


def trained(seed, features, tagged, vectors, flags):
    """A model that has seen each picture with each of its words."""
    picture, word = np.nonzero(tagged)
    keras.utils.set_random_seed(seed)
    sizes = {"features": features.shape[1], "size": vectors.shape[1], "width": flags.width}
    model = TaggingGAN(
        tagging.generator(**sizes, latent_size=LATENT),
        tagging.discriminator(**sizes, joint=2 * flags.width, dropout=flags.dropout),
    )
    adam = [keras.optimizers.Adam(flags.rate, beta_1=0.0) for _ in range(2)]
    model.compile(*adam, loss=flags.loss, penalty=flags.penalty, seed=seed, ema_half_life=2000)
    scaled = (vectors * np.sqrt(vectors.shape[1])).astype("float32")
    epochs = max(1, round(flags.steps * BATCH / len(picture)))
    model.fit((features[picture], scaled[word]), batch_size=BATCH, epochs=epochs, verbose=0)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", choices=("emoji", "glyphs"), default="emoji")
    parser.add_argument("--folder", type=Path, default=Path("runs/emoji"), help="for emoji's pictures")
    parser.add_argument("--features", default="vgg16-hed", help="vgg16-hed or vgg19, or as kgan's metrics")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--width", type=int, default=100)
    parser.add_argument("--dropout", type=float, default=0.3, help="of the discriminator")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--loss", default="relativistic")
    parser.add_argument("--penalty", nargs="*", default=["r1=0.1", "r2=0.1"])
    flags = parser.parse_args()
    (images, tags), (held, truth) = divided(flags)
    counted = collections.Counter(word for own in tags for word in own)
    vocabulary = sorted(word for word, count in counted.items() if count >= RAREST)
    tagged, truth = incidence(tags, vocabulary), incidence(truth, vocabulary)
    held, truth = held[truth.any(axis=1)], truth[truth.any(axis=1)]
    features, of_held = whitened(*(features_of(flags.features, part) for part in (images, held)))
    print(
        f"{len(images)} pictures to learn from, {len(held)} held out, {len(vocabulary)} words, "
        f"{truth.sum(axis=1).mean():.1f} a picture, features of {flags.features}"
    )

    def tell(name, told):
        print("{}: precision {:.3f}, recall {:.3f}".format(name, *scored(told, truth)), flush=True)

    tell("the best that ten can", np.argsort(-truth, axis=1, kind="stable")[:, :COUNT])
    tell("most frequent", np.tile(np.argsort(-tagged.sum(axis=0))[:COUNT], (len(held), 1)))
    tell("nearest pictures", of_neighbours(features, of_held, tagged))
    vectors = word_vectors(tagged)
    for seed in flags.seeds:
        begun = processor_minutes()
        model = trained(seed, features, tagged, vectors, flags)
        told = model.tags(of_held, vectors, COUNT, seed=seed)
        tell(f"TaggingGAN, seed {seed}, {processor_minutes() - begun:.1f} processor minutes", told)
    for index in range(5):
        own = " ".join(vocabulary[word] for word in np.flatnonzero(truth[index]))
        print(f"{own}: {' '.join(vocabulary[word] for word in told[index])}")
