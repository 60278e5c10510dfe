"""What schemes that read captions share: strings become tokens before the compiled step, which knows no strings."""

import numpy as np
from keras import ops

from kgan.adversarial import AdversarialModel
from kgan.adversarial.expectations import inputs_by_name


class Reading(AdversarialModel):
    """Base of schemes with a `text_encoder` (frozen or not) and a `tokenizer`.

    A batch holds `tokens`, `(batch, length)` int32, or `caption`, strings, which the tokenizer turns into them; and,
    where several samples describe each other, `group`, `(batch,)` int.
    """

    batch_keys = ("image", "caption")

    def check_reading(self, text_encoder, tokenizer):
        """Tokens fit the text encoder."""
        length = inputs_by_name(text_encoder, "tokens")["tokens"].shape[1]
        if tokenizer is not None and tokenizer.length != length:
            raise ValueError(
                f"{type(self).__name__}: expected a tokenizer of the text encoder's length {length}, received one of "
                f"{tokenizer.length}. Make them with one length."
            )

    @property
    def text_size(self):
        """Numbers in a sentence's embedding."""
        return self.text_encoder.outputs[0].shape[-1]

    def fit(self, x=None, y=None, **options):
        """`keras.Model.fit`; captions given as strings become tokens once, before the first step."""
        if isinstance(x, (tuple, list)) and len(x) == 2 and y is None and _strings(x[1]):
            x = dict(zip(self.batch_keys, x, strict=True))
        if y is not None and _strings(y):
            x, y = dict(zip(self.batch_keys, (x, y), strict=True)), None
        if isinstance(x, dict) and "caption" in x:
            x = self.with_tokens(x)
            x["tokens"] = np.asarray(x["tokens"])
        elif isinstance(getattr(x, "element_spec", None), dict) and "caption" in x.element_spec:
            x = x.map(self.with_tokens).prefetch(2)
        return super().fit(x, y, **options)

    def predict(self, x, *args, **options):
        """`keras.Model.predict`, which takes no strings; captions become tokens before."""
        if isinstance(x, dict) and "caption" in x:
            x = self.with_tokens(x)
            x["tokens"] = np.asarray(x["tokens"])
        return super().predict(x, *args, **options)

    def with_tokens(self, batch):
        """The batch with `tokens` in place of `caption`."""
        if "caption" not in batch:
            return batch
        rest = {key: value for key, value in batch.items() if key != "caption"}
        return rest if "tokens" in rest else {**rest, "tokens": self.tokens_of(batch["caption"])}

    def tokens_of(self, captions):
        """Tokens `(batch, length)` of strings."""
        if self.tokenizer is None:
            raise ValueError(
                f"{type(self).__name__}: expected tokens, as it has no tokenizer, received captions. Build it with "
                "tokenizer=CaptionTokens.of(captions), or pass tokens."
            )
        if isinstance(captions, np.ndarray):
            captions = captions.tolist()
        if isinstance(captions, (list, tuple)):
            captions = ops.convert_to_tensor(list(captions))
        return self.tokenizer(captions)

    def read(self, data):
        return self.with_tokens(super().read(data))


def _strings(values):
    kind = getattr(getattr(values, "dtype", None), "kind", None)
    if kind is not None:
        return kind in "SUO"
    return isinstance(values, (list, tuple)) and bool(values) and isinstance(values[0], (str, bytes))
