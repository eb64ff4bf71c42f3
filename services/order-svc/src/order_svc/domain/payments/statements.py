"""The daily statements of payment providers, compared with our own payments and refunds. Money is in minor units of `currency`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from order_svc.domain.payments.charge_backs import ChargeBack, ChargeBackState
from order_svc.domain.payments.model import Payment, PaymentState, Refund, RefundState
from order_svc.domain.permissions import FINANCE


class EntryKind(StrEnum):
    """What an entry of a statement is about. CHARGEBACK: the provider has taken a payment back for the buyer. REVERSAL: a refund has
    come back to the merchant, because the buyer's bank did not take it."""

    PAYMENT = "payment"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """One entry; `amount_minor` is positive. `subject_id` is our id, of the payment where it is a chargeback and of the refund where it
    is a reversal; None where it has none of ours. `reference` is the provider's own number. `given_again`: of a chargeback, that it was
    decided for the merchant."""

    kind: EntryKind
    reference: str
    subject_id: str | None
    amount_minor: int
    currency: str
    given_again: bool = False


class DifferenceCause(StrEnum):
    """How a statement differs from our books."""

    UNKNOWN_HERE = "unknown_here"  # we have no such payment or refund
    NOT_SUCCEEDED_HERE = "not_succeeded_here"
    OTHER_AMOUNT = "other_amount"
    MISSING_THERE = "missing_there"  # we have it as succeeded, and no statement has it
    LISTED_TWICE = "listed_twice"  # an earlier entry is about it: the provider has charged or refunded it again
    CHARGEBACK = "chargeback"
    REVERSAL = "reversal"


OPPOSITE: Mapping[EntryKind, DifferenceCause] = {
    EntryKind.CHARGEBACK: DifferenceCause.CHARGEBACK,
    EntryKind.REVERSAL: DifferenceCause.REVERSAL,
}
"""Entries that take an earlier one back: a difference, unless our books have the same charge-back or reversal."""


class DifferenceState(StrEnum):
    """How far the clarification of a difference is."""

    OPEN = "open"
    EXPLAINED = "explained"
    RESOLVED = "resolved"


class DifferenceAction(StrEnum):
    """EXPLAIN: the reason is known, and something is still to be done. RESOLVE: the books agree, or it is written off."""

    EXPLAIN = "explain"
    RESOLVE = "resolve"


_S, _A = DifferenceState, DifferenceAction

DIFFERENCE: Lifecycle[DifferenceState, DifferenceAction] = Lifecycle(
    "payment difference",
    initial=_S.OPEN,
    transitions={
        (_S.OPEN, _A.EXPLAIN): Transition(_S.EXPLAINED, FINANCE),
        (_S.OPEN, _A.RESOLVE): Transition(_S.RESOLVED, FINANCE),
        (_S.EXPLAINED, _A.RESOLVE): Transition(_S.RESOLVED, FINANCE),
    },
    timeouts={_S.OPEN: Timeout("finance"), _S.EXPLAINED: Timeout("finance")},
    ends={_S.RESOLVED},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference. `our_minor` is what our books have, `their_minor` what the statement has; 0 where that is nothing.

    `handler_id` is who explained or resolved it last, `note` why.
    """

    id: str
    version: int
    provider: str
    day: date
    cause: DifferenceCause
    kind: EntryKind
    subject_id: str | None
    reference: str | None
    our_minor: int
    their_minor: int
    currency: str
    state: DifferenceState
    opened_at: datetime
    note: str | None = None
    handler_id: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The comparison of the statement of a day. `entries` and `differences` are their numbers; `sums` has for each kind and currency of its
    entries their number and what they add up to (a document of `sums_of`), None where it was compared before revision 0048."""

    provider: str
    day: date
    entries: int
    differences: int
    reconciled_at: datetime
    sums: list[dict[str, Any]] | None = None  # Any: JSON


def sums_of(entries: Iterable[StatementEntry]) -> list[dict[str, Any]]:  # Any: JSON
    """What the entries of a statement add up to, in minor units, by their kind and currency."""
    counts, totals = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for each in entries:
        counts[each.kind, each.currency] += 1
        totals[each.kind, each.currency] += each.amount_minor
    return [
        {"kind": kind, "currency": currency, "entries": counts[kind, currency], "amount_minor": totals[kind, currency]}
        for kind, currency in sorted(counts)
    ]


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """What our books have of an entry; `minor` is 0 unless it succeeded, which one that came back later has, too. `may_come_back`: it is a
    refund that the provider has made."""

    minor: int
    currency: str
    has_succeeded: bool
    is_reversed: bool = False
    may_come_back: bool = False

    @classmethod
    def of(cls, document: Payment | Refund, provider: str, provider_of: str) -> "OwnEntry | None":
        """Of this payment or refund, which is of the provider `provider_of`; None where the statement is another's."""
        if provider != provider_of:
            return None
        reversed_ = isinstance(document, Refund) and document.came_back
        succeeded = reversed_ or document.state in (PaymentState.SUCCEEDED, RefundState.SUCCEEDED)
        may_come_back = isinstance(document, Refund) and document.outside is None
        return cls(document.amount_minor if succeeded else 0, document.currency, succeeded, reversed_, may_come_back)


def cause_of(entry: StatementEntry, own: OwnEntry | None) -> DifferenceCause | None:
    """How the entry differs from our books, which are off by a minor unit or more; None where they agree."""
    if entry.kind is EntryKind.REVERSAL and own is not None and own.is_reversed and _agrees(entry, own):
        return None
    if entry.kind in OPPOSITE:
        return OPPOSITE[entry.kind]
    if own is None:
        return DifferenceCause.UNKNOWN_HERE
    if not own.has_succeeded:
        return DifferenceCause.NOT_SUCCEEDED_HERE
    return None if _agrees(entry, own) else DifferenceCause.OTHER_AMOUNT


def came_back(entry: StatementEntry, own: OwnEntry | None) -> bool:
    """Whether the entry shows that a refund which has succeeded here came back, with all of its amount, and our books do not have that."""
    if entry.kind is not EntryKind.REVERSAL or own is None or not own.may_come_back:
        return False
    return own.has_succeeded and not own.is_reversed and _agrees(entry, own)


def _agrees(entry: StatementEntry, own: OwnEntry) -> bool:
    return (own.minor, own.currency) == (entry.amount_minor, entry.currency)


def is_known(entry: StatementEntry, charge_backs: Mapping[str, ChargeBack]) -> bool:
    """Whether our books have the charge-back of this entry, by its reference, and its decision where the entry is about that."""
    ours = charge_backs.get(entry.reference) if entry.kind is EntryKind.CHARGEBACK else None
    if ours is None or (entry.given_again and ours.state is not ChargeBackState.WON):
        return False
    return (ours.amount_minor, ours.currency) == (entry.amount_minor, entry.currency)
