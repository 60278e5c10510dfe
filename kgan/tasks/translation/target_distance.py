"""How near translated pictures are to those of the target domain as a whole, where no picture has a partner."""

from typing import Any

from kgan.metrics import feature_extractor
from kgan.metrics.frechet_distance import frechet_inception_distance
from kgan.metrics.kernel_distance import kernel_inception_distance
from kgan.metrics.score_table import ScoreTable

LEAST = 2


def target_distances(protocol: str, target: Any, sets: dict, features: Any = "auto") -> ScoreTable | None:
    """FID and KID of several sets of pictures to those of the target domain.

    Args:
        protocol: in words, which pictures these are.
        target: images `(count, height, width, 1 or 3)` in [-1, 1] of the target domain.
        sets: dict from a name ("made", "source untouched") to images.
        features: what `kgan.metrics.feature_extractor.get` takes.

    Returns:
        A `ScoreTable` with "FID" and "KID x 1000" of each set; None of fewer than two pictures.
    """
    if min(map(len, (target, *sets.values()))) < LEAST:
        return None
    extractor = feature_extractor.get(features)
    text = f"{protocol}; features {extractor.name}; FID is biased by how few they are, KID is not"
    table = ScoreTable(text + (f"\nNote: {extractor.notice}" if extractor.notice else ""))
    known = extractor(target)
    for name, images in sets.items():
        found = extractor(images)
        scores = {
            "FID": frechet_inception_distance(known, found),
            "KID x 1000": 1000 * kernel_inception_distance(known, found)[0],
        }
        table.add("all", name, scores)
    return table
