"""A log written by hand: events as five services would send them, with their causes and shared transactions."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS, Envelope, Event

START = datetime(2026, 3, 4, 8, tzinfo=UTC)


class Log:
    """Writes events one minute apart unless told otherwise, and brings them to a service."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self._sequences: Counter[str] = Counter()
        self.now = START

    def say(
        self, name: str, *, because: Envelope | None = None, beside: Envelope | None = None, **fields: Any
    ) -> Envelope:
        """Write one event; `beside` one that the same transaction recorded."""
        if beside is None:
            self.now += timedelta(minutes=1)
        event = self._event(name, fields)
        self._sequences[event.aggregate_id] += 1
        number = len(self.envelopes) + 1
        origin = beside or because
        envelope = Envelope.of(
            event,
            id=UUID(int=number),
            source=f"/{event.TOPIC.writer}",
            sequence=self._sequences[event.aggregate_id],
            correlation_id=origin.correlation_id if origin else f"request-{number}",
            causation_id=beside.causation_id if beside else str(because.id) if because else None,
        )
        self.envelopes.append(envelope)
        return envelope

    def _event(self, name: str, fields: dict[str, Any]) -> Event:
        answers = {
            "affected_party": "buyer-1",
            "applicant": "buyer-1",
            "handler": "system",
            "time": self.now,
            "result": "done",
            "evidence": ("sha256:00",),
        }
        known = {
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "currency": "CNY",
            "carrier": "zto",
            "waybill_no": "73001",
        }
        return EVENTS[f"{name}.v1"].model_validate({**known, **answers, **fields})

    async def reach(self, harness: Harness) -> None:
        """Bring all of it to the service, topic by topic: effects come before their causes."""
        for envelope in sorted(self.envelopes, key=lambda envelope: (envelope.topic, envelope.time, envelope.id)):
            await harness.deliver(envelope)
        assert await harness.parked() == []


def journey(mark: str = "1") -> Log:
    """An order paid, returned in one case, disputed, refunded by verdict, rated. `mark` ends every id."""
    log = Log()
    case = f"case_{mark}"
    whose = {"order_id": f"ord_{mark}"}
    of_case = {**whose, "case_id": case, "case_type": "return_refund"}
    created = log.say("OrderCreated", total_minor=29500, shipping_fee_minor=800, lines=(), **whose)
    payment = {**whose, "payment_id": f"pay_{mark}", "provider": "simulator", "amount_minor": 29500}
    log.say("PaymentStarted", **payment)
    succeeded = log.say("PaymentSucceeded", **payment)
    log.say(
        "OrderPaid",
        beside=succeeded,
        payment_id=f"pay_{mark}",
        provider="simulator",
        total_minor=29500,
        shipping_fee_minor=800,
        lines=(),
        paid_at=log.now,
        **whose,
    )
    requested = log.say(
        "AfterSaleRequested",
        state="pending_review",
        reason="quality_defect",
        stage="post_receipt",
        lines=(),
        requested_minor=19133,
        **of_case,
    )
    log.say("OrderAfterSaleChanged", because=requested, after_sale_state="in_after_sale", lines=(), **whose)
    log.say("AfterSaleRejected", state="rejected", reason="no_defect_found", **of_case)
    complaint = {**whose, "case_id": case, "complaint_id": f"cmp_{mark}", "channel": "web"}
    opened = log.say("ComplaintOpened", state="open", category="unfair_rejection", text_hash="sha256:01", **complaint)
    dispute = {**whose, "case_id": case, "complaint_id": f"cmp_{mark}", "dispute_id": f"dsp_{mark}"}
    disputed = log.say(
        "DisputeOpened", because=opened, state="await_merchant_answer", category="unfair_rejection", **dispute
    )
    log.say("AfterSaleFrozen", beside=disputed, state="disputed", dispute_id=f"dsp_{mark}", **of_case)
    log.say("ComplaintEscalated", because=disputed, state="escalated", dispute_id=f"dsp_{mark}", **complaint)
    refund = {"refund_id": f"ref_{mark}", "amount_minor": 19133}
    verdict = log.say(
        "VerdictGiven",
        state="executing",
        liable="seller",
        remedy="refund",
        amount_minor=19133,
        grounds_hash="sha256:02",
        **dispute,
    )
    wanted = log.say(
        "RefundRequested",
        beside=verdict,
        state="refunding",
        cause="verdict",
        payment_id=f"pay_{mark}",
        **refund,
        **of_case,
    )
    log.say("SanctionImposed", beside=verdict, subject_id=f"m-{mark}", kind="points", reason="verdict")
    log.say("RefundSubmitted", because=wanted, refunded_minor=0, case_id=case, **{**payment, **refund})
    paid = log.say("RefundSucceeded", refunded_minor=19133, case_id=case, **{**payment, **refund})
    done = log.say("AfterSaleCompleted", because=paid, state="completed", refunded_minor=19133, lines=(), **of_case)
    log.say("DisputeExecuted", beside=done, state="executed", refunded_minor=19133, **dispute)
    log.say("FeedbackReceived", feedback_id=f"fb_{mark}", channel="wechat", case_id=case, text_hash="sha256:03")
    rating = {"rating_id": f"rat_{mark}", "case_id": case, "scores": {"service": 5, "speed": 2}, **whose}
    log.say("RatingGiven", **rating)
    log.say("RatingChanged", **{**rating, "scores": {"service": 5, "speed": 4}})
    assert created.sequence == 1
    return log
