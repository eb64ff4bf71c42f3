"""The codes that services publish are those that the events document."""

import json
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from aftercare_events import Event, EventPart
from aftercare_events.vocabulary import VOCABULARIES
from aftersale_svc.domain.cases.model import CaseState
from cs_svc.domain.state_names import CASE_STATES, ORDER_STATES
from event_vocabularies import vocabularies
from in_process_suite import InProcessSuite
from order_svc.domain.model import OrderState

OPENAPI = Path(__file__).parents[2] / "docs/openapi"
NOT_IN_THE_API = {
    *("DecisionCause", "EscalationCause", "DisputeEscalationCause", "EvidenceSide", "RefundCause", "ReceiptCause"),
    *("DeadlineEnd", "ExtensionCause", "ProposedAction", "ReleaseCause", "GuaranteeLateness"),
    *("OwedBackCause", "RefusedGoodsDelay", "GoodsOutcome", "MoneyOutcome", "ReceiverKind", "RatingDimension"),
    *("MerchantDimension", "ServiceDimension"),
    *("DisputeReleaseCause", "ReceiptExtendedBy", "OrdersEffect", "SanctionSubjectType"),
    *("ClockEnd", "LeaveCause", "OfferEnd", "PresenceCause", "LinkProof", "WakeCause", "ReferralLapse", "ServiceCause"),
    *("UnpackCause", "InterceptEndCause", "AuthorisationEndCause", "RegulatorAction"),
}
"""Vocabularies of fields that the REST API does not show as an enumeration."""
SERVICES = ("order_svc", "aftersale_svc", "cs_svc", "kb_svc", "analytics_svc")
PUBLISHED_AS = {"Reason": "CaseReason", "Stage": "CaseStage"}
"""The vocabulary of an enumeration that has a shorter name in its service."""
NOT_PUBLISHED = {"order_svc.domain.cases.CaseState", "order_svc.domain.cases.DisputeState"}
"""Enumerations with the name of a vocabulary that say something else: the states of a copy of another service's rows."""


def domain_enums() -> Iterator[tuple[str, type[StrEnum]]]:
    """Yield each enumeration of a domain, by the name of its module and its own."""
    for service in SERVICES:
        domain = import_module(f"{service}.domain")
        for found in walk_packages(domain.__path__, f"{domain.__name__}."):
            for each in vars(import_module(found.name)).values():
                if isinstance(each, type) and issubclass(each, StrEnum) and each.__module__ == found.name:
                    yield f"{found.name}.{each.__name__}", each


DOMAIN_ENUMS = dict(domain_enums())
PAIRS = {
    place: (vocabulary, own)
    for place, own in DOMAIN_ENUMS.items()
    if (vocabulary := VOCABULARIES.get(PUBLISHED_AS.get(own.__name__, own.__name__))) and place not in NOT_PUBLISHED
}


@pytest.mark.parametrize("place", PAIRS)
def test_an_enumeration_of_a_domain_has_the_codes_of_its_vocabulary(place: str) -> None:
    """They are written twice: ADR 35."""
    vocabulary, own = PAIRS[place]
    assert [code.value for code in own] == [code.value for code in vocabulary]


def test_people_read_a_name_for_every_state_of_orders_and_cases() -> None:
    """cs-svc writes them into messages, and knows the states by their codes alone."""
    assert list(ORDER_STATES) == [each.value for each in OrderState]
    assert CASE_STATES.keys() == {each.value for each in CaseState}


def test_the_exceptions_are_still_there() -> None:
    assert DOMAIN_ENUMS.keys() >= NOT_PUBLISHED
    assert PUBLISHED_AS.keys() <= {own.__name__ for own in DOMAIN_ENUMS.values()}


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
