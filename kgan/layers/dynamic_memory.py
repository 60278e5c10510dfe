"""A memory of words that a picture's features write, read and answer to."""

import keras
from keras import layers, ops

FAR = -1e9  # A score that leaves nothing after a softmax, and no NaN where all have it.


@keras.saving.register_keras_serializable("kgan.layers")
class DynamicMemory(layers.Layer):
    """Features refined by the words that matter to them (Zhu et al. 2019, arXiv:1904.01310, section 3.1).

    With features `r_j` at each place j, their mean `r`, and words `w_i`:

    - writing: `g_i = sigmoid(A w_i + B r)` (equation 5), `m_i = M_w(w_i) g_i + M_r(r) (1 - g_i)` (equation 6),
    - key addressing: `alpha_ij = softmax over i of key(m_i) . r_j` (equation 2),
    - reading: `o_j = sum_i alpha_ij value(m_i)` (equation 3),
    - response: `g_j = sigmoid(W [o_j, r_j] + b)`, `r_j' = o_j g_j + r_j (1 - g_j)` (equation 8).

    All maps are linear; `A` and `B` give one number, `W` one a channel.

    Args:
        memory: numbers in a slot of the memory; 128 in the paper.

    Call with `(features, words, mask)`: `(batch, height, width, channels)`, `(batch, length, size)` and
    `(batch, length)`, 1 where a word is and 0 where padding; returns features of the same shape.
    """

    def __init__(self, memory: int = 128, **options):
        super().__init__(**options)
        self.memory = int(memory)

    def build(self, input_shape):
        features, words, _ = input_shape
        channels, size = features[-1], words[-1]
        sizes = {
            "gate_of_word": (size, 1),
            "gate_of_picture": (channels, 1),
            "word_to_memory": (size, self.memory),
            "picture_to_memory": (channels, self.memory),
            "key": (self.memory, channels),
            "value": (self.memory, channels),
            "response": (2 * channels, channels),
        }
        for name, (taken, made) in sizes.items():
            layer = layers.Dense(made, name=name, dtype=self.dtype_policy)
            layer.build((None, taken))
            setattr(self, name, layer)

    def call(self, inputs):
        features, words, mask = inputs
        height, width, channels = features.shape[1:]
        places = ops.reshape(features, (-1, height * width, channels))
        slots = self.write(places, ops.cast(words, features.dtype))
        scores = ops.einsum("bjc,bic->bji", ops.cast(places, "float32"), ops.cast(self.key(slots), "float32"))
        scores = ops.where(ops.cast(mask, "float32")[:, None, :] > 0, scores, FAR)
        share = ops.cast(ops.softmax(scores, axis=-1), features.dtype)
        read = ops.einsum("bji,bic->bjc", share, self.value(slots))
        gate = ops.sigmoid(self.response(ops.concatenate([read, places], axis=-1)))
        answer = read * gate + places * (1.0 - gate)
        return ops.reshape(answer, (-1, height, width, channels))

    def write(self, places, words):
        """The memory's slots, one a word: `(batch, length, memory)`."""
        picture = ops.mean(places, axis=1, keepdims=True)
        gate = ops.sigmoid(self.gate_of_word(words) + self.gate_of_picture(picture))
        return self.word_to_memory(words) * gate + self.picture_to_memory(picture) * (1.0 - gate)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "memory": self.memory}
