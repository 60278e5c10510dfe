"""A training that grows: one stage a size, each taking over what the one before has learned."""

from kgan.errors import UserError

# Of a level's steps, those in which it fades in: half, as in the paper (600,000 of 1,200,000 pictures).
FADING = 2


def stages(train, split, labels, draw, watch):
    """Returns the list of `Stage`: one a size, or, of a training that starts from a grown model, the last alone.

    Args:
        train: the `Train` command of `apps/image_generation.py`.
        split: `kgan.data.source.split.Split`.
        labels: list of str, or None.
        draw: callable from a model to what `Stage.draw` returns.
        watch: what `Stage.watched` is for pictures of the whole size.

    Raises:
        UserError: fewer steps or epochs than sizes.
    """
    from kgan.app.run.stages import Stage
    from kgan.networks.generation.progressive import levels

    sizes = levels(train.size)
    last = len(sizes) - 1
    first = last if train.init_from else 0
    steps = _parts(train, "steps", last - first + 1)
    epochs = _parts(train, "epochs", last - first + 1)

    def build(level, previous, planned):
        fading = planned // FADING if level > first else 0
        model = train.build(labels, planned, len(split.training), level=level, fade_steps=fading)
        if previous is not None:
            model.grow(previous)
        return model

    return [
        Stage(
            name="{}x{}".format(*sizes[level]),
            build=lambda previous, planned, level=level: build(level, previous, planned),
            source=split.training,
            steps=steps[level - first],
            epochs=epochs[level - first],
            share=2.0**level,  # of a time: a larger picture takes longer, and needs it
            draw=draw,
            watched=watch if level == last else None,
        )
        for level in range(first, last + 1)
    ]


def _parts(train, name, count):
    """A length in equal parts; what is left over goes to the last."""
    whole = getattr(train, name)
    if whole is None:
        return [None] * count
    if whole < count:
        raise UserError(
            f"expected --{name} of at least {count} with --scheme {train.scheme}, one for each size; found {whole}; "
            "give more"
        )
    return [whole // count] * (count - 1) + [whole - whole // count * (count - 1)]
