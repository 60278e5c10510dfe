"""DAMSM and DMGAN: promises, and every term against NumPy."""

import keras
import numpy as np
import pytest

from kgan import DAMSM, DMGAN
from kgan.networks import dmgan, stackgan
from kgan.schemes.text.damsm import matching_loss, word_scores
from kgan.testing import run_scheme_test
from tests.schemes.text.test_text import DATA, text_encoder, tokenizer
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms

BATCH = {
    "image": images(4, (16, 16)),
    "tokens": DATA["tokens"][[0, 1, 2, 0]],
    "group": np.array([0, 1, 2, 3]),
}
LONG = {"image": images(12, (16, 16)), "tokens": DATA["tokens"]}


def reader(size=3):
    tokens = keras.Input((3,), dtype="int32", name="tokens")
    x = keras.layers.Embedding(10, 2)(tokens)
    text = keras.layers.Dense(size)(keras.layers.Flatten()(x))
    return keras.Model(tokens, {"text": text, "words": keras.layers.Dense(size)(x)}, name="text_encoder")


def viewer(size=3):
    image = keras.Input((16, 16, 1), name="image")
    x = keras.layers.Conv2D(size, 8, 8)(image)
    picture = keras.layers.Dense(size)(keras.layers.Flatten()(x))
    regions = keras.layers.Reshape((4, size))(x)
    return keras.Model(image, {"picture": picture, "regions": regions}, name="image_encoder")


def generator(**options):
    sizes = {"latent_size": 2, "condition_size": 4, "word_size": 3, "length": 3, "width": 2, "memory": 3}
    sizes |= {"refinements": 1, "blocks": 1, "normalization": None}
    return dmgan.generator((16, 16), 1, **sizes | options)


def make(**options):
    networks = {
        "generator": generator(),
        "discriminators": dmgan.discriminators((16, 16), 1, 3, 2, refinements=1, normalization=None),
    }
    augmentation = stackgan.augmentation(3, 4)
    return DMGAN(reader(), viewer(), augmentation, tokenizer=tokenizer(), latent_size=2, **networks | options)


@pytest.mark.slow
def test_dmgan(two_replicas):
    run_scheme_test(make, LONG, PLAIN, strategy=two_replicas)


@pytest.mark.slow
def test_damsm(two_replicas):
    alone = {"generator_optimizer": PLAIN["generator_optimizer"]}
    data = {"image": LONG["image"], "tokens": LONG["tokens"]}
    run_scheme_test(
        lambda: DAMSM(reader(), viewer(), tokenizer()), data, alone, strategy=two_replicas, xla=False
    )


def softmax(x):
    return np.exp(x - x.max()) / np.exp(x - x.max()).sum()


def cosine(a, b):
    return a @ b / np.sqrt((a @ a) * (b @ b))


def scored(regions, words, mask, g1=5.0, g2=5.0):
    """Equations 7 to 10 of arXiv:1711.10485, one picture and one caption at a time."""
    found = np.zeros((len(regions), len(words)))
    for p, v in enumerate(regions):
        for c, (e, here) in enumerate(zip(words, mask, strict=True)):
            e = e[here > 0]
            share = np.stack([softmax(e @ place) for place in v], axis=1)
            seen = [softmax(g1 * row) @ v for row in share]
            close = np.array([cosine(a, b) for a, b in zip(seen, e, strict=True)])
            found[p, c] = np.log(np.exp(g2 * close).sum()) / g2
    return found


def matched(scores, same, g3=10.0):
    """Equations 11 to 13, both directions, means over the batch."""
    total = 0.0
    for direction in (scores, scores.T):
        for n, row in enumerate(direction):
            rivals = [m for m in range(len(row)) if m == n or not same[n][m]]
            total -= np.log(np.exp(g3 * row[n]) / np.exp(g3 * row[rivals]).sum()) / len(row)
    return total


def test_word_scores_and_matching_loss():
    random = np.random.default_rng(0)
    regions, words = random.normal(size=(3, 5, 4)), random.normal(size=(3, 6, 4))
    mask = np.array([[1] * 6, [1] * 2 + [0] * 4, [1] + [0] * 5])
    expected = scored(regions, words, mask)
    np.testing.assert_allclose(word_scores(regions, words, mask), expected, rtol=1e-5)
    same = np.eye(3, dtype=bool)
    same[0, 2] = same[2, 0] = True
    for alike in (np.eye(3, dtype=bool), same):
        assert float(matching_loss(expected, alike)) == pytest.approx(matched(expected, alike), rel=1e-5)
    # Padding is never looked at, and a caption of nothing else is finite.
    words[1, 2:] = 99.0
    np.testing.assert_allclose(word_scores(regions, words, mask), expected, rtol=1e-5)
    assert np.isfinite(np.asarray(word_scores(regions, words, 0 * mask))).all()


def test_damsm_terms():
    model = DAMSM(reader(), viewer(), tokenizer())
    model.compile()
    found, totals, made = terms(model, BATCH)
    made = {name: np.asarray(value, "float64") for name, value in made.items()}
    same = np.eye(4, dtype=bool)
    same[0, 3] = same[3, 0] = True  # one caption
    word = matched(scored(made["regions"], made["words"], made["mask"]), same)
    whole = np.array([[cosine(p, t) for t in made["text"]] for p in made["picture"]])
    assert found["generator/word"] == pytest.approx(word, rel=1e-4)
    assert found["generator/sentence"] == pytest.approx(matched(whole, same), rel=1e-4)
    assert totals["generator"] == pytest.approx(word + matched(whole, same), rel=1e-4)


def test_dmgan_terms():
    model = make()
    model.compile()
    found, totals, made = terms(model, BATCH)
    made = {name: np.asarray(value, "float64") for name, value in made.items()}
    text, wrong = made["text"][:, :3], made["wrong_text"][:, :3]
    real = BATCH["image"].astype("float64")
    small = real.reshape(4, 8, 2, 8, 2, 1).mean(axis=(2, 4))
    adversarial = fooling = mismatch = 0
    for judge, x, drawn in zip(
        model.discriminators, (small, real), (made["image_1"], made["image"]), strict=True
    ):

        def answers(image, said, judge=judge):
            given = {"image": image.astype("float32"), "text": said.astype("float32")}
            return np.asarray(judge(given), "float64")[:, :, 0, 0]

        right, fake, lying = answers(x, text), answers(drawn, text), answers(x, wrong)
        adversarial += mean(softplus(-right)) + mean(softplus(fake))
        mismatch += mean(softplus(-right[:, 0])) + mean(softplus(lying[:, 0]))
        fooling += (mean(softplus(-fake[:, 0])) + mean(softplus(-fake[:, 1]))) / 2
    assert found["discriminator/adversarial"] == pytest.approx(adversarial, rel=1e-5)
    assert found["discriminator/mismatch"] == pytest.approx(mismatch, rel=1e-5)
    assert totals["discriminator"] == pytest.approx(adversarial + mismatch / 4, rel=1e-5)
    seen = model.image_encoder(made["image"].astype("float32"))
    seen = {name: np.asarray(value, "float64") for name, value in seen.items()}
    same = np.eye(4, dtype=bool)
    same[0, 3] = same[3, 0] = True
    words = made["text"][:, 3:12].reshape(4, 3, 3)
    word = matched(scored(seen["regions"], words, made["text"][:, 12:]), same)
    whole = matched(np.array([[cosine(p, t) for t in text] for p in seen["picture"]]), same)
    m, s = made["mean"], np.exp(made["log_deviation"])
    divergence = mean((m**2 + s**2 - 1) / 2 - np.log(s))
    for name, value in (("adversarial", fooling), ("word", word), ("sentence", whole)):
        assert found[f"generator/{name}"] == pytest.approx(value, rel=1e-4)
    assert found["generator/divergence"] == pytest.approx(divergence, rel=1e-4, abs=1e-6)
    assert totals["generator"] == pytest.approx(fooling + divergence + 5 * (word + whole), rel=1e-4)


def test_a_caption_by_words_and_by_its_row_draws_alike():
    model = make()
    model.compile(jit_compile=False)
    inputs = model.sample_inputs(2, 3, caption=["a red bird", "a blue fish"])
    row = model.conditions(["a red bird", "a blue fish"])
    assert row.shape == (2, 3 + 3 * 3 + 3)
    np.testing.assert_allclose(model.embed(["a red bird"])[0], row[0, :3], atol=1e-6)
    drawn = model.predict({"text": row, "latent": inputs["latent"]}, verbose=0)
    np.testing.assert_allclose(drawn, model.predict(inputs, verbose=0), atol=1e-6)
    assert drawn.shape == (2, 16, 16, 1)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: DAMSM(text_encoder(), viewer()), "returns 'text' and 'words', received 'text_encoder'"),
        (lambda: DAMSM(reader(), viewer(5)), r"one size, received \[3, 3, 5, 5\]"),
        (lambda: make(discriminators=[]), "generator's 2 pictures, received 0"),
        (lambda: make(generator=generator(length=7)), r"'words' of \(3, 3\), received \(7, 3\)"),
        (lambda: make(generator=generator(condition_size=5)), "'condition' of 4 numbers, received 5"),
        (lambda: generator(refinements=2), "1 to 1 refinements at this image size, received 2"),
    ],
)
def test_what_does_not_fit_is_told(build, words):
    with pytest.raises(ValueError, match=words):
        build()
