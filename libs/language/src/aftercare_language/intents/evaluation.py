"""`python -m aftercare_language.intents.evaluation SET.json [VECTORS.npy]`: how well a model of a set answers texts that it has not seen.

The set is a JSON object of lists of `[text, intent]`: `train` and `test`, and `oos_train` and `oos_test`, which may be missing, of
what is out of scope. That is the form of several public sets. The vectors are rows of the texts of `train`, `oos_train`, `test` and
`oos_test`, in this order, by the embedder that is to be judged; without them the model knows words alone.
"""

import json
import sys
from itertools import repeat
from pathlib import Path
from time import process_time
from typing import Any, TypeAlias

import numpy as np

from aftercare_language.intents.classifier import OUT_OF_SCOPE, Array
from aftercare_language.intents.training import Examples, trained

Pairs: TypeAlias = list[tuple[str, str]]


# Any: JSON
def evaluated(found: dict[str, Any], vectors: Array | None = None, precision: float = 0.967) -> dict[str, float]:
    """The shares of a set's test texts that are answered, right among those, and silent out of scope; and CPU seconds."""
    train: Pairs = found["train"]
    outside: Pairs = found.get("oos_train", [])
    names = tuple(sorted({name for _, name in train}))
    number = {name: at for at, name in enumerate(names)}
    began = process_time()
    model, report = trained(
        Examples(
            intents=names,
            texts=[text for text, _ in train + outside],
            labels=[number[name] for _, name in train] + [OUT_OF_SCOPE] * len(outside),
            vectors=None if vectors is None else vectors[: len(train) + len(outside)],
            precision=precision,
        )
    )
    seconds, began = process_time() - began, process_time()
    rest = iter(repeat(None) if vectors is None else vectors[len(train) + len(outside) :])
    test = [(model.find(text, next(rest)), name) for text, name in found["test"]]
    asked = (process_time() - began) / max(1, len(test))
    right = [each.intents[0][0] == name for each, name in test if each.answered]
    silent = [not model.find(text, next(rest)).answered for text, _ in found.get("oos_test", [])]
    return {
        "training_seconds": round(seconds, 1),
        "question_ms": round(asked * 1000, 2),
        "accuracy": _share([each.intents[0][0] == name for each, name in test]),
        "answered": round(len(right) / max(1, len(test)), 4),
        "accuracy_of_answered": _share(right),
        "out_of_scope_recall": _share(silent),
        "expected_answered": report["coverage"],
        "threshold": report["threshold"],
    }


def _share(which: list[bool]) -> float:
    return round(sum(which) / max(1, len(which)), 4)


def main() -> None:
    """Print the figures of the set."""
    path, *others = sys.argv[1:]
    vectors = np.load(others[0], allow_pickle=False) if others else None
    print(json.dumps(evaluated(json.loads(Path(path).read_text(encoding="utf-8")), vectors)))


if __name__ == "__main__":
    main()
