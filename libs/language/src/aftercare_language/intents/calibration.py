"""How sure a classification is: a confidence fitted on examples that the classifier has not seen, and the threshold for a precision."""

from dataclasses import dataclass

import numpy as np

from aftercare_language.intents.classifier import OUT_OF_SCOPE, Array, probabilities

_ROUNDS, _RIDGE = 30, 1e-3
_LEAST, _MOST = 0.25, 4.0
LEAST_SILENT = 0.1
"""Where no example is out of scope, this share of the held-out examples is not answered: the least sure ones are most like what is."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`temperature` divides the logits before they are probabilities. `weights` and the means and scales are of a logistic
    regression on what counts for the first intent; from `threshold` on it is answered."""

    temperature: float
    weights: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    threshold: float

    def confidence(self, logits: Array) -> Array:
        """How likely the first intent of each row is right, between 0 and 1."""
        signs = (_signs(logits / np.float32(self.temperature)) - self.means) / self.scales
        found: Array = 1 / (1 + np.exp(-np.clip(signs @ self.weights[:-1] + self.weights[-1], -30, 30)))
        return found


def _signs(logits: Array) -> Array:
    """What counts for the first intent of each row: its probability, its lead, its logit."""
    ordered = np.sort(logits, axis=1)[:, ::-1]
    second = ordered[:, 1] if ordered.shape[1] > 1 else ordered[:, 0] - 10
    first = np.clip(probabilities(logits).max(axis=1), 1e-6, 1 - 1e-6)
    odds = np.log(first / (1 - first))
    return np.stack([odds, ordered[:, 0] - second, ordered[:, 0]], axis=1).astype(np.float64)


def temperature(logits: Array, labels: Array) -> float:
    """The temperature by which the probabilities of these logits fit the labels best; examples out of scope do not count."""
    within = labels != OUT_OF_SCOPE
    seen, wanted = logits[within].astype(np.float64), labels[within]
    tries = np.exp(np.linspace(np.log(_LEAST), np.log(_MOST), 41))
    losses = [-np.log(probabilities(seen / each)[np.arange(len(wanted)), wanted] + 1e-12).mean() for each in tries]
    return float(tries[int(np.argmin(losses))])


def fit(logits: Array, labels: Array, wanted: float, recall: float) -> Calibration:
    """The calibration by held-out logits, with the threshold for a wanted precision and recall of what is out of scope."""
    heat = temperature(logits, labels)
    signs = _signs(logits / np.float32(heat))
    means, scales = signs.mean(axis=0), signs.std(axis=0) + 1e-9
    right = logits.argmax(axis=1) == labels
    outside = labels == OUT_OF_SCOPE
    counts = np.ones(len(labels))
    if outside.any():
        counts[outside] = max(1.0, 0.2 * (~outside).sum() / outside.sum())
    weights = _logistic((signs - means) / scales, right.astype(np.float64), counts)
    found = Calibration(heat, tuple(map(float, weights)), tuple(map(float, means)), tuple(map(float, scales)), 0.0)
    sure = found.confidence(logits)
    threshold = threshold_for(sure[~outside], right[~outside], wanted)
    if outside.any():
        threshold = max(threshold, float(np.quantile(sure[outside], recall)))
    else:
        threshold = max(threshold, float(np.quantile(sure, LEAST_SILENT)))
    return Calibration(found.temperature, found.weights, found.means, found.scales, min(threshold, 0.999))


def threshold_for(confidence: Array, right: Array, wanted: float) -> float:
    """The lowest threshold from which on the share of right ones is at least `wanted`; 0.999 where none is."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= wanted)
    return float(confidence[order[enough[-1]]]) if len(enough) else 0.999


def _logistic(signs: Array, right: Array, counts: Array) -> Array:
    """The weights of a logistic regression by Newton's method, the last one of the constant."""
    rows = np.concatenate([signs, np.ones((len(signs), 1))], axis=1)
    weights = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        found = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (counts * (found - right)) + _RIDGE * len(rows) * weights
        curve = (rows * (counts * found * (1 - found))[:, None]).T @ rows + _RIDGE * len(rows) * np.eye(rows.shape[1])
        weights = weights - np.linalg.solve(curve, slope)
    return weights
