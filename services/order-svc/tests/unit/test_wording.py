"""Every event of an order, its payments and its parcels reads as a sentence, whatever facts its step has kept."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from aftercare_events import topics
from aftercare_events.catalogue.intercepts import FeePayer, InterceptEndCause, InterceptPurpose
from aftercare_events.catalogue.offline_refunds import OfflineRefundMethod
from aftercare_events.catalogue.order_after_sales import AfterSaleState
from aftercare_events.catalogue.orders import CancelCause, UnpackCause
from aftercare_events.catalogue.parcels import ParcelStatus, ReceiverKind
from aftercare_events.catalogue.stock import StockReleaseCause
from aftercare_events.event import Event
from aftercare_events.registry import EVENTS
from order_svc.domain import wording
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.steps import DETAILS, NOT_FOR_BUYERS, OrderStep

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OURS = {
    kind.__name__: kind
    for kind in EVENTS.values()
    if kind.TOPIC in (topics.ORDERS, topics.PAYMENTS, topics.PARCELS)
    and {"order_id", "buyer_id", "merchant_id"} <= kind.model_fields.keys()
}
CODES: dict[str, str] = {
    "currency": "CNY",
    "status": ParcelStatus.DELIVERED,
    "outcome": ParcelStatus.RETURNED,
    "kind": "presumed_lost",
    "delivered_to": ReceiverKind.LOCKER,
    "purpose": InterceptPurpose.CHANGE_ADDRESS,
    "fee_payer": FeePayer.BUYER,
    "outside": OfflineRefundMethod.CASH,
    "failure_code": FailureCode.UNITS_SHIPPED,
    "after_sale_state": AfterSaleState.IN_DISPUTE,
}


def value(name: str) -> Any:
    """An example of a fact, as steps keep it."""
    if name.endswith("_minor"):
        return 4200
    if name.endswith(("_at", "_until")):
        return NOW.isoformat()
    if name in ("days", "units"):
        return 2
    return CODES.get(name, "x1")


def step(event: str, *, role: str = "system", **details: Any) -> OrderStep:
    return OrderStep(
        id="step_1",
        order_id="ord_1",
        buyer_id="buyer-1",
        merchant_id="m-1",
        at=NOW,
        event=event,
        subject="ord_1",
        actor_id="someone",
        actor_role=role,
        result="progressed",
        details=details,
    )


def kept(kind: type[Event], *, optional: bool) -> dict[str, Any]:
    """The facts that the step of such an event keeps; without `optional` those alone that every such event has."""
    fields = kind.model_fields
    facts = {name: value(name) for name in DETAILS if name in fields and (optional or fields[name].is_required())}
    return facts | ({"units": 2} if optional and {"lines", "packages"} & fields.keys() else {})


@pytest.mark.parametrize("optional", [True, False], ids=["with every fact", "with the required facts"])
@pytest.mark.parametrize("event", sorted(OURS))
def test_every_event_of_an_order_has_its_sentence(event: str, optional: bool) -> None:
    facts = kept(OURS[event], optional=optional)
    fact, variants = wording._VARIANTS.get(event, ("cause", {}))
    for code in ["another", *variants]:
        found = wording.sentence(step(event, **facts | {fact: code}))
        assert "progressed" not in found.zh + found.en, f"{event} has no sentence in domain/wording.py"
        assert found.zh.endswith("。")
        assert found.en.endswith(".")
        for text in found:
            assert not re.findall(r"…|\[|\]|\{|  |[a-z]+_[a-z]+|\d{4}-\d\d-\d\dT", text), text


def test_only_known_events_have_sentences_or_are_kept_from_buyers() -> None:
    assert wording._STEPS.keys() == OURS.keys()
    assert wording._VARIANTS.keys() <= OURS.keys()
    assert OURS.keys() >= NOT_FOR_BUYERS
    assert set(DETAILS) <= {name for kind in OURS.values() for name in kind.model_fields}


@pytest.mark.parametrize(
    ("event", "codes"),
    [
        ("OrderCancelled", CancelCause),
        ("OrderAfterSaleChanged", AfterSaleState),
        ("StockReservationReleased", StockReleaseCause),
        ("InterceptEnded", InterceptEndCause),
    ],
)
def test_every_cause_has_a_sentence_of_its_own(event: str, codes: Any) -> None:
    fact = wording._VARIANTS[event][0]
    texts = {
        wording.sentence(step(event, **{fact: str(code), "carrier": "sf", "waybill_no": "73001"})) for code in codes
    }
    assert len(texts) == len(codes)
    assert wording.sentence(step("OrderUnpacked", cause=str(UnpackCause.LINES_CANCELLED))).en.startswith("Units")


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (wording._OUTSIDE, OfflineRefundMethod),
        (wording._RECEIVERS, ReceiverKind),
        (wording._PURPOSES, InterceptPurpose),
        (wording._PARTIES, FeePayer),
        (wording.PARCEL_STATUSES, ParcelStatus),
        (wording._FAILURES, FailureCode),
    ],
    ids=["methods outside", "receivers", "purposes", "payers", "statuses", "failures"],
)
def test_every_code_has_its_name(names: Any, codes: Any) -> None:
    assert {str(code) for code in codes} == {str(name) for name in names}


def test_what_a_reader_needs_is_in_the_sentence() -> None:
    english = {
        "The order was placed for 42.00 CNY. It is to be paid by 2026-03-02 17:00:00 Asia/Shanghai.": step(
            "OrderCreated", **kept(OURS["OrderCreated"], optional=True)
        ),
        "42.00 CNY were paid; 18.00 CNY are left to pay.": step(
            "OrderPartlyPaid", amount_minor=4200, left_minor=1800, currency="CNY"
        ),
        "The refund of 42.00 CNY failed: the units were shipped.": step(
            "RefundFailed", amount_minor=4200, currency="CNY", failure_code="units_shipped"
        ),
        "The refund of 42.00 CNY failed: the provider's code is do_not_honor.": step(
            "RefundFailed", amount_minor=4200, currency="CNY", failure_code="do_not_honor"
        ),
        "The merchant packed the order: 1 unit.": step("OrderPacked", role="seller", units=1),
        "The buyer extended the time to confirm the receipt by 3 days.": step("ReceiptExtended", role="buyer", days=3),
        "sf agreed to intercept waybill 73001 and send it back; the fee is 12.00 CNY, paid by the merchant.": step(
            "InterceptGranted",
            carrier="sf",
            waybill_no="73001",
            purpose="return_to_sender",
            fee_minor=1200,
            currency="CNY",
            fee_payer="merchant",
        ),
        "The order was cancelled by the buyer. The merchant keeps the deposit of 50.00 CNY.": step(
            "OrderCancelled", cause="buyer", deposit_kept_minor=5000, currency="CNY"
        ),
        "The refund of 42.00 CNY failed: the provider declined. 12.00 CNY of it were refunded.": step(
            "RefundFailed", amount_minor=4200, succeeded_minor=1200, currency="CNY", failure_code="declined"
        ),
    }
    assert [wording.sentence(each).en for each in english.values()] == list(english)


def test_a_step_without_facts_and_an_event_of_tomorrow_still_read() -> None:
    assert wording.sentence(step("OrderShipped")).en == "The order was shipped."
    assert wording.sentence(step("OrderTransferred")).en == "The order has progressed: progressed."
