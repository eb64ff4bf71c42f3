"""The steps of orders as responses."""

from typing import Self

from aftercare_chassis.http.schemas import Money, Out, Time

from order_svc.domain.steps import OrderStep
from order_svc.domain.wording import sentence


class BilingualOut(Out):
    """A text in both languages."""

    zh_cn: str
    """In Chinese (zh-CN)."""
    en: str
    """In English."""


class OrderStepOut(Out):
    """One step of an order, of a payment, a refund or a parcel of it."""

    id: str
    """Identifies the step, and is the id of the event in live streams, for `Last-Event-ID`: `step_…`."""
    order_id: str
    """The order: `ord_…`."""
    at: Time
    """When it happened."""
    event: str
    """What happened, by the name of the published event, such as `OrderPaid`. More names may come."""
    actor_kind: str
    """Who did it: `buyer`, `seller`, `agent`, `arbitrator`, `admin`, or `system` (a timer, a provider's answer, a courier's report or
    another consequence)."""
    result: str
    """What became of it: the state of the order, payment, refund or parcel after the step."""
    payment_id: str | None = None
    """The payment that it is about; null for any other step."""
    refund_id: str | None = None
    """The refund that it is about; null for any other step."""
    parcel_id: str | None = None
    """The parcel that it is about; null for any other step."""
    case_id: str | None = None
    """The after-sale case that caused it; null where none did."""
    carrier: str | None = None
    """The courier of the parcel; null where it is about none."""
    waybill_no: str | None = None
    """The waybill of the parcel; null where it is about none."""
    amount: Money | None = None
    """The money that it is about; null where it is about none."""
    text: BilingualOut
    """The step as a sentence, without names and addresses."""

    @classmethod
    def of(cls, step: OrderStep) -> Self:
        """The step as a response."""
        facts, (zh, en) = step.details, sentence(step)
        minor, currency = facts.get("amount_minor", facts.get("total_minor")), facts.get("currency")
        named = ("payment_id", "refund_id", "parcel_id", "case_id", "carrier", "waybill_no")
        return cls(
            id=step.id,
            order_id=step.order_id,
            at=step.at,
            event=step.event,
            actor_kind=step.actor_role,
            result=step.result,
            **{name: facts.get(name) for name in named},
            amount=None if minor is None or currency is None else Money.of(minor, currency),
            text=BilingualOut(zh_cn=zh, en=en),
        )
