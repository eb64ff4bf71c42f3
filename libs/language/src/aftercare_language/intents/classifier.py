"""A softmax regression on hashed features and, where there is an embedder, on the vector of the sentence. Deterministic: the same
examples give the same weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aftercare_language.intents.features import BUCKETS, features

Array: TypeAlias = NDArray[Any]  # Any: the kind of its numbers
OUT_OF_SCOPE = -1
"""The label of an example of what no intent is about: the classifier learns to be undecided about it."""
EPOCHS, BATCH, RATE, VECTOR_SCALE, SEED = 10, 32, 60.0, 2.0, 20_260
_LEAST_EXAMPLES = 2
UNKNOWN = 1.0
"""How much a feature that no example has adds to the length of a text, beside one of a single example."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Texts as numbers: the columns and values of each, one behind the other from `starts`, and their vectors or None."""

    columns: Array
    values: Array
    starts: Array
    vectors: Array | None

    def __len__(self) -> int:
        return len(self.starts) - 1

    def batch(self, rows: Array) -> tuple[Array, Array, Array | None]:
        """The columns that occur in these rows, a dense matrix of their values, and the vectors."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        places = np.repeat(self.starts[rows] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        places = places + np.arange(int(lengths.sum()))
        used, inverse = np.unique(self.columns[places], return_inverse=True)
        dense = np.zeros((len(rows), len(used)), dtype=np.float32)
        dense[np.repeat(np.arange(len(rows)), lengths), inverse] = self.values[places]
        return used, dense, None if self.vectors is None else self.vectors[rows]


@dataclass(frozen=True, slots=True)
class Encoder:
    """Which hashed features have a column, and how much each counts: the rarer, the more. `column_of` is -1 for all others.

    `center` is the mean of the examples' vectors, None where they have none. Vectors count by how they differ from it: those of some
    models, such as of the E5 family, all point in much the same direction.
    """

    column_of: Array
    weights: Array
    center: Array | None = None

    @classmethod
    def of(cls, found: Sequence[Sequence[int]], vectors: Array | None = None) -> "Encoder":
        """The encoder of these examples and their vectors; features of one example alone have no column."""
        frequencies = np.bincount(
            np.concatenate([np.asarray(each, dtype=np.int64) for each in found]), minlength=BUCKETS
        )
        least = _LEAST_EXAMPLES if len(found) > 200 else 1
        used = np.flatnonzero(frequencies >= least)
        column_of = np.full(BUCKETS, -1, dtype=np.int32)
        column_of[used] = np.arange(len(used), dtype=np.int32)
        rarity = np.log((len(found) + 1) / (frequencies[used] + 1)) + 1
        center = None if vectors is None else vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        return cls(column_of, rarity.astype(np.float32), center)

    def encode(self, found: Sequence[Sequence[int]], vectors: Array | None) -> Encoded:
        """These features as numbers; each text has the length 1."""
        columns, values, starts = [], [], [0]
        for each in found:
            of_text = self.column_of[np.asarray(each, dtype=np.int64)]
            of_text = of_text[of_text >= 0]
            weights = self.weights[of_text]
            # What no example has counts as the rarest: a text of which little is known is near to nothing.
            unknown = (len(each) - len(of_text)) * float(self.weights.max(initial=1.0)) ** 2
            length = float(np.sqrt((weights * weights).sum() + UNKNOWN * unknown))
            columns.append(of_text)
            values.append(weights / length if length else weights)
            starts.append(starts[-1] + len(of_text))
        return Encoded(np.concatenate(columns), np.concatenate(values), np.asarray(starts), self._scaled(vectors))

    def _scaled(self, vectors: Array | None) -> Array | None:
        if vectors is None or self.center is None:
            return None
        scaled: Array = (vectors.astype(np.float32) - self.center) * np.float32(VECTOR_SCALE)
        return scaled


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of the features and of the vector for each intent, and its bias."""

    of_features: Array
    of_vectors: Array | None
    bias: Array

    def logits(self, encoded: Encoded) -> Array:
        """How much each text is about each intent, a row per text."""
        found = np.empty((len(encoded), len(self.bias)), dtype=np.float32)
        for first in range(0, len(encoded), BATCH):
            rows = np.arange(first, min(first + BATCH, len(encoded)))
            found[rows] = self._of_batch(*encoded.batch(rows))
        return found

    def _of_batch(self, used: Array, dense: Array, vectors: Array | None) -> Array:
        logits: Array = dense @ self.of_features[used].astype(np.float32) + self.bias
        return logits if self.of_vectors is None or vectors is None else logits + vectors @ self.of_vectors


def train(encoded: Encoded, labels: Array, intents: int, rows: Array) -> Weights:
    """The weights by these rows of the examples: gradient descent in small steps, in an order that is always the same."""
    columns = int(encoded.columns.max()) + 1 if len(encoded.columns) else 1
    weights = Weights(
        np.zeros((columns, intents), dtype=np.float32),
        None if encoded.vectors is None else np.zeros((encoded.vectors.shape[1], intents), dtype=np.float32),
        np.zeros(intents, dtype=np.float32),
    )
    order, steps = np.random.default_rng(SEED), EPOCHS
    if len(rows) < 4_000:
        steps = min(60, EPOCHS * 4_000 // max(1, len(rows)))
    for epoch in range(steps):
        shuffled, rate = order.permutation(rows), RATE * (1 - epoch / steps)
        for first in range(0, len(shuffled), BATCH):
            _step(weights, encoded, labels, shuffled[first : first + BATCH], rate)
    return weights


def _step(weights: Weights, encoded: Encoded, labels: Array, rows: Array, rate: float) -> None:
    used, dense, vectors = encoded.batch(rows)
    change = probabilities(weights._of_batch(used, dense, vectors))
    wanted = labels[rows]
    within = np.flatnonzero(wanted != OUT_OF_SCOPE)
    change[within, wanted[within]] -= 1
    change[wanted == OUT_OF_SCOPE] -= np.float32(1 / change.shape[1])
    change *= np.float32(rate / BATCH)
    weights.of_features[used] -= dense.T @ change
    if weights.of_vectors is not None and vectors is not None:
        weights.of_vectors[...] -= vectors.T @ change
    weights.bias[...] -= np.float32(0.1) * change.sum(0)


def probabilities(logits: Array) -> Array:
    """The softmax of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Array = powers / powers.sum(axis=1, keepdims=True)
    return found


def found_features(texts: Sequence[str]) -> list[list[int]]:
    """The features of each text."""
    return [features(text) for text in texts]
