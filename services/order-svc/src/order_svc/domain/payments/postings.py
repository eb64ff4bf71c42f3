"""The double-entry ledger: postings between accounts, which are only ever added. Amounts are in minor units of `currency`.

A posting debits one account and credits another by the same amount, so the ledger adds up to zero by its form. What turns out to be wrong
is taken back by the opposite posting (rule R13).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from order_svc.domain.payments.charge_backs import ChargeBack, ChargeBackState
from order_svc.domain.payments.model import Refund


class LedgerAccount(StrEnum):
    """The accounts. Those of `CONSERVED` are the terms of rule R14, the others stand beside them."""

    PAYMENTS_RECEIVED = "payments_received"
    MERCHANT_PAYABLE = "merchant_payable"
    REFUNDS_IN_FLIGHT = "refunds_in_flight"
    REFUNDS_PAID = "refunds_paid"
    REFUNDS_PAID_OUTSIDE = "refunds_paid_outside"
    CHARGED_BACK = "charged_back"
    MERCHANT_FUNDING = "merchant_funding"
    PLATFORM_FUNDING = "platform_funding"
    CREATOR_FUNDING = "creator_funding"
    DISCOUNTS_GRANTED = "discounts_granted"
    REFUND_COSTS_SHARED = "refund_costs_shared"
    COMPENSATIONS_FUNDED = "compensations_funded"
    COMPENSATIONS_PAID = "compensations_paid"
    CHARGES_RECEIVED = "charges_received"
    CHARGES_KEPT = "charges_kept"
    CHARGES_TO_RETURN = "charges_to_return"
    CHARGES_RETURNED = "charges_returned"
    BUYER_RECEIVABLE = "buyer_receivable"
    CLAW_BACKS_OWED = "claw_backs_owed"
    CLAW_BACKS_REPAID = "claw_backs_repaid"
    CLAW_BACKS_WRITTEN_OFF = "claw_backs_written_off"


_A = LedgerAccount

CONSERVED = (
    _A.PAYMENTS_RECEIVED,
    _A.MERCHANT_PAYABLE,
    _A.REFUNDS_IN_FLIGHT,
    _A.REFUNDS_PAID,
    _A.REFUNDS_PAID_OUTSIDE,
    _A.CHARGED_BACK,
)
"""No posting is between one of these and an account beside them: `payments_received`, a debit, equals the sum of the others."""
FUNDING: Mapping[str, LedgerAccount] = {
    "merchant": _A.MERCHANT_FUNDING,
    "platform": _A.PLATFORM_FUNDING,
    "creator": _A.CREATOR_FUNDING,
}
"""What each of them bears of discounts and of refunds, by the code of who it is."""


class PostingKind(StrEnum):
    """What a posting records."""

    PAYMENT_RECEIVED = "payment_received"
    DISCOUNT_FUNDED = "discount_funded"
    DISCOUNT_RETURNED = "discount_returned"
    REFUND_REQUESTED = "refund_requested"
    REFUND_PAID = "refund_paid"
    REFUND_FAILED = "refund_failed"
    REFUND_RECORDED = "refund_recorded"
    COMPENSATION_PAID = "compensation_paid"
    CHARGE_PAID = "charge_paid"
    CHARGE_OWED_BACK = "charge_owed_back"
    CHARGE_RETURNED = "charge_returned"
    CLAW_BACK_OWED = "claw_back_owed"
    CLAW_BACK_REPAID = "claw_back_repaid"
    CLAW_BACK_WRITTEN_OFF = "claw_back_written_off"
    CHARGE_BACK_OPENED = "charge_back_opened"
    CHARGE_BACK_REVERSED = "charge_back_reversed"


REPEATABLE = (PostingKind.CLAW_BACK_OWED, PostingKind.CLAW_BACK_REPAID, PostingKind.CLAW_BACK_WRITTEN_OFF)
"""Of these a subject may have several: a debt is paid back in parts. Of every other kind it has one between two accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A posting. `subject_id` is the payment, refund, order, case, claim or dispute that it records something of; `provider` is the
    payment provider whose money moves, None where it moves without one."""

    id: str
    order_id: str
    merchant_id: str
    subject_id: str
    kind: PostingKind
    debit: LedgerAccount
    credit: LedgerAccount
    amount_minor: int
    currency: str
    provider: str | None
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What is posted: the amount that is debited to one account and credited to another."""

    kind: PostingKind
    debit: LedgerAccount
    credit: LedgerAccount
    minor: int

    @property
    def opposite(self) -> "Entry":
        """What takes it back, as the same kind."""
        return replace(self, debit=self.credit, credit=self.debit)


Shares = Mapping[str, int]
"""Minor units by the code of who bears them: merchant, platform or creator."""
NOTHING: Shares = MappingProxyType({})


def discounts_funded(shares: Shares) -> Sequence[Entry]:
    """What each funder bears of the discounts of an order that was paid."""
    return [Entry(PostingKind.DISCOUNT_FUNDED, account, _A.DISCOUNTS_GRANTED, by) for account, by in _accounts(shares)]


def refund_requested(refund: Refund, returned: Shares) -> Sequence[Entry]:
    """A refund that is on its way, with what of the discounts goes back to their funders, and what others than the merchant bear of it."""
    borne = {each["bearer"]: each["amount_minor"] for each in refund.borne or () if each["bearer"] != "merchant"}
    kind = PostingKind.REFUND_REQUESTED
    return [
        Entry(kind, _A.MERCHANT_PAYABLE, _A.REFUNDS_IN_FLIGHT, refund.amount_minor),
        *(Entry(kind, _A.DISCOUNTS_GRANTED, account, minor) for account, minor in _accounts(returned)),
        *(Entry(kind, account, _A.REFUND_COSTS_SHARED, minor) for account, minor in _accounts(borne)),
    ]


def refund_failed(requested: Iterable[Posting]) -> Sequence[Entry]:
    """The opposite of what was posted when the refund was requested; nothing where it was refused before."""
    return [Entry(PostingKind.REFUND_FAILED, each.credit, each.debit, each.amount_minor) for each in requested]


def refund_succeeded(refund: Refund) -> Entry:
    """What was given back: by the provider, or without it, in which case it never was in flight."""
    if refund.outside is not None:
        kind, account = PostingKind.REFUND_RECORDED, _A.REFUNDS_PAID_OUTSIDE
        return Entry(kind, _A.MERCHANT_PAYABLE, account, refund.amount_minor)
    return Entry(PostingKind.REFUND_PAID, _A.REFUNDS_IN_FLIGHT, _A.REFUNDS_PAID, refund.amount_minor)


def refund_reversed(refund: Refund, *, still_tried: bool) -> Sequence[Entry]:
    """The opposite of what was posted when the refund was paid. It is the merchant's again, unless the rest of the same refund is on its way
    still, with which it fails."""
    kind = PostingKind.REFUND_FAILED
    flying = Entry(kind, _A.REFUNDS_PAID, _A.REFUNDS_IN_FLIGHT, refund.amount_minor)
    kept = Entry(kind, _A.REFUNDS_IN_FLIGHT, _A.MERCHANT_PAYABLE, refund.amount_minor)
    return [flying] if still_tried else [flying, kept]


def charge_back_entry(charge_back: ChargeBack) -> Entry | None:
    """What the provider has taken, or has given again; None where it keeps what it took."""
    taken = Entry(PostingKind.CHARGE_BACK_OPENED, _A.MERCHANT_PAYABLE, _A.CHARGED_BACK, charge_back.amount_minor)
    if charge_back.state is ChargeBackState.LOST:
        return None
    is_won = charge_back.state is ChargeBackState.WON
    return replace(taken.opposite, kind=PostingKind.CHARGE_BACK_REVERSED) if is_won else taken


@dataclass(frozen=True, slots=True)
class Funding:
    """What one funder bears of an order: its discounts, what of them it has got back, and what it bears of refunds."""

    funder: str
    discounts_minor: int
    returned_minor: int
    refund_costs_minor: int


def funding_of(postings: Sequence[Posting]) -> Sequence[Funding]:
    """What each funder bears of an order with these postings; funders that bear nothing are left out."""
    moved = Counter[tuple[LedgerAccount, LedgerAccount]]()
    failed = Counter[tuple[LedgerAccount, LedgerAccount]]()
    for each in postings:
        if each.kind is PostingKind.REFUND_FAILED:
            failed[each.credit, each.debit] += each.amount_minor
        else:
            moved[each.debit, each.credit] += each.amount_minor
    moved.subtract(failed)
    found = [
        Funding(
            code,
            moved[account, _A.DISCOUNTS_GRANTED],
            moved[_A.DISCOUNTS_GRANTED, account],
            moved[account, _A.REFUND_COSTS_SHARED],
        )
        for code, account in FUNDING.items()
    ]
    return [each for each in found if each.discounts_minor or each.returned_minor or each.refund_costs_minor]


def discounts_left(postings: Sequence[Posting]) -> Shares:
    """What each funder still bears of the discounts of an order with these postings."""
    return {each.funder: max(0, each.discounts_minor - each.returned_minor) for each in funding_of(postings)}


def discounts_returned(shares: Shares) -> Sequence[Entry]:
    """What goes back to the funders because the order is not fulfilled."""
    return [
        Entry(PostingKind.DISCOUNT_RETURNED, _A.DISCOUNTS_GRANTED, account, by) for account, by in _accounts(shares)
    ]


def _accounts(shares: Shares) -> Iterable[tuple[LedgerAccount, int]]:
    return [(FUNDING[code], shares[code]) for code in FUNDING if shares.get(code)]
