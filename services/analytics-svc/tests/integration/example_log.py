"""Example events as five services publish them, with their causes and the transactions that they share."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS, Envelope, Event

START = datetime(2026, 3, 4, 8, tzinfo=UTC)


class ExampleLog:
    """Records events one minute apart, and delivers them to a service."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self._sequences: Counter[str] = Counter()
        self.now = START

    def record(
        self, name: str, *, caused_by: Envelope | None = None, same_work_as: Envelope | None = None, **fields: Any
    ) -> Envelope:
        """Record an event, caused by another one, or in the same transaction as another one."""
        if same_work_as is None:
            self.now += timedelta(minutes=1)
        event = self._event(name, fields)
        self._sequences[event.aggregate_id] += 1
        number = len(self.envelopes) + 1
        origin = same_work_as or caused_by
        envelope = Envelope.of(
            event,
            id=UUID(int=number),
            source=f"/{event.TOPIC.writer}",
            sequence=self._sequences[event.aggregate_id],
            correlation_id=origin.correlation_id if origin else f"{number:032x}",
            causation_id=same_work_as.causation_id if same_work_as else str(caused_by.id) if caused_by else None,
        )
        self.envelopes.append(envelope)
        return envelope

    def _event(self, name: str, fields: dict[str, Any]) -> Event:
        trace_fields = {
            "affected_party": "buyer-1",
            "applicant": "buyer-1",
            "handler": "system",
            "time": self.now,
            "result": "done",
            "evidence": ("sha256:00",),
        }
        usual = {
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "currency": "CNY",
            "carrier": "zto",
            "waybill_no": "73001",
        }
        return EVENTS[f"{name}.v1"].model_validate({**usual, **trace_fields, **fields})

    async def deliver_to(self, harness: Harness) -> None:
        """Deliver all events, topic by topic, so that some effects come before their causes."""
        for envelope in sorted(self.envelopes, key=lambda envelope: (envelope.topic, envelope.time, envelope.id)):
            await harness.deliver(envelope)
        assert await harness.parked() == []


def returned_order(suffix: str = "1") -> ExampleLog:
    """A paid order with a case that is rejected, disputed, refunded by a verdict and rated. All ids end with `suffix`."""
    log = ExampleLog()
    case = f"case_{suffix}"
    order = {"order_id": f"ord_{suffix}"}
    case_fields = {**order, "case_id": case, "case_type": "return_refund"}
    created = log.record("OrderCreated", total_minor=29500, shipping_fee_minor=800, lines=(), **order)
    payment = {**order, "payment_id": f"pay_{suffix}", "provider": "simulator", "amount_minor": 29500}
    log.record("PaymentStarted", **payment)
    succeeded = log.record("PaymentSucceeded", **payment)
    log.record(
        "OrderPaid",
        same_work_as=succeeded,
        payment_id=f"pay_{suffix}",
        provider="simulator",
        total_minor=29500,
        shipping_fee_minor=800,
        lines=(),
        paid_at=log.now,
        **order,
    )
    requested = log.record(
        "AfterSaleRequested",
        state="pending_review",
        reason="quality_defect",
        stage="post_receipt",
        lines=(),
        requested_minor=19133,
        **case_fields,
    )
    log.record("OrderAfterSaleChanged", caused_by=requested, after_sale_state="in_after_sale", lines=(), **order)
    log.record("AfterSaleRejected", state="rejected", reason="no_defect_found", **case_fields)
    complaint = {**order, "case_id": case, "complaint_id": f"cmp_{suffix}", "channel": "web"}
    opened = log.record(
        "ComplaintOpened", state="open", category="unfair_rejection", text_hash="sha256:01", **complaint
    )
    dispute = {**order, "case_id": case, "complaint_id": f"cmp_{suffix}", "dispute_id": f"dsp_{suffix}"}
    disputed = log.record(
        "DisputeOpened", caused_by=opened, state="await_merchant_answer", category="unfair_rejection", **dispute
    )
    log.record("AfterSaleFrozen", same_work_as=disputed, state="disputed", dispute_id=f"dsp_{suffix}", **case_fields)
    log.record("ComplaintEscalated", caused_by=disputed, state="escalated", dispute_id=f"dsp_{suffix}", **complaint)
    refund = {"refund_id": f"ref_{suffix}", "amount_minor": 19133}
    verdict = log.record(
        "VerdictGiven",
        state="executing",
        liable="seller",
        remedy="refund",
        amount_minor=19133,
        grounds_hash="sha256:02",
        **dispute,
    )
    wanted = log.record(
        "RefundRequested",
        same_work_as=verdict,
        state="refunding",
        cause="verdict",
        payment_id=f"pay_{suffix}",
        **refund,
        **case_fields,
    )
    log.record("SanctionImposed", same_work_as=verdict, subject_id=f"m-{suffix}", kind="points", reason="verdict")
    log.record("RefundSubmitted", caused_by=wanted, refunded_minor=0, case_id=case, **{**payment, **refund})
    paid = log.record("RefundSucceeded", refunded_minor=19133, case_id=case, **{**payment, **refund})
    done = log.record(
        "AfterSaleCompleted", caused_by=paid, state="completed", refunded_minor=19133, lines=(), **case_fields
    )
    log.record("DisputeExecuted", same_work_as=done, state="executed", refunded_minor=19133, **dispute)
    log.record("FeedbackReceived", feedback_id=f"fb_{suffix}", channel="wechat", case_id=case, text_hash="sha256:03")
    rating = {"rating_id": f"rat_{suffix}", "case_id": case, "scores": {"service": 5, "speed": 2}, **order}
    log.record("RatingGiven", **rating)
    log.record("RatingChanged", **{**rating, "scores": {"service": 5, "speed": 4}})
    assert created.sequence == 1
    return log
