"""A trained model of one language: from bytes and to bytes, and what it finds in a text."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from aftercare_language.intents.calibration import Calibration
from aftercare_language.intents.classifier import Array, Encoder, Weights, probabilities
from aftercare_language.intents.features import features

MOST_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """The intents of a text with their probabilities, likeliest first, and how likely the first one is right."""

    intents: tuple[tuple[str, float], ...]
    confidence: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Model:
    """The classifier and the calibration of one language."""

    intents: tuple[str, ...]
    encoder: Encoder
    weights: Weights
    calibration: Calibration

    @property
    def has_vectors(self) -> bool:
        """Whether it needs the vector of a text."""
        return self.weights.of_vectors is not None

    def find(self, text: str, vector: Sequence[float] | None = None) -> Finding:
        """What the text is about. `vector` is needed by a model that has vectors."""
        vectors = None if vector is None else np.asarray([vector], dtype=np.float32)
        logits = self.weights.logits(self.encoder.encode([features(text)], vectors))
        sure = float(self.calibration.confidence(logits)[0])
        likely = probabilities(logits / np.float32(self.calibration.temperature))[0]
        first = np.argsort(-likely, kind="stable")[:MOST_ALTERNATIVES]
        found = tuple((self.intents[at], float(likely[at])) for at in first)
        return Finding(found, sure, sure >= self.calibration.threshold)

    def to_bytes(self) -> bytes:
        """The model as bytes, which are the same for the same model."""
        out, vectors = io.BytesIO(), self.weights.of_vectors
        head = json.dumps({"intents": self.intents, "calibration": asdict(self.calibration)}, ensure_ascii=False)
        np.savez_compressed(
            out,
            head=np.frombuffer(head.encode(), dtype=np.uint8),
            column_of=self.encoder.column_of,
            rarity=self.encoder.weights,
            of_features=self.weights.of_features.astype(np.float16),
            center=np.zeros(0, dtype=np.float32) if self.encoder.center is None else self.encoder.center,
            of_vectors=np.zeros((0, 0), dtype=np.float32) if vectors is None else vectors,
            bias=self.weights.bias,
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """The model of these bytes."""
        with np.load(io.BytesIO(stored), allow_pickle=False) as found:
            head = json.loads(found["head"].tobytes())
            stored_calibration = head["calibration"]
            calibration = Calibration(
                temperature=stored_calibration["temperature"],
                weights=tuple(stored_calibration["weights"]),
                means=tuple(stored_calibration["means"]),
                scales=tuple(stored_calibration["scales"]),
                threshold=stored_calibration["threshold"],
            )
            vectors: Array = found["of_vectors"]
            center = found["center"] if "center" in found else np.zeros(0, dtype=np.float32)  # older models have none
            return cls(
                tuple(head["intents"]),
                Encoder(found["column_of"], found["rarity"], center if center.size else None),
                Weights(found["of_features"], vectors if vectors.size else None, found["bias"]),
                calibration,
            )


def digest_of(stored: bytes) -> str:
    """The digest of a stored model: equal for equal weights."""
    return f"sha256:{hashlib.sha256(stored).hexdigest()}"
