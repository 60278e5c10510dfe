"""How well a linear classifier reads labels off features: what features are worth when labels are few."""

import numpy as np

STRENGTHS = (0.0001, 0.001, 0.01, 0.1, 1.0)


def linear_readout(
    features: np.ndarray,
    labels: np.ndarray,
    held_out: np.ndarray,
    truth: np.ndarray,
    counts: tuple[int, ...] = (20, 50, 100, 200),
    draws: int = 5,
    strengths: tuple[float, ...] = STRENGTHS,
    seed: int = 0,
) -> dict[int, np.ndarray]:
    """Accuracy of a linear L2-SVM by the number of labels that it was fitted to.

    `1/2 |w|**2 + C sum_i max(0, 1 - y_i w.x_i)**2`, one class against the rest, on features brought to mean 0 and
    variance 1; C is chosen among `strengths` by cross-validation on the labels given, never on the held-out ones.

    Args:
        features: `(count, size)`.
        labels: `(count,)` int.
        held_out, truth: the same of what is measured on.
        counts: numbers of labels, as many of each class; the rest goes to the first classes.
        draws: how often labels are drawn anew; a count of all there are is drawn once.
        strengths: values of C to choose among.
        seed: of the draws; the same seed draws the same samples whatever their features.

    Returns:
        dict from each count to an array of accuracies in [0, 1], one a draw.

    Raises:
        ValueError: fewer samples than a count asks for, or fewer than two of a class.
    """
    labels, truth = np.asarray(labels), np.asarray(truth)
    found = {}
    for count in counts:
        times = 1 if count == len(labels) else draws
        chosen = [drawn(labels, count, seed + draw) for draw in range(times)]
        found[count] = np.array(
            [_fitted(features[some], labels[some], strengths).score(held_out, truth) for some in chosen]
        )
    return found


def drawn(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Indices of `count` samples, as many of each class, at least two."""
    classes, available = np.unique(labels, return_counts=True)
    if count == len(labels):
        return np.arange(count)
    wanted = np.full(len(classes), count // len(classes))
    wanted[: count % len(classes)] += 1
    if wanted.min() < 2 or np.any(wanted > available):
        raise ValueError(
            f"linear_readout: expected between {2 * len(classes)} and {len(classes) * available.min()} labels of "
            f"{len(classes)} classes, or all {len(labels)}, received {count}. Take one of these."
        )
    random = np.random.default_rng(seed)
    return np.concatenate(
        [
            random.permutation(np.flatnonzero(labels == one))[:few]
            for one, few in zip(classes, wanted, strict=True)
        ]
    )


def _fitted(features, labels, strengths):
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    machine = make_pipeline(StandardScaler(), LinearSVC(C=strengths[0], max_iter=5000, random_state=0))
    if len(strengths) == 1:
        return machine.fit(features, labels)
    folds = StratifiedKFold(
        min(3, np.unique(labels, return_counts=True)[1].min()), shuffle=True, random_state=0
    )
    return GridSearchCV(machine, {"linearsvc__C": list(strengths)}, cv=folds).fit(features, labels)
