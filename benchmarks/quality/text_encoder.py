"""Does the char-CNN-RNN find the caption of a picture that it never saw? Bundled glyphs, recall@1 beside chance.

    python benchmarks/quality/text_encoder.py --steps 400 --seed 0

Trains the joint embedding of text-to-image on seven tenths of the captions (a combination of style and character is on
one side only) and prints, for the pictures of the rest: how often the nearest of all their captions is one of the
picture's own, and how often that would be by chance.
"""

import argparse
import os

import numpy as np
from kgan.apps.text_to_image import Train

from kgan.layers import CaptionTokens
from kgan.metrics.retrieval import recall_at
from kgan.tasks.text.building import Building
from kgan.tasks.text.captioned import grouped, sentences
from kgan.tasks.text.scores import embedded, gathered

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--read", choices=["characters", "words"], default="characters")
    given = parser.parse_args()
    train = Train(run="runs/quality-encoder", seed=given.seed, held_out=0.3, read=given.read)
    split = train.open()
    level = {"words": "word", "characters": "character"}[given.read]
    tokens = CaptionTokens.of(sentences(split.training), None if level == "word" else 201, level)
    model = Building(train).embedding(tokens)
    begun = sum(os.times()[:2])
    data = grouped(split.training).batches(64, seed=given.seed)
    model.fit(data, steps_per_epoch=given.steps, epochs=1, verbose=0)
    minutes = (sum(os.times()[:2]) - begun) / 60
    images, captions = gathered(split.measured)
    tokens = np.asarray(model.tokens_of(captions))
    texts = np.asarray(model.text_encoder.predict(tokens, batch_size=256, verbose=0))
    own = np.array(captions)[:, None] == np.array(captions)[None, :]
    recall, chance = recall_at(embedded(model, images), texts, own), own.mean()
    print(
        f"recall@1 {recall:.3f}, chance {chance:.4f}, {recall / chance:.0f} times; {len(captions)} pictures "
        f"{split.words}, {len(set(captions))} captions; {given.steps} steps, seed {given.seed}, {minutes:.1f} "
        "processor minutes"
    )
