"""Whether an encoder and the heads on it fit together."""

import keras

from kgan.adversarial.networks import inputs_by_name, output_specs


def check_heads(scheme: str, encoder: keras.Model, **heads: keras.Model) -> None:
    """Check that each head takes what the encoder makes.

    Args:
        scheme: name for the message.
        encoder: network whose output is one tensor of features.
        **heads: networks by the name of the argument.

    Raises:
        ValueError: features of another shape, or several inputs.
    """
    made = [tuple(spec.shape[1:]) for spec in output_specs(encoder)]
    for name, head in heads.items():
        taken = [tuple(spec.shape[1:]) for spec in inputs_by_name(head, "features").values()]
        if taken != made:
            raise ValueError(
                f"{scheme}: expected a {name} that takes what the encoder makes, {_shown(made)}, received one for "
                f"{_shown(taken)}. Build both with one size of features."
            )


def _shown(shapes):
    return " and ".join(f"({', '.join(['batch', *map(str, shape)])})" for shape in shapes)


def classes_of(scheme: str, classifier: keras.Model) -> int:
    """How many classes a classifier of features tells apart.

    Raises:
        ValueError: an output that is not one logit a class.
    """
    shapes = [spec.shape for spec in output_specs(classifier)]
    if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][-1] < 2:
        raise ValueError(
            f"{scheme}: expected a classifier that returns a logit for each of at least 2 classes, (batch, classes), "
            f"received outputs {[tuple(shape) for shape in shapes]}. Change its last layer."
        )
    return int(shapes[0][-1])
