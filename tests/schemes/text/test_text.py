"""Schemes that read captions: promises, and every term against NumPy."""

import keras
import numpy as np
import pytest

from kgan import DFGAN, GANCLS, JointEmbedding, StackGAN
from kgan.layers import CaptionTokens
from kgan.networks import stackgan
from kgan.schemes.text.dfgan import matching_aware_gradient_penalty
from kgan.schemes.text.stackgan import normal_divergence
from kgan.schemes.text.wrong_captions import wrong_partners
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import plain_first

COLORS = ["red", "green", "blue"]
CAPTIONS = [f"a {color} {thing}" for color in COLORS for thing in ("bird", "fish", "cat", "dog")]
WORDS = ["a", *COLORS, "bird", "fish", "cat", "dog"]
DATA = {
    "image": images(12),
    "tokens": np.array(
        [[WORDS.index(word) + 2 for word in caption.split()] for caption in CAPTIONS], "int32"
    ),
}
BATCH = {key: value[:4] for key, value in DATA.items()}


def tokenizer():
    """Made inside of tests: devices are set up before TensorFlow first works."""
    return CaptionTokens(WORDS, 3)


def text_encoder(size=3):
    tokens = keras.Input((3,), dtype="int32", name="tokens")
    x = keras.layers.Embedding(10, 2)(tokens)
    return keras.Model(tokens, keras.layers.Dense(size)(keras.layers.Flatten()(x)), name="text_encoder")


def image_encoder(size=3):
    image = keras.Input((8, 8, 1), name="image")
    return keras.Model(image, keras.layers.Dense(size)(keras.layers.Flatten()(image)), name="image_encoder")


def generator():
    latent, text = keras.Input((2,), name="latent"), keras.Input((3,), name="text")
    x = keras.layers.Dense(16, activation="relu")(keras.layers.Concatenate()([latent, text]))
    x = keras.layers.Reshape((4, 4, 1))(x)
    x = keras.layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh")(x)
    return keras.Model({"latent": latent, "text": text}, x, name="generator")


def discriminator():
    image, text = keras.Input((8, 8, 1), name="image"), keras.Input((3,), name="text")
    x = keras.layers.Flatten()(keras.layers.Conv2D(2, 4, 4, activation="tanh")(image))
    x = keras.layers.Dense(4, activation="tanh")(keras.layers.Concatenate()([x, text]))
    return keras.Model({"image": image, "text": text}, keras.layers.Dense(1)(x), name="discriminator")


def gancls(**options):
    return GANCLS(text_encoder(), generator(), discriminator(), tokenizer(), latent_size=2, **options)


def dfgan(**options):
    return DFGAN(text_encoder(), generator(), discriminator(), tokenizer(), latent_size=2, **options)


def conditional(small=False):
    """A generator of either stage of StackGAN."""
    inputs = {"condition": keras.Input((4,), name="condition")}
    if small:
        inputs["image"] = keras.Input((8, 8, 1), name="image")
        said = keras.layers.Reshape((1, 1, 1))(keras.layers.Dense(1)(inputs["condition"]))
        x = keras.layers.Conv2D(1, 3, padding="same", activation="tanh")(inputs["image"] + said)
        return keras.Model(inputs, x, name="generator")
    inputs["latent"] = keras.Input((2,), name="latent")
    x = keras.layers.Dense(64, activation="tanh")(keras.layers.Concatenate()(list(inputs.values())))
    return keras.Model(inputs, keras.layers.Reshape((8, 8, 1))(x), name="generator")


def stacked(second=False, **options):
    first = {}
    if second:
        first = {"first_augmentation": stackgan.augmentation(3, 4), "first_generator": conditional()}
    return StackGAN(
        text_encoder(),
        stackgan.augmentation(3, 4),
        conditional(second),
        discriminator(),
        tokenizer(),
        2,
        **first,
        **options,
    )


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.slow
def test_stackgan(second, two_replicas):
    strategy = two_replicas if second else None
    run_scheme_test(lambda: stacked(second), DATA, PLAIN, strategy=strategy, xla=not second)


def test_normal_divergence_by_hand():
    """KL(N(1, e) || N(0, 1)) = (1 + e**2 - 1) / 2 - 1; of the standard normal itself it is 0."""
    mean, log_deviation = np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]])
    expected = ((1 + np.e**2 - 1) / 2 - 1) / 2
    assert float(normal_divergence(mean, log_deviation)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("second", [False, True])
def test_stackgan_terms(second):
    model = stacked(second)
    model.compile()
    found, totals, made = terms(model, BATCH)
    real, fake, wrong = judged(model, made)
    whole = mean(softplus(-real)) + (mean(softplus(wrong)) + mean(softplus(fake))) / 2
    assert totals["discriminator"] == pytest.approx(whole, rel=1e-5)
    m, log_s = (np.asarray(made[name], "float64") for name in ("mean", "log_deviation"))
    divergence = mean((m**2 + np.exp(log_s) ** 2 - 1) / 2 - log_s)
    # Single precision: means and variances near nothing and one leave few digits of their difference.
    assert found["generator/divergence"] == pytest.approx(divergence, rel=1e-5, abs=1e-7)
    assert totals["generator"] == pytest.approx(mean(softplus(-fake)) + divergence, rel=1e-5)


def test_stage_two_leaves_stage_one_alone():
    model = stacked(True)
    model.compile(PLAIN["generator_optimizer"], PLAIN["discriminator_optimizer"])
    frozen = [model.first_generator, model.first_augmentation, model.text_encoder]
    before = [w.copy() for network in frozen for w in network.get_weights()]
    model.fit(DATA, batch_size=6, verbose=0)
    after = [w for network in frozen for w in network.get_weights()]
    assert all(np.array_equal(a, b) for a, b in zip(before, after))


@pytest.mark.slow
def test_joint_embedding(two_replicas):
    def make():
        return JointEmbedding(text_encoder(), image_encoder(), tokenizer())

    alone = {"generator_optimizer": PLAIN["generator_optimizer"]}
    run_scheme_test(make, DATA, alone, strategy=two_replicas, xla=False)


@plain_first
def test_gancls(way):
    run_scheme_test(lambda: gancls(interpolation=0.5, style_encoder=image_encoder(2)), DATA, PLAIN, **way)


@pytest.mark.slow
@plain_first
def test_dfgan(way):
    run_scheme_test(lambda: dfgan(image_encoder=image_encoder()), DATA, PLAIN, **way)


@pytest.mark.parametrize("hardest", [False, True])
def test_joint_embedding_terms(hardest):
    model = JointEmbedding(text_encoder(), image_encoder(), tokenizer(), hardest)
    model.compile()
    batch = {
        "image": DATA["image"][:5],
        "tokens": DATA["tokens"][[0, 1, 2, 0, 3]],
        "group": np.array([0, 1, 2, 3, 1]),
    }
    found, _, made = terms(model, batch)
    text, picture = np.asarray(made["text"], "float64"), np.asarray(made["picture"], "float64")
    # 0 and 3 have one caption, 1 and 4 one group.
    described = [{0, 3}, {1, 4}, {2}, {0, 3}, {1, 4}]
    expected = {"image": [], "text": []}
    for n, same in enumerate(described):
        own = picture[n] @ text[n]
        wrong = [m for m in range(5) if m not in same]
        reduce = max if hardest else np.mean
        expected["image"].append(reduce([max(0, 1 + picture[n] @ text[m] - own) for m in wrong]))
        expected["text"].append(reduce([max(0, 1 + picture[m] @ text[n] - own) for m in wrong]))
    for name, values in expected.items():
        assert found[f"generator/{name}"] == pytest.approx(np.mean(values), rel=1e-5)


def logits(model, image, text):
    image, text = (keras.ops.convert_to_tensor(np.asarray(x, "float32")) for x in (image, text))
    return np.asarray(model.judge(image, text), "float64")


def judged(model, made):
    text, wrong = made["text"], made["wrong_text"]
    pairs = [(BATCH["image"], text), (made["image"], text), (BATCH["image"], wrong)]
    return [logits(model, image, said) for image, said in pairs]


def test_gancls_terms():
    model = gancls(interpolation=0.25, style_encoder=image_encoder(2))
    model.compile()
    found, totals, made = terms(model, BATCH)
    real, fake, wrong = judged(model, made)
    adversarial = mean(softplus(-real)) + mean(softplus(fake))
    assert found["discriminator/adversarial"] == pytest.approx(adversarial, rel=1e-5)
    # Algorithm 1: log(s_r) + (log(1 - s_w) + log(1 - s_f)) / 2.
    whole = mean(softplus(-real)) + (mean(softplus(wrong)) + mean(softplus(fake))) / 2
    assert totals["discriminator"] == pytest.approx(whole, rel=1e-5)
    between = 0.25 * np.asarray(made["text"]) + 0.75 * np.asarray(made["wrong_text"])
    between_logits = logits(model, made["image_between"], between)
    style = np.asarray(model.style_encoder(made["image"]), "float64")
    expected = {
        "adversarial": mean(softplus(-fake)),
        "interpolation": mean(softplus(-between_logits)),
        "style": mean((np.asarray(made["latent"]) - style) ** 2),
    }
    for name, value in expected.items():
        assert found[f"generator/{name}"] == pytest.approx(value, rel=1e-4)
    assert totals["generator"] == pytest.approx(sum(expected.values()), rel=1e-4)


def test_style_moves_no_generator():
    model = gancls(style_encoder=image_encoder(2))
    model.compile(
        PLAIN["generator_optimizer"], PLAIN["discriminator_optimizer"], loss_weights={"adversarial": 0.0}
    )
    before = [w.copy() for w in model.generator.get_weights()], model.style_encoder.get_weights()
    model.fit(DATA, batch_size=6, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before[0], model.generator.get_weights()))
    assert not all(np.array_equal(a, b) for a, b in zip(before[1], model.style_encoder.get_weights()))


def test_dfgan_terms():
    model = dfgan()
    model.compile()
    found, totals, made = terms(model, BATCH)
    real, fake, wrong = judged(model, made)
    right = mean(np.maximum(0, 1 - real))
    hinges = right + (mean(np.maximum(0, 1 + fake)) + mean(np.maximum(0, 1 + wrong))) / 2
    # Gradients by differences, one number of the input at a time.
    image, text = BATCH["image"].astype("float64"), np.asarray(made["text"], "float64")
    step, squares = 1e-2, {"image": np.zeros(4), "text": np.zeros(4)}
    for name, values in (("image", image), ("text", text)):
        for place in np.ndindex(values.shape[1:]):
            ends = []
            for sign in (1, -1):
                moved = values.copy()
                moved[(slice(None), *place)] += sign * step
                given = {"image": image, "text": text, name: moved}
                ends.append(logits(model, given["image"], given["text"])[:, 0])
            squares[name] += ((ends[0] - ends[1]) / (2 * step)) ** 2
    penalty = mean((np.sqrt(squares["image"]) + np.sqrt(squares["text"])) ** 6)
    assert found["discriminator/matching_aware"] == pytest.approx(penalty, rel=1e-2)
    assert totals["discriminator"] == pytest.approx(
        hinges + 2 * found["discriminator/matching_aware"], rel=1e-4
    )
    assert found["generator/adversarial"] == pytest.approx(-mean(fake), rel=1e-5)


def test_matching_aware_penalty_of_a_linear_critic():
    """Norm 3 at the image, 1 at the text: (3 + 1)**2 = 16, and to the power of 6, 4096."""
    pull = np.zeros((2, 2, 1), "float32")
    pull[0, 1], pull[1, 1] = 3 * 0.6, 3 * 0.8

    def critic(image, text):
        return keras.ops.sum(image * pull, axis=(1, 2, 3)) + text[:, 1]

    image, text = np.ones((5, 2, 2, 1)), np.ones((5, 3))
    for power, expected in ((2, 16), (6, 4096)):
        value = matching_aware_gradient_penalty(critic, image, text, power)
        assert float(value) == pytest.approx(expected, rel=1e-4)


def test_wrong_captions_are_wrong():
    random = np.random.default_rng(0)
    tokens = random.integers(1, 4, (40, 2)).astype("int32")
    group = random.integers(0, 12, 40).astype("int32")
    chosen = []
    for seed in range(20):

        def draw(use, shape, distribution, seed=seed):
            return np.random.default_rng(seed).uniform(size=[int(n) for n in shape]).astype("float32")

        partner, exists = map(np.asarray, wrong_partners(tokens, draw, group))
        assert exists.all()
        assert (tokens[partner] != tokens).any(axis=1).all()
        assert (group[partner] != group).all()
        chosen.append(partner)
    assert all(len(set(column)) > 4 for column in np.array(chosen).T), "always the same partner"
    tokens[:] = 1
    assert not np.asarray(wrong_partners(tokens, draw)[1]).any()


def test_without_a_wrong_caption_the_generated_picture_stands_in():
    model = gancls()
    model.compile()
    same = {"image": DATA["image"][:3], "tokens": DATA["tokens"][[5, 5, 5]]}
    found, _, _ = terms(model, same)
    assert found["discriminator/mismatch"] == pytest.approx(found["discriminator/adversarial"], rel=1e-6)


@pytest.mark.slow
def test_strings_and_tokens_train_alike():
    histories = []
    captions = np.array(CAPTIONS)
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices({"image": DATA["image"], "caption": captions}).batch(4)
    ways = [
        (DATA, {"batch_size": 4}),
        ({"image": DATA["image"], "caption": captions}, {"batch_size": 4}),
        ((DATA["image"], captions), {"batch_size": 4}),
        (dataset, {}),
    ]
    for x, options in ways:
        keras.utils.set_random_seed(3)
        model = gancls()
        model.compile()
        histories.append(model.fit(x, shuffle=False, verbose=0, **options).history)
    for other in histories[1:]:
        for name, values in histories[0].items():
            assert other[name] == pytest.approx(values, rel=1e-5)


def test_sampling_by_caption_and_by_seed():
    model = gancls(style_encoder=image_encoder(2))
    model.compile(ema_decay=0.9)
    one = model.sample(3, seed=4, caption="a red bird")
    assert one.shape == (3, 8, 8, 1)
    tokens = np.repeat(np.asarray(tokenizer()(["a red bird"])), 3, axis=0)
    np.testing.assert_array_equal(one, model.sample(3, seed=4, tokens=tokens))
    captions = np.array(["a red bird", "a blue fish", "a red bird"])
    seeds = np.array([5, 6, 7], "int32")
    together = model.predict({"caption": captions, "seed": seeds}, verbose=0)
    alone = model.predict({"caption": captions[2:], "seed": seeds[2:]}, verbose=0)
    np.testing.assert_allclose(together[2:], alone, atol=1e-6)
    assert np.abs(together[0] - together[2]).max() > 1e-4
    assert model.style(one).shape == (3, 2)
    with pytest.raises(ValueError, match="one caption or 3, received 2"):
        model.sample(3, caption=["a", "b"])
    with pytest.raises(ValueError, match="caption or tokens, received none"):
        model.sample(3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: gancls(interpolation=1.0), "interpolation between 0 and 1, or None, received 1.0"),
        (
            lambda: GANCLS(text_encoder(4), generator(), discriminator(), latent_size=2),
            "'text' of 4 numbers, received 3",
        ),
        (lambda: GANCLS(text_encoder(), generator(), discriminator()), "'latent' of 100 numbers, received 2"),
        (
            lambda: GANCLS(text_encoder(), generator(), discriminator(), CaptionTokens(["a"], 7), 2),
            "length 3, received one of 7",
        ),
        (lambda: stacked(first_generator=conditional()), "both networks of stage I or neither"),
        (
            lambda: StackGAN(
                text_encoder(), stackgan.augmentation(3, 5), conditional(), discriminator(), latent_size=2
            ),
            "'condition' of 5 numbers, received 4",
        ),
        (lambda: JointEmbedding(text_encoder(), image_encoder(5)), "received 3 from the text encoder and 5"),
        (lambda: gancls().style(DATA["image"]), "expected a style_encoder, received none"),
    ],
)
def test_what_does_not_fit_is_told(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_captions_without_a_tokenizer_are_told():
    model = GANCLS(text_encoder(), generator(), discriminator(), latent_size=2)
    model.compile()
    with pytest.raises(ValueError, match="expected tokens, as it has no tokenizer"):
        model.fit({"image": DATA["image"], "caption": np.array(CAPTIONS)}, verbose=0)
