"""CUT: one domain into another, one direction, held to the source patch by patch."""

from collections.abc import Mapping

import keras
from keras import ops

from kgan import objectives
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class CUT(AdversarialModel):
    """Contrastive unpaired translation (Park et al. 2020, arXiv:2007.15651).

    G makes pictures of domain B out of those of A. What stands in one place of G(a) is to have more in common with the
    same place of a than with other places of a, in the features of G's own first half. Of a and b,

    - D minimises `1/2 (E (D(b) - 1)**2 + E D(G(a))**2)`,
    - G and the heads H minimise `E (D(G(a)) - 1)**2 + 1/2 nce(a, G(a)) + 1/2 nce(b, G(b))`,

    with `nce(x, y)` the mean over layers of `objectives.patch_nce` of H's vectors of y's and x's features at 256
    places, temperature 0.07. Adam at 2e-4 with beta_1 of 0.5, batches of 1.

    Args:
        generator: functional network from images of A to images of B; its first layers are the encoder.
        discriminator: network from images of B to logits.
        heads: `networks.patch_heads`: takes and returns a dict by the names of the generator's layers to compare. The
            paper's of `translation_resnet`: source, down_1, down_2, block_1, block_5.
        patches: places of each layer and picture; all, where there are fewer.
        temperature: of `patch_nce`.
        identity: whether nce(b, G(b)) is computed. It needs as many channels in A as in B.
        flip: whether G is shown every second picture in a mirror, and its features are mirrored back (FastCUT).

    Raises:
        ValueError: networks that do not fit together, or a number out of range.

    Example:
        >>> generator = translation_resnet.generator()
        >>> heads = patch_heads.heads_of(generator, ("source", "down_1", "down_2", "block_1", "block_5"))
        >>> model = CUT(generator, patchgan.discriminator(normalization="instance"), heads)
        >>> model.compile()
        >>> model.fit({"a": horses, "b": zebras}, batch_size=1, epochs=400)
        >>> zebra = model.translate(horse)

    Differs from the paper: means over places and layers and the halves as in the authors' code, where the paper has
    sums and weights of one; their rate too (the paper prints 0.002). Their networks blur before they shrink and after
    they enlarge. D is updated before G.
    """

    batch_keys = ("a", "b")
    directions = ("AtoB",)
    defaults = {
        "loss": "least-squares",
        "loss_weights": {
            "discriminator/adversarial": 0.5,
            "generator/nce": 0.5,
            "generator/nce_identity": 0.5,
        },
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    # Least squares are halved on both sides as they are, which the paper does for the discriminator alone.
    weights_by_loss = {"least-squares": {"discriminator/adversarial": 1.0, "generator/adversarial": 2.0}}

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        heads: keras.Model,
        patches: int = 256,
        temperature: float = 0.07,
        identity: bool = True,
        flip: bool = False,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        if patches < 2 or not temperature > 0:
            raise ValueError(
                f"{type(self).__name__}: expected patches of at least 2 and a temperature above 0, received {patches} "
                f"and {temperature}. The paper's are 256 and 0.07."
            )
        self.generator, self.discriminator, self.heads = generator, discriminator, heads
        self.patches, self.temperature, self.identity, self.flip = patches, temperature, identity, flip
        self.encoder = Encoder(generator, heads, type(self).__name__)
        self.check_networks()

    def check_networks(self) -> None:
        """Each network takes what it is given."""
        name = type(self).__name__
        taken = next(iter(inputs_by_name(self.generator, "a").values())).shape[-1]
        made = output_specs(self.generator)[0].shape[-1]
        judged = next(iter(inputs_by_name(self.discriminator, "b").values())).shape[-1]
        if made != judged:
            raise ValueError(
                f"{name}: expected one number of channels for domain B, received a generator that makes {made} and a "
                f"discriminator for {judged}. Build them with the same channels."
            )
        if self.identity and taken != judged:
            raise ValueError(
                f"{name}: expected as many channels in A as in B for the identity term, received {taken} and {judged}. "
                "Pass identity=False."
            )

    @property
    def generator_side(self) -> list:
        return [self.generator, self.heads]

    @property
    def batch_shapes(self) -> dict:
        networks = {"a": self.generator, "b": self.discriminator}
        return {
            key: next(iter(inputs_by_name(network, key).values())).shape for key, network in networks.items()
        }

    @property
    def input_signature(self) -> dict:
        return {"a": next(iter(inputs_by_name(self.generator, "a").values()))}

    def generate(self, batch: Mapping) -> dict:
        a = batch["a"]
        if self.flip:
            # By the sample, so that a batch of several has both.
            turned = self.draw(batch, "flip", (ops.shape(a)[0], 1, 1, 1), "uniform") < 0.5
            image = self.generator(ops.where(turned, ops.flip(a, 2), a))
            keys, queries = self.encoder(a), self.encoder(image)
            queries = {name: ops.where(turned, ops.flip(x, 2), x) for name, x in queries.items()}
        else:
            image, keys = self.encoder.with_image(a)
            queries = self.encoder(image)
        generated = {"image": image, **self.vectors(batch, "nce", keys, queries)}
        if self.identity:
            same, keys = self.encoder.with_image(batch["b"])
            generated |= self.vectors(batch, "nce_identity", keys, self.encoder(same))
        return generated

    def vectors(self, batch: Mapping, term: str, keys: dict, queries: dict) -> dict:
        """What H makes of both sides' features at the same places: a dict from "term/queries/layer" and the like."""
        there = {}
        for name, features in keys.items():
            count, height, width, channels = ops.shape(features)
            chance = self.draw(batch, f"{term} {name}", (count, height * width), "uniform")
            # The places of the largest numbers: a draw without replacement, other places for each picture.
            known = isinstance(height * width, int)
            most = min(self.patches, height * width) if known else ops.minimum(self.patches, height * width)
            there[name] = (ops.top_k(chance, most)[1][..., None], (count, height * width, channels))
        found = {}
        for side, features in (("keys", keys), ("queries", queries)):
            chosen = {
                name: ops.take_along_axis(ops.reshape(features[name], shape), places, axis=1)
                for name, (places, shape) in there.items()
            }
            found |= {f"{term}/{side}/{name}": x for name, x in self.heads(chosen).items()}
        return found

    def nce(self, generated: dict, term: str):
        """The mean over layers of `objectives.patch_nce`."""
        layers = self.encoder.names
        return sum(
            objectives.patch_nce(
                *(generated[f"{term}/{side}/{name}"] for side in ("queries", "keys")), self.temperature
            )
            for name in layers
        ) / len(layers)

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        """One side's adversarial terms."""
        return self.contest(batch, side, self.discriminator, batch["b"], generated["image"])

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        found = {**self.played(batch, generated, "generator"), "nce": self.nce(generated, "nce")}
        if self.identity:
            found["nce_identity"] = self.nce(generated, "nce_identity")
        return found

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return batch["b"], generated["image"]

    def call(self, inputs, training: bool = False):
        return self.generator(inputs["a"] if isinstance(inputs, dict) else inputs, training=training)

    def translator(self, domain: str = "a") -> keras.Model:
        """The generator, which takes images of A.

        Raises:
            ValueError: another domain.
        """
        if domain != "a":
            raise ValueError(
                f"{type(self).__name__}: expected domain 'a', the one that it translates from, received {domain!r}. "
                "Train another model with the domains exchanged."
            )
        return self.generator

    def translate(self, images, direction: str = "AtoB", batch_size: int = 1):
        """Translate images of A, in inference mode.

        Args:
            images: float array `(count, height, width, channels)` in [-1, 1].
            direction: "AtoB", its only one.
            batch_size: images at a time.

        Returns:
            float32 array of images of B.

        Raises:
            ValueError: another direction.
        """
        if direction not in self.directions:
            raise ValueError(
                f"translate: expected a direction of 'AtoB', the only one of {type(self).__name__}, received "
                f"{direction!r}. Train another model with the domains exchanged."
            )
        return self.predict({"a": images}, batch_size=batch_size, verbose=0)


class Encoder:
    """The features of a generator at the layers that heads ask for. No layer: it has nothing of its own.

    Args:
        generator: functional `keras.Model` of one input.
        heads: `keras.Model` with a dict of inputs by the names of the generator's layers.
        scheme: whose, for errors.
    """

    def __init__(self, generator: keras.Model, heads: keras.Model, scheme: str) -> None:
        asked = inputs_by_name(heads, "source")
        known = {layer.name for layer in getattr(generator, "layers", ())}
        if not getattr(generator, "inputs", None) or not set(asked) <= known:
            raise ValueError(
                f"{scheme}: expected heads for layers of a functional generator, received heads for "
                f"{', '.join(asked)}, of which it has {', '.join(sorted(known & set(asked))) or 'none'}. Build them "
                "with patch_heads.heads_of(generator, names)."
            )
        features = {name: generator.get_layer(name).output for name in asked}
        for name, x in features.items():
            if len(x.shape) != 4 or x.shape[-1] != asked[name].shape[-1]:
                raise ValueError(
                    f"{scheme}: expected features (batch, height, width, {asked[name].shape[-1]}) of layer {name}, "
                    f"received {tuple(x.shape)}. Build the heads with patch_heads.heads_of(generator, names)."
                )
        self.names = list(features)
        self._features = keras.Model(generator.inputs, features)
        self._whole = keras.Model(generator.inputs, {"image": generator.outputs[0], "features": features})

    def __call__(self, images) -> dict:
        """Features by layer."""
        return self._features(images)

    def with_image(self, images) -> tuple:
        """What the generator makes of images, and the features on the way."""
        found = self._whole(images)
        return found["image"], found["features"]
