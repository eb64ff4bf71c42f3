"""What people, timers, the provider, order-svc, the courier and customer service do in a case, by the service's own commands."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from aftercare_events import (
    ComplaintOpened,
    OrderCancelled,
    OrderShipped,
    ParcelStatusChanged,
    RefundFailed,
    RefundSucceeded,
    ShippedLine,
)
from aftersale_svc import consumers
from aftersale_svc.commands import locking
from aftersale_svc.commands.cases import consultations, endings, offers, price_adjustments, reviews, supplements
from aftersale_svc.commands.cases.price_adjustments import Granted
from aftersale_svc.commands.deadlines import timers
from aftersale_svc.commands.disputes import disputes, openings, verdicts
from aftersale_svc.commands.goods import inspections, replacements, returns
from aftersale_svc.commands.money import refunds
from aftersale_svc.domain.cases.codes import CaseType, Liable, Money, RejectReason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.offers.model import OfferTerms
from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly
from aftersale_svc.domain.cases.requests import Finding
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.model import Opening, Remedy, TakesEffect, Verdict
from aftersale_svc.domain.orders.model import OrderState
from aftersale_svc.domain.rules.facts import AppliedRule
from aftersale_svc.settings import Settings
from memory_transaction import NOW, MemoryTransaction

Command = Callable[[Any], Awaitable[object]]
CASE, DISPUTE = "case_1", "dsp_1"
SETTINGS = Settings.model_construct()
ADDRESS = {"name": "售后仓", "phone": "13900000000", "country": "CN", "street": "仓前路 8 号"}
PARCEL = {"carrier": "sf", "waybill_no": "SF1001"}
SENT = {"carrier": "zto", "waybill_no": "73100"}
TRACE_FIELDS: dict[str, Any] = {
    "affected_party": "buyer-1",
    "applicant": "buyer-1",
    "handler": "system",
    "time": NOW,
    "result": "?",
    "order_id": "ord_1",
    "buyer_id": "buyer-1",
    "merchant_id": "m-1",
}


def inspect(accepted: int) -> Command:
    found = [Finding("line_1", accepted)]
    return lambda tx: inspections.inspect(tx, CASE, findings=found, reason=RejectReason.EMPTY_RETURN)


def decide(remedy: Remedy, amount: int | None = None) -> Command:
    verdict = Verdict(
        Liable.SELLER, remedy, amount, "CNY" if amount else None, "because", takes_effect=TakesEffect.AT_ONCE
    )
    return lambda tx: verdicts.give(tx, DISPUTE, verdict=verdict)


RESHIPPING: dict[str, Command] = {
    "ship the replacement": lambda tx: replacements.ship(tx, CASE, **SENT),
    "correct the replacement": lambda tx: replacements.correct_waybill(tx, CASE, **{**SENT, "waybill_no": "73101"}),
    "confirm the replacement": lambda tx: replacements.confirm(tx, CASE),
    "report an anomaly": lambda tx: replacements.report_anomaly(tx, CASE, anomaly=ReplacementAnomaly.DAMAGED),
    "no stock": lambda tx: replacements.no_stock(tx, CASE),
    "take the refund": lambda tx: replacements.take_refund(tx, CASE),
    "reship": lambda tx: replacements.reship(tx, CASE),
}
"""What people do only in cases in which goods are sent to the buyer."""


async def offer(tx: Any) -> None:
    refunds_money = TYPES[tx.snapshot.case.type].money is Money.REFUND
    terms = OfferTerms(None, 100, "CNY") if refunds_money else OfferTerms(CaseType.REFUND_ONLY)
    await offers.make(tx, CASE, terms=terms)


PEOPLE: dict[str, Command] = {
    "approve": lambda tx: reviews.approve(tx, CASE),
    "approve with an address": lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS),
    "set the return address": lambda tx: returns.set_address(tx, CASE, address=ADDRESS),
    "reject": lambda tx: reviews.reject(tx, CASE, reason=RejectReason.NO_DEFECT_FOUND),
    "cancel": lambda tx: endings.cancel(tx, CASE),
    "escalate": lambda tx: reviews.escalate(tx, CASE),
    "offer": offer,
    "accept the offer": lambda tx: offers.accept(tx, CASE),
    "decline the offer": lambda tx: offers.decline(tx, CASE),
    "take the offer back": lambda tx: offers.withdraw(tx, CASE),
    "make a counter-offer": lambda tx: offers.counter(tx, CASE, terms=OfferTerms(None, 200, "CNY")),
    "ask the buyer for more": lambda tx: supplements.request(tx, CASE, missing="?"),
    "supply it": lambda tx: supplements.submit(tx, CASE, note="!"),
    "ship": lambda tx: returns.ship(tx, CASE, **PARCEL),
    "receive": lambda tx: returns.receive(tx, CASE),
    "report that the goods are not there": lambda tx: returns.report_missing(tx, CASE),
    "accept all": inspect(2),
    "accept one": inspect(1),
    "accept none": inspect(0),
    "refund": lambda tx: refunds.refund(tx, CASE),
    "grant a part": lambda tx: price_adjustments.grant(
        tx, CASE, amounts=[Granted("line_1", 500, "CNY")], reason=RejectReason.REASON_UNTRUE
    ),
    "answer the question": lambda tx: consultations.answer(tx, CASE, text="!"),
    "ask again": lambda tx: consultations.ask_again(tx, CASE, text="?"),
    "resolve": lambda tx: consultations.resolve(tx, CASE),
    "accept the rejection": lambda tx: endings.accept(tx, CASE),
    "close": lambda tx: endings.close(tx, CASE, note="?"),
    "dispute": lambda tx: openings.open_(tx, CASE, opening=Opening("no_answer", "?", [])),
    "answer": lambda tx: disputes.answer(tx, DISPUTE, text="?"),
    "withdraw": lambda tx: disputes.withdraw(tx, DISPUTE),
    "award": decide(Remedy.REFUND, 100),
    "dismiss": decide(Remedy.NONE),
    "resume": decide(Remedy.RESUME),
}


def refund_ends(kind: type[Any], command: Callable[[Any, Any], Awaitable[object]], **more: Any) -> Command:
    async def report(tx: MemoryTransaction) -> None:
        case, refund = tx.snapshot.case, tx.snapshot.refund
        if case.state is CaseState.REFUNDING and refund is not None:  # order-svc reports what it was asked for
            facts = {"payment_id": "pay_1", "provider": "simulator", "currency": "CNY", "refunded_minor": 0}
            amount = refund.amount.total_minor
            event = kind(**TRACE_FIELDS, **facts, **more, case_id=CASE, refund_id=refund.id, amount_minor=amount)
            await command(tx, event)

    return report


def parcel(*, delivered: bool, lost: bool = False) -> Command:
    facts: dict[str, Any] = {"parcel_id": "par_1", "leg": "return", "previous_status": "pending", "occurred_at": NOW}
    facts |= {"status": "?", "scanned": True, "delivered": delivered, "terminal": delivered or lost}
    moved = ParcelStatusChanged(**TRACE_FIELDS, **PARCEL, **facts, case_id=CASE)
    return lambda tx: returns.follow_parcel(tx, moved)


def replacement(status: str) -> Command:
    """The courier's report about the replacement, under the waybill that it has."""

    facts: dict[str, Any] = {"parcel_id": "par_2", "leg": "exchange", "previous_status": "pending"}
    facts |= {"occurred_at": NOW, "status": status, "scanned": True, "delivered": status == "delivered"}
    facts |= {"terminal": status != "in_transit"}

    @cache
    def moved(carrier: str, waybill_no: str) -> ParcelStatusChanged:
        return ParcelStatusChanged(**TRACE_FIELDS, **facts, carrier=carrier, waybill_no=waybill_no, case_id=CASE)

    async def report(tx: MemoryTransaction) -> None:
        sent = tx.snapshot.sent.get("replacements")
        if sent is not None and sent.carrier is not None and sent.waybill_no is not None:
            await consumers.parcel_moved(tx, moved(sent.carrier, sent.waybill_no))  # type: ignore[arg-type]

    return report


_COMPLAINT: dict[str, Any] = {
    "channel": "web",
    "state": "open",
    "category": "unfair_rejection",
    "text_hash": "sha256:0",
}
COMPLAINED = ComplaintOpened(**TRACE_FIELDS, **_COMPLAINT, complaint_id="cmp_1", case_id=CASE)


async def complain(tx: Any) -> None:
    await openings.complaint_opened(tx, COMPLAINED)


async def cancel_order(tx: Any) -> None:
    if tx.snapshot.order.state is OrderState.PAID:
        await consumers.order_cancelled(tx, OrderCancelled(**TRACE_FIELDS, cause="buyer"))


async def ship_order(tx: Any) -> None:
    if tx.snapshot.order.state is OrderState.PAID:
        lines = (ShippedLine(line_id="line_1", quantity=2),)
        facts: dict[str, Any] = {"parcel_id": "par_1", "carrier": "zto", "waybill_no": "7300", "complete": True}
        await consumers.order_shipped(tx, OrderShipped(**TRACE_FIELDS, **facts, lines=lines))


DECLINED: dict[str, Command] = {"declined": refund_ends(RefundFailed, refunds.fail, failure_code="declined")}
RULE = AppliedRule(1, "all")


async def approved_by_rule(tx: Any) -> None:
    if tx.snapshot.case.refund_id is None:
        full, order = await locking.case_and_order(tx, CASE)
        await reviews.approve_by_rule(tx, full, order, RULE, None)


async def escalated_by_rule(tx: Any) -> None:
    await reviews.escalate_by_rule(tx, await locking.case(tx, CASE), RULE)


OTHERS: dict[str, Command] = {
    "approved by a rule": approved_by_rule,
    "left to an agent by a rule": escalated_by_rule,
    "refunded": refund_ends(RefundSucceeded, refunds.finish),
    "units shipped": refund_ends(RefundFailed, refunds.fail, failure_code="units_shipped", already_shipped=True),
    "complained": complain,
    "order cancelled": cancel_order,
    "order shipped": ship_order,
    "scanned": parcel(delivered=False),
    "delivered": parcel(delivered=True),
    "lost": parcel(delivered=False, lost=True),
    "replacement scanned": replacement("in_transit"),
    "replacement delivered": replacement("delivered"),
    "replacement lost": replacement("lost"),
}


async def timer_of_case(tx: Any) -> None:
    """What the timer of the case does."""
    await timers.case_timer.act(tx, *await locking.case_and_order(tx, CASE))


async def timer_of_dispute(tx: Any) -> None:
    """What the timer of the dispute does."""
    [locked] = (await timers.lock_disputes(tx, [tx.snapshot.dispute])).values()
    await timers.dispute_timer.act(tx, *locked)
