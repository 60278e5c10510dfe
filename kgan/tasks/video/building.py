"""A video scheme compiled as the flags of its training say."""

import keras

from kgan.schedules import LinearDecay


def compiled(flags, model, steps, rate, weights):
    """Compiles a scheme for a stage of so many steps.

    Args:
        flags: the app's `Train`.
        model: `VideoPredictionGAN`, with or without discriminators.
        steps: int, of the stage.
        rate: of both sides; constant for half of the steps, then straight to zero.
        weights: dict from a term of the loss to its weight.

    Returns:
        the model.
    """

    def adam(beta):
        schedule = LinearDecay(rate, steps // 2, steps) if steps > 1 else rate
        return keras.optimizers.Adam(schedule, beta_1=beta)

    judged = bool(model.discriminators)
    model.compile(
        adam(0.5 if judged else 0.9),
        adam(0.5) if judged else None,
        loss_weights=weights,
        generator_batch="fresh" if judged else "shared",
        ema_decay=flags.decay(flags.ema_half_life, steps),
        seed=flags.seed,
        jit_compile=flags.jit_compile,
    )
    return model
