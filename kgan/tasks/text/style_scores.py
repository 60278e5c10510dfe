"""Does the style of a picture carry over to another caption?"""

import numpy as np

CANDIDATES = 10


def style_carried(model, captions, count=100, seed=0) -> float:
    """How often a picture drawn in a style that was read off another caption's picture is nearest to that style.

    A picture of one caption is drawn from a latent, its style is read, and another caption is drawn with what was
    read. That is compared, pixel by pixel, with the other caption drawn from the true latent and from nine others.

    Args:
        model: a `TextToImage` with a style encoder.
        captions: list of str, two at least.
        count: pictures whose style is read.
        seed: of latents and captions.

    Returns:
        the share that is right; 0.1 by chance.
    """
    random = np.random.default_rng(seed)
    kinds = sorted(set(captions))
    first = random.integers(0, len(kinds), count)
    second = (first + random.integers(1, len(kinds), count)) % len(kinds)
    texts = model.conditions(kinds)
    latents = random.normal(size=(count, model.latent_size)).astype("float32")

    def draw(latent, text):
        inputs = {"latent": latent, "text": text}
        return np.asarray(model.predict(inputs, batch_size=256, verbose=0))

    styles = model.style(draw(latents, texts[first]))
    carried = draw(styles, texts[second])
    others = (np.arange(count)[:, None] + np.arange(CANDIDATES)) % count  # each one's own comes first
    candidates = draw(latents[others.ravel()], np.repeat(texts[second], CANDIDATES, axis=0))
    candidates = candidates.reshape(count, CANDIDATES, *carried.shape[1:])
    distances = ((candidates - carried[:, None]) ** 2).reshape(count, CANDIDATES, -1).sum(axis=2)
    return float((distances.argmin(axis=1) == 0).mean())
