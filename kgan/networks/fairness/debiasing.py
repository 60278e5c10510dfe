"""A predictor of rows, and the adversary that is told its answer (Zhang, Lemoine and Mitchell 2018, arXiv:1801.07593)."""

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
    """`w . [s, s y, s (1 - y)] + b` with `s = sigmoid((1 + |c|) logit)`; without the label, `w s + b`.

    It may see the decision and, for equality of odds and of opportunity, what would have been right: then the answer
    must not say more of the protected attribute than the label does.

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
        seen = layers.Concatenate(name="seen")([s, *both])
    return keras.Model(inputs, layers.Dense(1, dtype="float32", name="protected")(seen), name="adversary")
