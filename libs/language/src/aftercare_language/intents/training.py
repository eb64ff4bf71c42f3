"""Training and its evaluation: `python -m aftercare_language.intents.training` reads examples and writes a model, in a process of its own."""

import base64
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np

from aftercare_language.intents import classifier, vector_classifier
from aftercare_language.intents.calibration import Calibration, fit
from aftercare_language.intents.classifier import OUT_OF_SCOPE, Array, Encoded, Encoder, found_features, probabilities
from aftercare_language.intents.model import Model, digest_of

PARTS, MOST_CONFUSIONS, BINS = 4, 20, 10
_SEED = 1
Report: TypeAlias = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts with the number of their intent, or OUT_OF_SCOPE, and their vectors where there is an embedder.

    `precision` is the share of right answers that is wanted among those given, `recall` that of what is out of scope and not answered.
    """

    intents: tuple[str, ...]
    texts: list[str]
    labels: list[int]
    vectors: Array | None = None
    precision: float = 0.967
    recall: float = 0.92


def trained(examples: Examples) -> tuple[Model, Report]:
    """The model of these examples, and its report by cross-validation. The same examples give the same model."""
    found, labels = found_features(examples.texts), np.asarray(examples.labels, dtype=np.int64)
    encoder = Encoder.of(found, examples.vectors)
    encoded = encoder.encode(found, examples.vectors)
    logits, weights = _fitted(classifier.train, encoded, labels, len(examples.intents))
    if examples.vectors is not None:
        of_vectors, vector_weights = _fitted(vector_classifier.train, encoded, labels, len(examples.intents))
        mixture = vector_classifier.mixed(logits, of_vectors, labels)
        logits, weights = mixture.logits(logits, of_vectors), mixture.weights(weights, vector_weights)
    calibration = fit(logits, labels, examples.precision, examples.recall)
    return Model(examples.intents, encoder, weights, calibration), _report(examples, logits, labels, calibration)


class _Fitted(Protocol):
    def logits(self, encoded: Encoded, rows: Array) -> Array: ...


_W = TypeVar("_W", bound=_Fitted)


def _fitted(
    train: Callable[[Encoded, Array, int, Array], _W], encoded: Encoded, labels: Array, intents: int
) -> tuple[Array, _W]:
    """The logits of each example by weights of the other parts, and the weights of all examples."""
    logits, part_of = np.zeros((len(labels), intents), dtype=np.float32), _parts(labels)
    for part in range(PARTS):
        held, others = np.flatnonzero(part_of == part), np.flatnonzero(part_of != part)
        if len(held):
            logits[held] = train(encoded, labels, intents, others).logits(encoded, held)
    return logits, train(encoded, labels, intents, np.arange(len(labels)))


def _parts(labels: Array) -> Array:
    """The part of each example: those of an intent are spread over all of them, in an order that is always the same."""
    order = np.random.default_rng(_SEED).permutation(len(labels))
    sorted_order = order[np.argsort(labels[order], kind="stable")]
    parts = np.empty(len(labels), dtype=np.int64)
    parts[sorted_order] = np.arange(len(labels)) % PARTS
    return parts


def _report(examples: Examples, logits: Array, labels: Array, calibration: Calibration) -> Report:
    sure, first = calibration.confidence(logits), logits.argmax(axis=1)
    within = labels != OUT_OF_SCOPE
    answered, right = sure >= calibration.threshold, first == labels
    given = answered & within
    return {
        "examples": int(within.sum()),
        "out_of_scope_examples": int((~within).sum()),
        "intents": len(examples.intents),
        "parts": PARTS,
        "accuracy": _share(right[within]),
        "coverage": _share(answered[within]),
        "accuracy_of_answered": _share(right[given]),
        "out_of_scope_recall": _share(~answered[~within]),
        "wanted_precision": examples.precision,
        "wanted_out_of_scope_recall": examples.recall,
        "threshold": round(calibration.threshold, 4),
        "temperature": round(calibration.temperature, 4),
        "confusions": _confusions(examples.intents, first[within], labels[within]),
        "reliability": _reliability(sure, right),
        "calibration_error": _calibration_error(sure, right),
        "loss": round(float(-np.log(_of_label(logits / np.float32(calibration.temperature), labels) + 1e-9).mean()), 4),
        "with_vectors": examples.vectors is not None,
    }


def _of_label(logits: Array, labels: Array) -> Array:
    within = np.flatnonzero(labels != OUT_OF_SCOPE)
    found: Array = probabilities(logits[within])[np.arange(len(within)), labels[within]]
    return found


def _share(which: Array) -> float | None:
    return round(float(which.mean()), 4) if len(which) else None


def _confusions(intents: tuple[str, ...], first: Array, labels: Array) -> list[Report]:
    """The pairs of intents that are taken for each other most often, an example of one for the other."""
    wrong = first != labels
    pairs, counts = np.unique(np.stack([labels[wrong], first[wrong]], axis=1), axis=0, return_counts=True)
    most = np.argsort(-counts, kind="stable")[:MOST_CONFUSIONS]
    return [
        {"intent": intents[pairs[at][0]], "taken_for": intents[pairs[at][1]], "times": int(counts[at])} for at in most
    ]


def _bins(sure: Array) -> list[tuple[float, float, Array]]:
    edges = np.linspace(0, 1, BINS + 1)
    return [
        (float(low), float(high), (sure >= low) & ((sure < high) | (high == edges[-1])))
        for low, high in pairwise(edges)
    ]


def _reliability(sure: Array, right: Array) -> list[Report]:
    """By confidence: how many held-out examples had it, how sure it was, and how often it was right."""
    return [
        {
            "from": round(low, 2),
            "to": round(high, 2),
            "examples": int(which.sum()),
            "confidence": _share(sure[which]),
            "right": _share(right[which]),
        }
        for low, high, which in _bins(sure)
    ]


def _calibration_error(sure: Array, right: Array) -> float:
    gaps = [
        abs(float(sure[which].mean() - right[which].mean())) * which.sum() for _, _, which in _bins(sure) if which.any()
    ]
    return round(float(sum(gaps) / max(1, len(sure))), 4)


def read(request: bytes) -> Examples:
    """The examples of a request to the process."""
    found = json.loads(request)
    vectors = found.pop("vectors")
    if vectors is not None:
        rows = np.frombuffer(base64.b64decode(vectors), dtype=np.float32)
        vectors = rows.reshape(len(found["texts"]), -1)
    return Examples(**{**found, "intents": tuple(found["intents"])}, vectors=vectors)


def written(model: Model, report: Report) -> bytes:
    """The model and its report as the process writes them: a line of JSON, then the bytes of the model."""
    stored = model.to_bytes()
    head = {**report, "weights_hash": digest_of(stored)}
    return json.dumps(head, ensure_ascii=False).encode() + b"\n" + stored


def main() -> None:
    """Read examples from the standard input and write the model to the standard output."""
    sys.stdout.buffer.write(written(*trained(read(sys.stdin.buffer.read()))))


if __name__ == "__main__":
    main()
