"""DynamicMemory against equations 2, 3, 5, 6 and 8 of arXiv:1904.01310, written word by word and place by place."""

import keras
import numpy as np

from kgan.layers import DynamicMemory


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_writing_addressing_reading_and_response():
    random = np.random.default_rng(1)
    features, words = random.normal(size=(2, 2, 3, 4)), random.normal(size=(2, 5, 3))
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]])
    words[1, 2:] = 50.0  # padding, whatever stands there
    layer = DynamicMemory(memory=6)
    given = [keras.ops.convert_to_tensor(x.astype("float32")) for x in (features, words, mask)]
    layer(given)
    for variable in layer.weights:  # offsets too
        variable.assign(random.normal(size=variable.shape) * 0.5)
    found = np.asarray(layer(given))

    def linear(name, x):
        kernel, offset = (np.asarray(w, "float64") for w in getattr(layer, name).weights)
        return x @ kernel + offset

    for sample in range(2):
        places = features[sample].reshape(6, 4)
        average = places.mean(axis=0)
        slots = []
        for word in words[sample][mask[sample] > 0]:
            gate = sigmoid(linear("gate_of_word", word) + linear("gate_of_picture", average))
            slots.append(
                linear("word_to_memory", word) * gate + linear("picture_to_memory", average) * (1 - gate)
            )
        for j, place in enumerate(places):
            scores = np.exp([linear("key", slot) @ place for slot in slots])
            alpha = scores / scores.sum()
            read = sum(a * linear("value", slot) for a, slot in zip(alpha, slots, strict=True))
            gate = sigmoid(linear("response", np.concatenate([read, place])))
            answer = read * gate + place * (1 - gate)
            np.testing.assert_allclose(found[sample].reshape(6, 4)[j], answer, rtol=1e-4, atol=1e-5)
    again = DynamicMemory.from_config(layer.get_config())
    assert again.memory == 6
