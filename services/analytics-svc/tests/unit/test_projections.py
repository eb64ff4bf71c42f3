"""The row of the trace that an event becomes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aftercare_events import Envelope, OrderCancelled
from analytics_svc import projections
from analytics_svc.consumers import HANDLERS

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
FIELDS: dict[str, Any] = {
    "affected_party": "buyer-1",
    "applicant": "buyer-1",
    "handler": "seller-1",
    "time": NOON,
    "result": "cancelled",
    "order_id": "ord_1",
    "buyer_id": "buyer-1",
    "merchant_id": "m-1",
    "cause": "seller",
}


@pytest.fixture
def envelope() -> Envelope:
    event = OrderCancelled(**FIELDS)
    return Envelope.of(event, id=UUID(int=1), source="/order-svc", sequence=3, correlation_id="request-1")


def test_a_row_lists_every_document_and_party_once(envelope: Envelope) -> None:
    row = projections.trace_event(envelope, {**FIELDS, "refund_id": "ref_1", "payment_id": "pay_1"})
    assert row.documents == ["ord_1", "pay_1", "ref_1"]
    assert row.parties == ["buyer-1", "seller-1", "m-1"]


def test_a_missing_trace_field_is_unknown(envelope: Envelope) -> None:
    row = projections.trace_event(envelope, {"order_id": "ord_1"})
    assert {row.affected_party, row.applicant, row.handler, row.matter, row.result} == {"unknown"}
    assert (row.evidence, row.parties, row.case_id) == ([], [], None)


def test_events_of_one_transaction_have_one_work_id(envelope: Envelope) -> None:
    def work_id(**changes: Any) -> UUID:
        return projections.trace_event(replace(envelope, **changes), FIELDS).work_id

    same = work_id(id=UUID(int=2), sequence=4, type="OrderCompleted.v1")
    assert same == work_id()
    others = [
        work_id(source="/cs-svc"),
        work_id(correlation_id="request-2"),
        work_id(causation_id=str(UUID(int=9))),
    ]
    assert len({same, *others}) == 4


@pytest.mark.parametrize(
    ("value", "is_stored"),
    [("buyer-1", True), ("x" * 255, True), ("x" * 256, False), ("", False), ("a\0", False), (7, False), (None, False)],
)
def test_unvalidated_values_are_stored_where_they_are_like_ids(value: object, is_stored: bool) -> None:
    assert projections._is_id_or_code(value) is is_stored


def test_every_class_with_facts_has_a_base_that_is_consumed() -> None:
    consumed = [cls for cls in HANDLERS if cls is not Envelope]
    for cls in projections.FACT_UPDATES:
        assert any(issubclass(each, cls) for each in consumed), cls
