"""CycleGAN: two domains without pairs, held together by the way there and back."""

import functools
from collections.abc import Mapping

import keras

from kgan import objectives
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs
from kgan.adversarial.terms import summed
from kgan.layers.image_pool import ImagePool

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}
DOMAINS = ("a", "b")
DIRECTIONS = {"AtoB": ("a", "b"), "BtoA": ("b", "a")}


class CycleGAN(AdversarialModel):
    """Unpaired image-to-image translation (Zhu et al. 2017, arXiv:1703.10593).

    G translates domain A to B, F translates B to A; D_A and D_B judge what arrives. With a of A and b of B,

    - D_B minimises `1/2 (E (D_B(b) - 1)**2 + E D_B(G(a))**2)`, D_A likewise;
    - G and F, together, minimise `E (D_B(G(a)) - 1)**2 + E (D_A(F(b)) - 1)**2`
      `+ 10 (E |F(G(a)) - a| + E |G(F(b)) - b|) + 5 (E |F(a) - a| + E |G(b) - b|)`.

    Both generators are one side, so each cycle term reaches both. D_A and D_B see generated images out of a
    pool of the last 50; Adam at 2e-4 with beta_1 of 0.5, batches of 1.

    Args:
        a_to_b, b_to_a: networks from images of one domain to the other, of the same height and width.
        discriminator_a, discriminator_b: networks from images of a domain to logits.
        image_size: (height, width) of the images trained on: the pool's. Inference takes what the networks take.
        pool_size: images in each pool; 0 for none.
        identity: whether the identity terms are computed. They keep colours, and need as many channels in A as
            in B.

    Raises:
        ValueError: networks that do not fit together.

    Example:
        >>> model = CycleGAN(
        ...     translation_resnet.generator(), translation_resnet.generator(),
        ...     patchgan.discriminator(normalization="instance"), patchgan.discriminator(normalization="instance"),
        ...     image_size=(128, 128),
        ... )
        >>> model.compile()
        >>> model.fit({"a": horses, "b": zebras}, batch_size=1, epochs=200)
        >>> zebra = model.translate(horse, "AtoB")

    `call` is told the direction by the name of its input: `{"a": images}` or `{"b": images}`.

    Differs from the paper: D_A and D_B are updated before G and F, not after.
    """

    batch_keys = ("a", "b")
    directions = ("AtoB", "BtoA")
    defaults = {
        "loss": "least-squares",
        "loss_weights": {
            **{f"discriminator/adversarial_{domain}": 0.5 for domain in DOMAINS},
            **{f"generator/cycle_{domain}": 10.0 for domain in DOMAINS},
            **{f"generator/identity_{domain}": 5.0 for domain in DOMAINS},
        },
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    # Least squares are halved on both sides as they are, which the paper does for the discriminators alone.
    weights_by_loss = {
        "least-squares": {
            **{f"discriminator/adversarial_{domain}": 1.0 for domain in DOMAINS},
            **{f"generator/adversarial_{domain}": 2.0 for domain in DOMAINS},
        }
    }

    def __init__(
        self,
        a_to_b: keras.Model,
        b_to_a: keras.Model,
        discriminator_a: keras.Model,
        discriminator_b: keras.Model,
        image_size=(256, 256),
        pool_size: int = 50,
        identity: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.a_to_b, self.b_to_a = a_to_b, b_to_a
        self.discriminator_a, self.discriminator_b = discriminator_a, discriminator_b
        self.image_size, self.pool_size, self.identity = image_size, pool_size, identity
        channels = self.check_networks()
        self.pools = {
            domain: ImagePool(pool_size, (*image_size, channels[domain]), name=f"pool_{domain}")
            for domain in DOMAINS
        }

    def check_networks(self):
        """Each network takes what it is given. Returns the channels of each domain."""
        into = {"a": self.b_to_a, "b": self.a_to_b}
        takes = {
            domain: _only(inputs_by_name(self.translator(domain), domain)).shape[-1] for domain in DOMAINS
        }
        for domain in DOMAINS:
            made = output_specs(into[domain])[0].shape[-1]
            judged = _only(inputs_by_name(self.judge_of(domain), domain)).shape[-1]
            if not takes[domain] == made == judged:
                raise ValueError(
                    f"{type(self).__name__}: expected one number of channels for domain {domain.upper()}, received "
                    f"a generator from it for {takes[domain]}, one to it that makes {made} and a discriminator "
                    f"for {judged}. Build them with the same channels."
                )
        if self.identity and takes["a"] != takes["b"]:
            raise ValueError(
                f"{type(self).__name__}: expected as many channels in A as in B for the identity terms, received "
                f"{takes['a']} and {takes['b']}. Pass identity=False."
            )
        return takes

    def translator(self, domain: str):
        """The generator that takes images of this domain."""
        return self.a_to_b if domain == "a" else self.b_to_a

    def judge_of(self, domain: str):
        """The discriminator of this domain."""
        return self.discriminator_a if domain == "a" else self.discriminator_b

    @property
    def generator_side(self) -> list:
        return [self.a_to_b, self.b_to_a]

    @property
    def discriminator_side(self) -> list:
        return [self.discriminator_a, self.discriminator_b]

    @property
    def batch_shapes(self) -> dict:
        size = self.image_size if self.pool_size else (None, None)
        takes = {d: _only(inputs_by_name(self.translator(d), d)).shape for d in DOMAINS}
        return {
            d: (None, *(a or b for a, b in zip(takes[d][1:3], size, strict=True)), takes[d][-1])
            for d in DOMAINS
        }

    @property
    def input_signature(self) -> dict:
        return inputs_by_name(self.a_to_b, "a")

    @property
    def serving_calls(self) -> dict:
        """What an export serves: A to B by default, and both directions by name."""
        forward = (self.__call__, self.input_signature)
        return {
            "serving_default": forward,
            "AtoB": forward,
            "BtoA": (self.__call__, inputs_by_name(self.b_to_a, "b")),
        }

    def generate(self, batch: Mapping) -> dict:
        a, b = batch["a"], batch["b"]
        fake_b, fake_a = self.a_to_b(a), self.b_to_a(b)
        generated = {
            "fake_a": fake_a,
            "fake_b": fake_b,
            "cycled_a": self.b_to_a(fake_b),
            "cycled_b": self.a_to_b(fake_a),
        }
        if self.identity:
            generated |= {"identity_a": self.b_to_a(a), "identity_b": self.a_to_b(b)}
        return generated

    def discriminator_view(self, batch: Mapping, generated: dict) -> dict:
        shown = {
            f"fake_{domain}": self.pools[domain](
                generated[f"fake_{domain}"], draw=functools.partial(self.draw, batch), use=f"pool {domain}"
            )
            for domain in DOMAINS
        }
        return generated | shown

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        """One side's adversarial terms, of both domains."""
        return summed(
            *(
                self.contest(batch, side, self.judge_of(d), batch[d], generated[f"fake_{d}"], of=d)
                for d in DOMAINS
            )
        )

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        terms = self.played(batch, generated, "generator")
        for domain in DOMAINS:
            terms[f"cycle_{domain}"] = self.cycle(batch[domain], generated[f"cycled_{domain}"])
            if self.identity:
                terms[f"identity_{domain}"] = objectives.identity(
                    batch[domain], generated[f"identity_{domain}"]
                )
        return terms

    def cycle(self, image, cycled):
        """How far from an image the way there and back has led: `E |x - cycled|`."""
        return objectives.cycle(image, cycled)

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return batch["b"], generated["fake_b"]

    def call(self, inputs, training: bool = False):
        inputs = inputs if isinstance(inputs, dict) else {"a": inputs}
        made = {
            target: self.translator(source)(inputs[source], training=training)
            for source, target in DIRECTIONS.values()
            if source in inputs
        }
        return made if len(made) > 1 else next(iter(made.values()))

    def translate(self, images, direction: str = "AtoB", batch_size: int = 1):
        """Translate images, in inference mode.

        Args:
            images: float array `(count, height, width, channels)` in [-1, 1].
            direction: "AtoB" or "BtoA".
            batch_size: images at a time.

        Returns:
            float32 array of the other domain's images.

        Raises:
            ValueError: another direction.
        """
        if direction not in DIRECTIONS:
            raise ValueError(f"translate: expected a direction of 'AtoB' or 'BtoA', received {direction!r}.")
        return self.predict({DIRECTIONS[direction][0]: images}, batch_size=batch_size, verbose=0)


def _only(inputs):
    return next(iter(inputs.values()))
