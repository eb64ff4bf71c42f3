"""How an order is paid in parts: its plan, what may be paid now, and until when. Money is in minor units of the order's currency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from order_svc.domain.errors import CurrencyMismatch, PaymentInProgress
from order_svc.domain.model import Amount, CancelCause, Order
from order_svc.domain.payments.errors import (
    AmountExceedsLeft,
    DueTimesDisordered,
    DueTimeTooLate,
    InstalmentEmpty,
    InstalmentMisplaced,
    PlanDoesNotAddUp,
    TooManyPayments,
)
from order_svc.domain.payments.model import Payment, PaymentState

MOST_PAYMENTS = 20
"""How many payments of one order may be pending or have succeeded."""


_HELD = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURING})


class InstalmentKind(StrEnum):
    """What a part of a payment plan is: 定金 (deposit), 尾款 (balance), or one of several parts."""

    DEPOSIT = "deposit"
    BALANCE = "balance"
    PART = "part"


@dataclass(frozen=True, slots=True)
class InstalmentDraft:
    """A part of a payment plan as a request states it."""

    kind: InstalmentKind
    amount: Amount
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A payment plan as a request states it."""

    instalments: Sequence[InstalmentDraft]
    deposit_refundable: bool


@dataclass(frozen=True, slots=True)
class PlanHours:
    """The times of plans in hours from the placing of the order: `usual` for what states none, the latest of a `first` part and of a
    later one, `last`."""

    usual: float
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of a payment plan. `due_at` None: `payment_hours` after the part before it was paid."""

    kind: InstalmentKind
    amount_minor: int
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """The parts in which an order is paid, in their order; they add up to its total.

    `deposit_refundable`: whether the buyer gets the deposit back who pays no balance.
    """

    instalments: tuple[Instalment, ...]
    deposit_refundable: bool = True

    @classmethod
    def of(cls, order: Order) -> Self | None:
        """The plan of the order; None where the merchant gave none."""
        stored = order.payment_plan
        if stored is None:
            return None
        parts = (
            Instalment(
                InstalmentKind(each["kind"]),
                each["amount_minor"],
                None if each["due_at"] is None else datetime.fromisoformat(each["due_at"]),
            )
            for each in stored["instalments"]
        )
        return cls(tuple(parts), stored["deposit_refundable"])

    @property
    def document(self) -> dict[str, Any]:  # Any: JSON
        """The plan as it is stored."""
        parts = [
            {"kind": each.kind, "amount_minor": each.amount_minor, "due_at": each.due_at and each.due_at.isoformat()}
            for each in self.instalments
        ]
        return {"deposit_refundable": self.deposit_refundable, "instalments": parts}

    @property
    def deposit_minor(self) -> int:
        """What has to be paid before anything else may be; 0 without a deposit."""
        first = self.instalments[0]
        return first.amount_minor if first.kind is InstalmentKind.DEPOSIT else 0

    def next_due(self, taken_minor: int) -> Instalment | None:
        """The part that is paid next, with what is left of it, once so much of the order is taken; None where nothing is left."""
        found = self._next(taken_minor)
        if found is None:
            return None
        until = sum(each.amount_minor for each in self.instalments[: found + 1])
        return replace(self.instalments[found], amount_minor=until - taken_minor)

    def opened(self, taken_minor: int, at: datetime, hours: float) -> "PaymentPlan":
        """The plan after so much was paid at that time: the part that is next has a due time, at least."""
        found = self._next(taken_minor)
        if found is None or self.instalments[found].due_at is not None:
            return self
        due = replace(self.instalments[found], due_at=at + timedelta(hours=hours))
        return replace(self, instalments=(*self.instalments[:found], due, *self.instalments[found + 1 :]))

    def _next(self, taken_minor: int) -> int | None:
        """The number of the part that is paid next."""
        until = 0
        for number, each in enumerate(self.instalments):
            until += each.amount_minor
            if taken_minor < until:
                return number
        return None


def planned(draft: PlanDraft, *, total: Amount, now: datetime, hours: PlanHours) -> PaymentPlan:
    """The plan of a new order that is placed `now`.

    Raises:
        CurrencyMismatch: a part is in another currency than the order.
        InstalmentEmpty: a part is of nothing.
        InstalmentMisplaced: a deposit is not the first part, a balance not the last, or the only part is one of them.
        DueTimesDisordered: a part is due in the past, or before the part before it.
        DueTimeTooLate: a part is due later than `hours` permit.
        PlanDoesNotAddUp: the parts have another sum than the order.
    """
    drafts, latest = draft.instalments, now
    for number, each in enumerate(drafts):
        _check_part(number, each, len(drafts), total.currency)
        if each.due_at is not None:
            if each.due_at <= now or each.due_at < latest:
                raise DueTimesDisordered(pointer=f"/payment_plan/{number}/due_at")
            _check_latest(number, each.due_at, now, hours.last if number else hours.first)
            latest = each.due_at
    stated = sum(each.amount.minor for each in drafts)
    if stated != total.minor:
        raise PlanDoesNotAddUp(
            pointer="/payment_plan", stated_minor=stated, total_minor=total.minor, currency=total.currency
        )
    parts = tuple(Instalment(each.kind, each.amount.minor, each.due_at) for each in drafts)
    return PaymentPlan(parts, draft.deposit_refundable).opened(0, now, hours.usual)


def _check_latest(number: int, due_at: datetime, now: datetime, most: float) -> None:
    latest = now + timedelta(hours=most)
    if due_at > latest:
        raise DueTimeTooLate(pointer=f"/payment_plan/{number}/due_at", most=int(most), latest=latest)


def _check_part(number: int, part: InstalmentDraft, parts: int, currency: str) -> None:
    place = f"/payment_plan/{number}"
    if part.amount.currency != currency:
        raise CurrencyMismatch(pointer=f"{place}/amount/currency", currency=currency)
    if part.amount.minor == 0:
        raise InstalmentEmpty(pointer=f"{place}/amount")
    places = {InstalmentKind.DEPOSIT: 0, InstalmentKind.BALANCE: parts - 1}
    if part.kind in places and (parts == 1 or number != places[part.kind]):
        raise InstalmentMisplaced(pointer=f"{place}/kind", instalment=part.kind)


def amount_to_pay(order: Order, live: Sequence[Payment], asked: Amount | None) -> int:
    """What a new payment of the order pays beside the live ones, which are in progress or have succeeded: what is asked for, or else all
    that is left, of the part of the plan that is next where there is a plan.

    Raises:
        CurrencyMismatch: it is asked for in another currency.
        PaymentInProgress: pending payments would pay all that may be paid now.
        AmountExceedsLeft: it is more than what is left to pay now.
        TooManyPayments: the order has MOST_PAYMENTS.
    """
    if asked is not None and asked.currency != order.currency:
        raise CurrencyMismatch(pointer="/amount/currency", currency=order.currency)
    if len(live) >= MOST_PAYMENTS:
        raise TooManyPayments(most=MOST_PAYMENTS)
    reserved, plan = sum(each.amount_minor for each in live), PaymentPlan.of(order)
    pending = [each.id for each in live if each.state is not PaymentState.SUCCEEDED]
    left = _payable_now(order, plan) - reserved
    if pending and left <= 0:
        raise PaymentInProgress(payment_id=pending[-1])
    if asked is None:
        due = None if plan is None else plan.next_due(reserved)
        return left if due is None else min(left, due.amount_minor)
    if asked.minor > left or (asked.minor == 0 and left > 0):
        raise AmountExceedsLeft(pointer="/amount", amount_minor=asked.minor, left_minor=left, currency=order.currency)
    return asked.minor


def _payable_now(order: Order, plan: PaymentPlan | None) -> int:
    """Up to which sum payments may be started: the balance opens when the deposit is paid."""
    if plan is None or order.paid_minor >= plan.deposit_minor:
        return order.total_minor
    return plan.deposit_minor


def authorised_until(order: Order, live: Iterable[Payment], at: datetime) -> datetime | None:
    """Until when the payments that are authorised, or being captured, hold what the order needs next: the part of its plan, or all that is
    left. None where they hold less, or not any more."""
    plan = PaymentPlan.of(order)
    due = None if plan is None else plan.next_due(order.paid_minor)
    needed = order.total_minor - order.paid_minor if due is None else due.amount_minor
    held = [
        (each.amount_minor, each.authorised_until)
        for each in live
        if each.state in _HELD and each.authorised_until is not None and each.authorised_until > at
    ]
    return min(until for _, until in held) if 0 < needed <= sum(minor for minor, _ in held) else None


def payable_again_until(order: Order, at: datetime, hours: PlanHours, *, by_buyer: bool) -> datetime:
    """Until when an order is paid of which nothing is authorised any more since `at`. `by_buyer`: the buyer has given that up.

    A buyer who does so again and again does not prolong it beyond the longest time that an order may set.
    """
    due = order.payment_due(at, hours.usual)
    if not by_buyer:
        return due
    longest = (order.reviewed_at or order.created_at) + timedelta(hours=hours.first)
    return min(due, max(longest, order.pay_by or longest))


def takes(order: Order, amount_minor: int) -> bool:
    """Whether a payment of this amount that has succeeded pays the order: it waits for it, and is not paid beyond its total."""
    return order.awaits_payment and order.paid_minor + amount_minor <= order.total_minor


def kept_minor(order: Order) -> int:
    """What the merchant keeps of an order that was cancelled before it was paid in full: a deposit that is not refundable, where the
    buyer has not paid the balance in time or does not want the goods any more."""
    plan = PaymentPlan.of(order)
    by_buyer = order.cancel_cause in (CancelCause.PAYMENT_TIMEOUT, CancelCause.BUYER)
    if plan is None or plan.deposit_refundable or not by_buyer or order.payment_id is not None:
        return 0
    return plan.deposit_minor if order.paid_minor >= plan.deposit_minor else 0
