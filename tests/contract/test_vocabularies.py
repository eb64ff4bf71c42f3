"""The codes that services publish are those that the events document."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aftercare_events import Event, EventPart
from aftercare_events.vocabulary import VOCABULARIES, vocabularies
from in_process_suite import InProcessSuite

OPENAPI = Path(__file__).parents[2] / "docs/openapi"
NOT_IN_THE_API = {
    *("DecisionCause", "EscalationCause", "DisputeEscalationCause", "EvidenceSide", "RefundCause", "ReceiptCause"),
    *("GoodsOutcome", "MoneyOutcome", "ReceiverKind", "RatingDimension"),
}
"""Vocabularies of fields that the REST API does not show as an enumeration."""


async def test_every_published_code_is_in_its_vocabulary(suite: InProcessSuite) -> None:
    for envelope in suite.log:
        event = envelope.event()
        assert event is not None
        unknown = {place: code for place, code, known in codes(event) if code not in known}
        assert not unknown, envelope.type


@pytest.mark.parametrize("name", sorted(VOCABULARIES.keys() - NOT_IN_THE_API))
def test_the_api_enumerates_the_same_codes(name: str) -> None:
    documents = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in OPENAPI.glob("*.json")}
    assert set(VOCABULARIES[name]) in [found for document in documents.values() for found in enumerations(document)]


def codes(model: Event | EventPart) -> Iterator[tuple[str, str, set[str]]]:
    """Yield each code in the event and in its parts: where it is, the code, and the codes of the vocabulary."""
    for field, vocabulary in vocabularies(type(model)).items():
        if getattr(model, field) is not None:
            yield field, getattr(model, field), set(vocabulary)
    for field, value in model:
        for part in value if isinstance(value, tuple) else ():
            if isinstance(part, EventPart):
                yield from ((f"{field}[].{place}", code, known) for place, code, known in codes(part))


def enumerations(node: Any) -> Iterator[set[str]]:
    """Yield the values of each `enum` in a document."""
    if isinstance(node, dict):
        if "enum" in node:
            yield set(node["enum"])
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from enumerations(each)
