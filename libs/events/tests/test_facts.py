"""Facts for consumers: taken from their own field, and from the old words in events without it."""

from typing import Any

import pytest
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleFrozen,
    AfterSaleRequested,
    AfterSaleResumed,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    Event,
    ParcelStatusChanged,
    RefundFailed,
    RefundRequested,
)
from aftercare_events.catalogue.cases import CaseState, GoodsOutcome
from aftercare_events.catalogue.disputes import DisputeState
from aftercare_events.catalogue.parcels import ParcelStatus
from captured_events import captured


def old(cls: type[Event], **changed: Any) -> Any:
    """Return an event as it was published before the fields for facts existed."""
    return cls.model_validate({**captured(cls.type_name()), **changed})


@pytest.mark.parametrize("cls", [AfterSaleCompleted, AfterSaleClosed, AfterSaleCancelled])
def test_a_case_has_ended_with_its_last_event(cls: type[Event]) -> None:
    assert old(cls).is_terminal


@pytest.mark.parametrize("cls", [AfterSaleRequested, AfterSaleApproved, AfterSaleFrozen, AfterSaleResumed])
def test_a_case_has_not_ended_before(cls: type[Event]) -> None:
    assert not old(cls).is_terminal


@pytest.mark.parametrize("state", CaseState)
def test_every_state_of_a_case_is_an_end_or_is_not(state: CaseState) -> None:
    ended = old(AfterSaleApproved, state=state).is_terminal
    assert ended == (state in {"completed", "closed", "cancelled"})


def test_an_unknown_state_is_an_end_only_by_the_field_terminal() -> None:
    assert not old(AfterSaleApproved, state="await_reship").is_terminal
    assert old(AfterSaleApproved, state="settled_offline", terminal=True).is_terminal
    assert not old(AfterSaleApproved, state="closed", terminal=False).is_terminal


@pytest.mark.parametrize(
    ("case_type", "goods"), [("refund_only", GoodsOutcome.KEEP), ("return_refund", GoodsOutcome.RETURN)]
)
def test_goods_of_an_old_case_follow_from_its_type(case_type: str, goods: str) -> None:
    assert old(AfterSaleRequested, case_type=case_type).goods_outcome == goods


@pytest.mark.parametrize("goods", ["exchange", "repair", "keep", "compost"])
def test_goods_are_what_their_field_has(goods: str) -> None:
    assert old(AfterSaleRequested, case_type="return_refund", goods=goods).goods_outcome == goods


@pytest.mark.parametrize(("state", "rejected"), [("rejected", True), ("pending_review", False), ("refunding", False)])
def test_a_resumed_case_is_rejected_by_its_state(state: str, rejected: bool) -> None:
    assert old(AfterSaleResumed, state=state).is_rejected == rejected
    assert old(AfterSaleResumed, state=state, rejected=not rejected).is_rejected != rejected


@pytest.mark.parametrize(
    ("stage", "before"), [("pre_ship", True), ("in_transit", False), ("post_receipt", False), (None, False)]
)
def test_a_refund_is_before_shipment_by_its_stage(stage: str | None, before: bool) -> None:
    assert old(RefundRequested, stage=stage).is_before_shipment == before
    assert old(RefundRequested, stage=stage, before_shipment=not before).is_before_shipment != before


@pytest.mark.parametrize(("code", "shipped"), [("units_shipped", True), ("refund_declined", False)])
def test_a_refund_failed_since_units_had_left_by_its_code(code: str, shipped: bool) -> None:
    assert old(RefundFailed, failure_code=code).is_already_shipped == shipped
    assert old(RefundFailed, failure_code=code, already_shipped=not shipped).is_already_shipped != shipped


@pytest.mark.parametrize("status", ParcelStatus)
def test_a_parcel_was_scanned_unless_its_status_shows_nothing(status: ParcelStatus) -> None:
    event = old(ParcelStatusChanged, status=status)
    assert event.is_scanned == (status not in {"pending", "unknown", "cancelled"})
    assert event.is_delivered == (status == "delivered")


def test_a_parcels_facts_outrank_its_status() -> None:
    event = old(ParcelStatusChanged, status="handed_to_drone", scanned=False, delivered=True)
    assert not event.is_scanned
    assert event.is_delivered
    assert old(ParcelStatusChanged, status="handed_to_drone").is_scanned


@pytest.mark.parametrize(("cls", "ended"), [(DisputeOpened, False), (DisputeExecuted, True), (DisputeWithdrawn, True)])
def test_a_dispute_has_ended_by_its_state(cls: type[Event], ended: bool) -> None:
    assert old(cls).is_terminal == ended
    assert old(cls, terminal=not ended).is_terminal != ended


@pytest.mark.parametrize("state", DisputeState)
def test_every_state_of_a_dispute_is_an_end_or_is_not(state: DisputeState) -> None:
    assert old(DisputeOpened, state=state).is_terminal == (state in {"executed", "settled", "withdrawn"})
