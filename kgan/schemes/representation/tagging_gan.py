"""TaggingGAN: words for a picture, drawn as vectors by a generator that is told what it shows."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import KerasTensor, ops

from kgan import backend
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class TaggingGAN(AdversarialModel):
    """Conditional GAN of another modality (Mirza and Osindero 2014, arXiv:1411.1784, section 4.2).

    Of pairs (f, w), the features of a picture and the vector of one of its tags (a picture comes once with each tag),

    - D minimises `E -log D(w | f) + E -log(1 - D(G(z | f) | f))`,
    - G minimises `E -log D(G(z | f) | f)`, z normal.

    `tags` then draws many vectors for a picture, finds for each the words nearest by cosine, and gives those that were
    found most often. Adam at 2e-4 with beta_1 of 0.5.

    Args:
        generator: network from `{"latent": (batch, latent_size), "features": (batch, numbers)}` to vectors of words.
        discriminator: network from `{"tag": vectors, "features"}` to logits `(batch, 1)`.

    Raises:
        ValueError: networks that do not fit together.

    Example:
        >>> model = TaggingGAN(tagging.generator(features=64, size=32), tagging.discriminator(features=64, size=32))
        >>> model.compile()
        >>> model.fit((features, vectors))
        >>> best = model.tags(new_features, vectors_of_all_words, count=10)  # indices of words

    Differs from the paper: Adam in place of momentum that grows; words are ordered by how often they are among the
    nearest of a draw, and by how near where that is equal.
    """

    batch_keys = ("features", "tag")
    discriminator_output = "logit"
    defaults = {"loss": "non-saturating", "generator_optimizer": ADAM, "discriminator_optimizer": ADAM}

    def __init__(self, generator: keras.Model, discriminator: keras.Model, **kwargs) -> None:
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        for network, names in ((generator, {"latent", "features"}), (discriminator, {"tag", "features"})):
            found = set(inputs_by_name(network, "one"))
            if found != names:
                raise ValueError(
                    f"TaggingGAN: expected a {network.name} with inputs {sorted(names)}, received one with "
                    f"{sorted(found)}. Build it with tagging."
                )
        told = [inputs_by_name(network, "one")["features"].shape for network in (generator, discriminator)]
        made = (tuple(output_specs(generator)[0].shape), inputs_by_name(discriminator, "one")["tag"].shape)
        for what, (one, other) in {"features": told, "vectors of tags": made}.items():
            if tuple(one)[1:] != tuple(other)[1:]:
                raise ValueError(
                    f"TaggingGAN: expected networks of the same {what}, received a generator of {tuple(one)} and a "
                    f"discriminator of {tuple(other)}. Build both with one size."
                )
        self.latent_size = inputs_by_name(generator, "one")["latent"].shape[-1]

    @property
    def batch_shapes(self) -> dict:
        return {name: tensor.shape for name, tensor in inputs_by_name(self.discriminator, "one").items()}

    @property
    def input_signature(self) -> dict:
        return {
            name: KerasTensor(tensor.shape, tensor.dtype, name=name)
            for name, tensor in inputs_by_name(self.generator, "one").items()
        }

    def generate(self, batch: Mapping) -> dict:
        latent = self.draw(batch, "latent", (ops.shape(batch["features"])[0], self.latent_size))
        return {"tag": self.generator({"latent": latent, "features": batch["features"]})}

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        def judge(tag):
            return self.discriminator({"tag": tag, "features": batch["features"]})

        return self.contest(batch, side, judge, batch["tag"], generated["tag"])

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "generator")

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return batch["tag"], generated["tag"]

    def call(self, inputs, training: bool = False):
        return self.generator(inputs, training=training)

    def tags(
        self,
        features: np.ndarray,
        vectors: np.ndarray,
        count: int = 10,
        draws: int = 100,
        nearest: int = 20,
        seed: int = 0,
    ) -> np.ndarray:
        """The words that a picture is told by, the most frequent first.

        Args:
            features: (pictures, numbers).
            vectors: (words, size), of all words that there are.
            count: words for each picture.
            draws: vectors drawn for each.
            nearest: words that each draw votes for.
            seed: of the draws.

        Returns:
            indices into `vectors`, int (pictures, count).

        Raises:
            ValueError: fewer words than asked for, or vectors of another size.
        """
        size = output_specs(self.generator)[0].shape[-1]
        if np.shape(vectors)[1:] != (size,) or len(vectors) < count:
            raise ValueError(
                f"tags: expected vectors ({count} or more, {size}), received shape {np.shape(vectors)}. Give those of "
                "the words that the model was trained on."
            )
        units, found = _units(vectors), []
        latent = np.asarray(backend.random("normal", (draws, self.latent_size), [seed, 0]))
        for one in np.asarray(features, "float32"):
            told = {"latent": latent, "features": np.repeat(one[None], draws, axis=0)}
            cosines = _units(self.predict(told, batch_size=draws, verbose=0)) @ units.T
            best = np.argsort(-cosines, axis=1, kind="stable")[:, :nearest]
            votes = np.bincount(best.ravel(), minlength=len(units))
            found.append(np.lexsort((-cosines.mean(axis=0), -votes))[:count])
        return np.stack(found)


def _units(x):
    x = np.asarray(x, "float64")
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
