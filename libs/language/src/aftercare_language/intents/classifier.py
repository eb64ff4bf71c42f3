"""A softmax regression on hashed features; with that of the sentence's vector (`vector_classifier`) it is one model. Deterministic: the
same examples give the same weights."""

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
DROPPED = 0.5
"""The share of the features that each step of the training leaves out, so that none alone decides."""
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

    def batch(self, rows: Array, dropping: np.random.Generator | None = None) -> tuple[Array, Array, Array | None]:
        """The columns that occur in these rows, a dense matrix of their values, and the vectors. With `dropping`, values are left out
        at random, and the others grow by as much."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        places = np.repeat(self.starts[rows] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        places = places + np.arange(int(lengths.sum()))
        used, inverse = np.unique(self.columns[places], return_inverse=True)
        dense = np.zeros((len(rows), len(used)), dtype=np.float32)
        values = self.values[places]
        if dropping is not None:
            values = values * (dropping.random(len(values)) >= DROPPED) / np.float32(1 - DROPPED)
        dense[np.repeat(np.arange(len(rows)), lengths), inverse] = values
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

    def logits(self, encoded: Encoded, rows: Array | None = None) -> Array:
        """How much each text, or each of these rows, is about each intent: a row per text."""
        rows = np.arange(len(encoded)) if rows is None else rows
        found = np.empty((len(rows), len(self.bias)), dtype=np.float32)
        for first in range(0, len(rows), BATCH):
            found[first : first + BATCH] = self._of_batch(*encoded.batch(rows[first : first + BATCH]))
        return found

    def _of_batch(self, used: Array, dense: Array, vectors: Array | None) -> Array:
        logits: Array = dense @ self.of_features[used].astype(np.float32) + self.bias
        return logits if self.of_vectors is None or vectors is None else logits + vectors @ self.of_vectors


def train(encoded: Encoded, labels: Array, intents: int, rows: Array) -> Weights:
    """The weights of the features by these rows of the examples: gradient descent in small steps, in an order that is always the same."""
    columns = int(encoded.columns.max()) + 1 if len(encoded.columns) else 1
    weights = Weights(np.zeros((columns, intents), dtype=np.float32), None, np.zeros(intents, dtype=np.float32))
    random, epochs = np.random.default_rng(SEED), EPOCHS
    if len(rows) < 4_000:
        epochs = min(60, EPOCHS * 4_000 // max(1, len(rows)))
    for epoch in range(epochs):
        shuffled, rate = random.permutation(rows), RATE * (1 - epoch / epochs)
        for first in range(0, len(shuffled), BATCH):
            _step(weights, encoded, labels, shuffled[first : first + BATCH], rate, random)
    return weights


def _step(
    weights: Weights, encoded: Encoded, labels: Array, rows: Array, rate: float, random: np.random.Generator
) -> None:
    used, dense, _ = encoded.batch(rows, random)
    change = surplus(weights._of_batch(used, dense, None), labels[rows]) * np.float32(rate / BATCH)
    weights.of_features[used] -= dense.T @ change
    weights.bias[...] -= np.float32(0.1) * change.sum(0)


def surplus(logits: Array, wanted: Array) -> Array:
    """By how much each probability is above what it should be: 1 for the intent of the row, the same for all where it is out of scope."""
    found = probabilities(logits)
    within = np.flatnonzero(wanted != OUT_OF_SCOPE)
    found[within, wanted[within]] -= 1
    found[wanted == OUT_OF_SCOPE] -= np.float32(1 / found.shape[1])
    return found


def probabilities(logits: Array) -> Array:
    """The softmax of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Array = powers / powers.sum(axis=1, keepdims=True)
    return found


def found_features(texts: Sequence[str]) -> list[list[int]]:
    """The features of each text."""
    return [features(text) for text in texts]
