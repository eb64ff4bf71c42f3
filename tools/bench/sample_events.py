"""Events as the suite publishes them: orders that are paid, delivered and refunded, with eight events each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aftercare_chassis.ids import Uuid7Ids
from aftercare_events import EVENTS, Envelope

LINE = {
    "line_id": "l-1",
    "sku": "TEA-1",
    "quantity": 2,
    "unit_price_minor": 9900,
    "discount_minor": 0,
    "paid_minor": 19800,
}
MONEY = {"currency": "CNY", "total_minor": 19800, "shipping_fee_minor": 0, "lines": [LINE]}
ASKED = {"reason": "quality_defect", "stage": "post_receipt", "lines": [], "requested_minor": 19800, "currency": "CNY"}
DONE = {"refunded_minor": 19800, "currency": "CNY", "lines": []}
EACH = 8  # events of one order, its case and its payment


def sample_events(number: int) -> Iterator[list[Envelope]]:
    """The events of this number of orders, in the order in which they happen."""
    ids = Uuid7Ids()
    for _ in range(number):
        yield _events_of(ids, uuid4().hex)


def _events_of(ids: Uuid7Ids, mark: str) -> list[Envelope]:
    now, buyer = datetime.now(UTC), f"buyer-{mark[:2]}"
    six = {"affected_party": buyer, "applicant": buyer, "handler": "system", "result": "created", "time": now}
    trace, made = f"00-{mark}-{mark[:16]}-01", []
    for name, sequence, fields in _fields(mark, buyer, now):
        event = EVENTS[f"{name}.v1"].model_validate({**six, **fields})
        source = f"/{event.TOPIC.writer}"
        envelope = Envelope.of(
            event, id=ids.uuid7(), source=source, sequence=sequence, correlation_id=mark, traceparent=trace
        )
        made.append(envelope)
    return made


def _fields(mark: str, buyer: str, now: datetime) -> list[tuple[str, int, dict[str, Any]]]:
    order = {"order_id": f"ord_{mark}", "buyer_id": buyer, "merchant_id": "m-1"}
    case = {**order, "case_id": f"case_{mark}", "case_type": "refund_only"}
    payment = {"payment_id": f"pay_{mark}", "provider": "sim"}
    refund = {"refund_id": f"ref_{mark}", "payment_id": f"pay_{mark}", "amount_minor": 19800, "currency": "CNY"}
    done = {"case_id": case["case_id"], "provider": "sim", "refunded_minor": 19800}
    return [
        ("OrderCreated", 1, {**order, **MONEY}),
        ("OrderPaid", 2, {**order, **MONEY, **payment, "paid_at": now}),
        ("OrderDelivered", 3, {**order, "delivered_at": now}),
        ("AfterSaleRequested", 1, {**case, **ASKED, "state": "pending_review"}),
        ("AfterSaleApproved", 2, {**case, "state": "approved", "cause": "decision"}),
        ("RefundRequested", 3, {**case, **refund, "state": "refunding", "cause": "approval"}),
        ("RefundSucceeded", 1, {**order, **refund, **done}),
        ("AfterSaleCompleted", 4, {**case, **DONE, "state": "completed"}),
    ]
