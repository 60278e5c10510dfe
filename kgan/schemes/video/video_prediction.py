"""VideoPredictionGAN: the next frames of a video, drawn coarse to fine and judged at every scale."""

import numpy as np
from keras import ops

from kgan import objectives
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name
from kgan.adversarial.terms import summed

KINDS = ("pixels", "labels", "features")


def cross_entropy(truth, made):
    """`-sum(truth * log(made))` over the classes, the mean over all pixels.

    Args:
        truth, made: `(..., classes)`, shares of classes that add up to 1.

    Example:
        of two classes, half of each where the first is true: log(2) = 0.693.
    """
    truth, made = ops.cast(truth, "float32"), ops.cast(made, "float32")
    return -ops.mean(ops.sum(truth * ops.log(ops.maximum(made, 1e-7)), axis=-1))


class VideoPredictionGAN(AdversarialModel):
    """Deep multi-scale video prediction beyond mean square error (Mathieu et al. 2016, arXiv:1511.05440).

    Of clips (x, y), x the first frames and y those that follow, G draws y at several scales k, and each scale has
    a discriminator that sees x before y:

    - D minimises `sum_k E -log D_k(x_k, y_k) + E -log(1 - D_k(x_k, G_k(x)))` (eq. 5),
    - G minimises `0.05 sum_k E -log D_k(x_k, G_k(x)) + sum_k E |y_k - G_k(x)|^p
      + sum_k gradient_difference(y_k, G_k(x))` (eq. 6-8),

    each side on batches of its own (its Algorithm 1: `generator_batch="fresh"`).

    Args:
        generator: network from frames `(batch, input_frames, height, width, channels)` to a dict with `frames`,
            `(batch, output_frames, height, width, channels)`, and `scale_1`, `scale_2`, ..., coarsest first.
        discriminators: list of networks from `{"frames", "next"}` to `(batch, 1)` logits, coarsest first, one a
            scale; or an empty list, which leaves the pixel terms alone.
        p: 1 or 2, the power of the pixel loss.
        kind: what frames hold: "pixels" in [-1, 1]; "labels", the share of each class in a channel, which G draws by
            a softmax and which are compared by `cross_entropy` in place of the power; or "features" of any range, such
            as a network's, compared as pixels are and never clipped. Forecasting in semantic space, after Luc et al.
            2017 (arXiv:1703.07684) and 2018 (arXiv:1803.11496).
        unroll: how often G draws in training, each time from the frames before it, its own among them, so that it
            learns from what it makes of its own errors; discriminators judge what it draws first. The paper's is 1.

    Raises:
        ValueError: discriminators for another number of scales, another p or kind, or no draw.

    Example:
        >>> model = VideoPredictionGAN(multiscale.generator(), multiscale.discriminators((64, 64)))
        >>> model.compile()
        >>> model.fit(clips, batch_size=8, epochs=10)  # (count, 5, 64, 64, 3)
        >>> model.extrapolate(clips[:1, :4], count=8).shape
        (1, 8, 64, 64, 3)

    Differs from the paper: means where it sums over pixels; Adam at 1e-4 by default where it has SGD at 0.04 and 0.02;
    coarse scales are made by pooling.
    """

    batch_keys = ("frames",)
    discriminator_output = "logit"
    defaults = {
        "loss": "non-saturating",
        "generator_batch": "fresh",
        "loss_weights": {"generator/adversarial": 0.05},
        "generator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 1e-4, "beta_1": 0.5}},
        "discriminator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 1e-4, "beta_1": 0.5}},
    }

    def __init__(self, generator, discriminators, p=2, unroll=1, kind="pixels", **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminators = list(discriminators)
        self.p = p
        self.unroll = unroll
        self.kind = kind
        self.scales = len(generator.output)
        if len(self.discriminators) not in (0, self.scales):
            raise ValueError(
                f"VideoPredictionGAN: expected a discriminator for each of the generator's {self.scales} scales, or "
                f"none; received {len(self.discriminators)}. Build them with multiscale.discriminators."
            )
        if p not in (1, 2):
            raise ValueError(f"VideoPredictionGAN: expected p of 1 or 2, received {p!r}.")
        if kind not in KINDS:
            raise ValueError(
                f"VideoPredictionGAN: expected a kind among {', '.join(KINDS)}; received {kind!r}."
            )
        if not isinstance(unroll, int) or unroll < 1:
            raise ValueError(f"VideoPredictionGAN: expected unroll to be 1, 2, ..., received {unroll!r}.")
        self.input_frames = generator.input.shape[1]
        self.output_frames = generator.output["frames"].shape[1]

    def check_batch(self, batch):
        """Pixels in their range, labels as shares; features are what they are."""
        if self.kind == "pixels":
            super().check_batch(batch)
        elif self.kind == "labels":
            totals = np.asarray(batch["frames"][:256]).sum(axis=-1)
            if np.abs(totals - 1).max() > 0.01:
                raise ValueError(
                    "fit: expected 'frames' of shares of classes that add up to 1 at each pixel, received sums from "
                    f"{totals.min():.4g} to {totals.max():.4g}. Use keras.ops.one_hot, or a softmax."
                )

    @property
    def discriminator_side(self):
        return self.discriminators

    @property
    def input_signature(self) -> dict:
        return inputs_by_name(self.generator, "frames")

    def pyramid(self, frames):
        """`(batch, n, height, width, channels)` at every scale, coarsest first."""
        found, count = [frames], frames.shape[1]
        for _ in range(self.scales - 1):
            single = ops.reshape(found[0], (-1, *found[0].shape[2:]))
            half = ops.average_pool(single, 2)
            found.insert(0, ops.reshape(half, (-1, count, *half.shape[1:])))
        return found

    def clips(self, batch):
        """(x_k, y_k) of every scale, coarsest first, y of as many frames as are drawn in training."""
        seen = batch["frames"][:, : self.input_frames]
        drawn = self.unroll * self.output_frames
        following = batch["frames"][:, self.input_frames : self.input_frames + drawn]
        return list(zip(self.pyramid(seen), self.pyramid(following), strict=True))

    def bounded(self, frames):
        """Frames as they may be: pixels in [-1, 1]; a softmax bounds labels itself, and features have no bounds."""
        return ops.clip(frames, -1.0, 1.0) if self.kind == "pixels" else frames

    def drawn(self, generated):
        """G_k(x) of every scale, coarsest first."""
        return [generated[f"scale_{k}"] for k in range(1, self.scales)] + [generated["frames"]]

    def generate(self, batch):
        known, made = batch["frames"][:, : self.input_frames], []
        for _ in range(self.unroll):
            made.append(self.generator(known))
            shown = ops.cast(self.bounded(made[-1]["frames"]), known.dtype)
            known = ops.concatenate([known, shown], axis=1)[:, -self.input_frames :]
        return {name: ops.concatenate([one[name] for one in made], axis=1) for name in made[0]}

    def played(self, batch, generated, side):
        """One side's adversarial terms, those of the scales added; none without discriminators."""
        if not self.discriminators:
            return {}
        scales = zip(self.discriminators, self.clips(batch), self.drawn(generated), strict=True)
        first = slice(self.output_frames)
        return summed(
            *(
                self.contest(
                    batch, side, lambda y, d=d, x=x: d({"frames": x, "next": y}), y[:, first], made[:, first]
                )
                for d, (x, y), made in scales
            )
        )

    def discriminator_losses(self, batch, generated):
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch, generated):
        def flat(frames):
            return ops.reshape(frames, (-1, *frames.shape[2:]))

        name, distance = f"l{self.p}", objectives.l1 if self.p == 1 else objectives.l2
        if self.kind == "labels":
            name, distance = "cross_entropy", cross_entropy
        pairs = [
            (flat(y), flat(made))
            for (_, y), made in zip(self.clips(batch), self.drawn(generated), strict=True)
        ]
        terms = {
            name: sum(distance(y, made) for y, made in pairs),
            "gradient_difference": sum(objectives.gradient_difference(y, made) for y, made in pairs),
        }
        return terms | self.played(batch, generated, "generator")

    def images_to_compare(self, batch, generated):
        _, following = self.clips(batch)[-1]
        return tuple(ops.reshape(f, (-1, *following.shape[2:])) for f in (following, generated["frames"]))

    def call(self, inputs, training=False):
        frames = inputs["frames"] if isinstance(inputs, dict) else inputs
        return self.bounded(self.generator(frames, training=training)["frames"])

    def extrapolate(self, frames, count):
        """Frames that go on from others, each drawn from those before it, its own among them.

        Args:
            frames: `(batch, n, height, width, channels)` of the scheme's kind, n at least `input_frames`; the last
                ones are seen.
            count: how many to draw.

        Returns:
            float32 array `(batch, count, height, width, channels)`.

        Raises:
            ValueError: too few frames to begin with.
        """
        frames = np.asarray(frames, "float32")
        if frames.ndim != 5 or frames.shape[1] < self.input_frames:
            raise ValueError(
                f"extrapolate: expected frames (batch, n, height, width, channels) with n of at least "
                f"{self.input_frames}, received {frames.shape}. Give more frames."
            )
        known, made = frames[:, -self.input_frames :], []
        while sum(one.shape[1] for one in made) < count:
            following = np.asarray(self.predict_on_batch({"frames": known}))
            made.append(following)
            known = np.concatenate([known, following], axis=1)[:, -self.input_frames :]
        return np.concatenate(made, axis=1)[:, :count]
