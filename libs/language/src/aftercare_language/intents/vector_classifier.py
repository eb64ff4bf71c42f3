"""A softmax regression on the vectors of sentences, trained apart from that of words, and both as one model. Deterministic.

One training of both lets the words, which fit the examples soon, leave nothing for the vectors to learn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aftercare_language.intents.calibration import temperature
from aftercare_language.intents.classifier import OUT_OF_SCOPE, Array, Encoded, Weights, probabilities, surplus

EPOCHS, BATCH, RATE, DROPPED, SEED = 20, 64, 1e-3, 0.2, 20_261
SHARES = (0.2, 0.275, 0.35, 0.425, 0.5, 0.65)
"""How much the words may count beside the vectors: what fits held-out examples best is taken."""
_KEPT, _KEPT_SQUARES, _LEAST = 0.9, 0.99, 1e-8


@dataclass(frozen=True, slots=True)
class VectorWeights:
    """The weights of the vector for each intent, and its bias."""

    of_vectors: Array
    bias: Array

    def logits(self, encoded: Encoded, rows: Array) -> Array:
        """How much each of these rows is about each intent."""
        found: Array = _vectors(encoded)[rows] @ self.of_vectors + self.bias
        return found


class _Adam:
    """Steps of gradient descent with a rate of its own for each weight (Kingma and Ba, 2014)."""

    def __init__(self, weights: Sequence[Array]) -> None:
        self._weights, self._done = weights, 0
        self._means, self._squares = (
            [np.zeros_like(each) for each in weights],
            [np.zeros_like(each) for each in weights],
        )

    def step(self, slopes: Sequence[Array], rate: float) -> None:
        self._done += 1
        full, full_squares = 1 - _KEPT**self._done, 1 - _KEPT_SQUARES**self._done
        for weights, slope, mean, square in zip(self._weights, slopes, self._means, self._squares, strict=True):
            mean += np.float32(1 - _KEPT) * (slope - mean)
            square += np.float32(1 - _KEPT_SQUARES) * (slope * slope - square)
            size = np.sqrt(square / np.float32(full_squares)) + np.float32(_LEAST)
            weights -= np.float32(rate / full) * mean / size


def train(encoded: Encoded, labels: Array, intents: int, rows: Array) -> VectorWeights:
    """The weights of the vectors by these rows of the examples."""
    vectors = _vectors(encoded)
    spread = np.float32(vectors.std()) or np.float32(1)
    scaled = vectors / spread
    weights, bias = np.zeros((scaled.shape[1], intents), dtype=np.float32), np.zeros(intents, dtype=np.float32)
    adam, random = _Adam((weights, bias)), np.random.default_rng(SEED)
    epochs = max(EPOCHS, min(200, EPOCHS * 1_000 // max(1, len(rows))))
    for epoch in range(epochs):
        shuffled = random.permutation(rows)
        for first in range(0, len(shuffled), BATCH):
            at = shuffled[first : first + BATCH]
            kept = random.random((len(at), scaled.shape[1]), dtype=np.float32) >= DROPPED
            seen = scaled[at] * kept / np.float32(1 - DROPPED)
            change = surplus(seen @ weights + bias, labels[at]) / np.float32(len(at))
            adam.step((seen.T @ change, change.sum(0)), RATE * (1 - epoch / epochs))
    return VectorWeights(weights / spread, bias)


def _vectors(encoded: Encoded) -> Array:
    assert encoded.vectors is not None, "there is nothing to train of"
    return encoded.vectors


@dataclass(frozen=True, slots=True)
class Mixture:
    """By what the logits of words and those of vectors are multiplied before they are added."""

    of_words: float
    of_vectors: float

    def logits(self, words: Array, vectors: Array) -> Array:
        """The logits of both."""
        found: Array = np.float32(self.of_words) * words + np.float32(self.of_vectors) * vectors
        return found

    def weights(self, words: Weights, vectors: VectorWeights) -> Weights:
        """The weights of both as those of one model."""
        of_words, of_vectors = np.float32(self.of_words), np.float32(self.of_vectors)
        return Weights(
            words.of_features * of_words,
            vectors.of_vectors * of_vectors,
            words.bias * of_words + vectors.bias * of_vectors,
        )


def mixed(words: Array, vectors: Array, labels: Array) -> Mixture:
    """The mixture of held-out logits that fits the labels best; what is out of scope does not count."""
    heat_of_words, heat_of_vectors = temperature(words, labels), temperature(vectors, labels)
    tried = [Mixture(share / heat_of_words, (1 - share) / heat_of_vectors) for share in SHARES]
    losses = [_loss(each.logits(words, vectors), labels) for each in tried]
    return tried[int(np.argmin(losses))]


def _loss(logits: Array, labels: Array) -> float:
    within = np.flatnonzero(labels != OUT_OF_SCOPE)
    likely = probabilities(logits[within] / np.float32(temperature(logits, labels)))
    return float(-np.log(likely[np.arange(len(within)), labels[within]] + 1e-12).mean())
