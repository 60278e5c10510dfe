"""What a user asks for: captions, with warnings about what the model cannot take, and a picture whose style to use."""

import numpy as np
from keras import ops

from kgan.layers.caption_tokens import split
from kgan.pictures import picture_file


def query_picture(path, model):
    """A picture file in the size and channels of a model, in [-1, 1]."""
    height, width, channels = model.generator.outputs[0].shape[1:]
    pixels = picture_file.read(path).floats(channels)
    pixels = np.asarray(pixels, "float32").reshape(1, *np.shape(pixels)[-3:])
    return np.asarray(ops.image.resize(pixels, (height, width), antialias=True))[0]


def warnings(tokenizer, captions):
    """Lines about captions that the model cannot take as they are."""
    unknown = list(dict.fromkeys(word for caption in captions for word in tokenizer.unknown(caption)))
    lines = []
    if unknown:
        more = f" and {len(unknown) - 8:,} more" if len(unknown) > 8 else ""
        kind = "words" if tokenizer.level == "word" else "characters"
        lines.append(
            f"never seen in training, so without meaning here: {', '.join(unknown[:8])}{more} ({kind})"
        )
    cut = [caption for caption in captions if len(split(caption, tokenizer.level)) > tokenizer.length]
    if cut:
        lines.append(
            f"{len(cut):,} of {len(captions):,} captions are cut after {tokenizer.length} {tokenizer.level}s, the "
            f'longest read in training: "{cut[0][:40]}..."'
        )
    return lines
