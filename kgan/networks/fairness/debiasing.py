"""A predictor of rows, and the adversary that is told its answer (Zhang et al. 2018, arXiv:1801.07593)."""

import keras
from keras import layers

from kgan.layers import SharpenedSigmoid


def predictor(features: int, width: int = 0, depth: int = 0) -> keras.Model:
    """Logistic regression, as in the paper's tables; or a network with hidden layers.

    Args:
        features: numbers in a row.
        width: units of each hidden layer.
        depth: hidden layers; 0 for logistic regression.

    Returns:
        `predictor`: (batch, features) to a logit (batch, 1), float32.
    """
    x = row = keras.Input((features,), name="features")
    for index in range(1, depth + 1):
        x = layers.Dense(width, activation="relu", name=f"hidden_{index}")(x)
    return keras.Model(row, layers.Dense(1, dtype="float32", name="logit")(x), name="predictor")


def adversary(told_label: bool = True) -> keras.Model:
    """`w . [s, y, s y, s (1 - y)] + b` with `s = sigmoid((1 + |c|) logit)`; without the label, `w s + b`.

    It sees the decision and, for equality of odds, what would have been right: the answer must not say more of the
    protected attribute than the label does. The paper's has no y of its own; without, an answer near 0 hides y from the
    adversary too, and that is rewarded.

    Args:
        told_label: whether it has an input for the label.

    Returns:
        `adversary`: {"logit": (batch, 1), "label": (batch, 1)}, or the logit alone, to a logit (batch, 1), float32.
    """
    logit = inputs = keras.Input((1,), name="logit")
    seen = s = SharpenedSigmoid(name="decision")(logit)
    if told_label:
        label = keras.Input((1,), name="label")
        inputs = {"logit": logit, "label": label}
        other = layers.Rescaling(-1.0, 1.0, name="other_label")(label)
        both = [layers.Multiply(name=f"of_{y.name}")([s, y]) for y in (label, other)]
        seen = layers.Concatenate(name="seen")([s, label, *both])
    return keras.Model(inputs, layers.Dense(1, dtype="float32", name="protected")(seen), name="adversary")
