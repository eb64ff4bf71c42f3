"""The proof of the ledger (rule R14 over everything): its sums, and what its postings and our other books do not agree on.

Amounts are in minor units of `currency`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from order_svc.domain.payments.postings import LedgerAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTotal:
    """What was debited and credited to an account so far."""

    currency: str
    account: LedgerAccount
    debited_minor: int
    credited_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantTotal:
    """The same of one merchant, over some days, with the number of its postings."""

    currency: str
    account: LedgerAccount
    debited_minor: int
    credited_minor: int
    postings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerProgress:
    """How far the postings are counted: all of the transactions before `counted_to`, a transaction's number. `posting_id` and `posted_at`
    are of the last of them; None where there is none."""

    id: str
    counted_to: int
    postings: int
    posting_id: str | None
    posted_at: datetime | None
    checked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerBreak:
    """What the postings of an order have in an account beyond what our other books have there, where they do not agree."""

    order_id: str
    currency: str
    account: LedgerAccount
    difference_minor: int
    found_at: datetime


class RecountState(StrEnum):
    """How a recount of everything stands."""

    RUNNING = "running"
    AGREES = "agrees"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """A recount of all postings of transactions before `counted_to`, in the order of the orders' ids: those up to `last_order_id` are
    done. `expected` are the totals then, `found` those that were counted: by currency and account, what was debited and credited."""

    id: str
    state: RecountState
    counted_to: int
    last_order_id: str
    orders: int
    postings: int
    expected: dict[str, Any]  # Any: JSON
    found: dict[str, Any]  # Any: JSON
    started_at: datetime
    finished_at: datetime | None = None


def as_document(totals: Iterable[LedgerTotal]) -> dict[str, Any]:  # Any: JSON
    """The totals as a recount keeps them."""
    return {f"{each.currency} {each.account}": [each.debited_minor, each.credited_minor] for each in totals}


def added(found: Mapping[str, Any], more: Iterable[LedgerTotal]) -> dict[str, Any]:  # Any: JSON
    """The totals of a recount with those of further orders."""
    sums = dict(found)
    for name, (debited, credited) in as_document(more).items():
        before = sums.get(name, (0, 0))
        sums[name] = [before[0] + debited, before[1] + credited]
    return sums


@dataclass(frozen=True, slots=True)
class ProvenSums:
    """The terms of the equation in one currency. `difference_minor` is by how much they do not add up, and by how much the postings
    and our other books do not agree."""

    currency: str
    paid_minor: int
    kept_minor: int
    in_flight_minor: int
    refunded_minor: int
    charged_back_minor: int
    difference_minor: int


@dataclass(frozen=True, slots=True)
class LedgerProof:
    """The proof as it stands. `breaks` are some of the differences, `broken_orders` the number of orders that have any."""

    progress: LedgerProgress | None
    sums: Sequence[ProvenSums]
    broken_orders: int
    breaks: Sequence[LedgerBreak]
    recount: Recount | None

    @property
    def holds(self) -> bool:
        """Whether nothing is off by a minor unit, and the last recount has counted the same."""
        differs = self.recount is not None and self.recount.state is RecountState.DIFFERS
        return not self.broken_orders and not differs and all(each.difference_minor == 0 for each in self.sums)


def proven(totals: Iterable[LedgerTotal] | Iterable[MerchantTotal], off_by: Mapping[str, int]) -> Sequence[ProvenSums]:
    """The terms in each currency; `off_by` is what differences of orders add up to, by currency."""
    balances = Counter[tuple[str, LedgerAccount]]()
    for each in totals:
        balances[each.currency, each.account] += each.credited_minor - each.debited_minor
    return [_sums(currency, balances, off_by.get(currency, 0)) for currency in sorted({code for code, _ in balances})]


def _sums(currency: str, balances: Mapping[tuple[str, LedgerAccount], int], off_by: int) -> ProvenSums:
    a = LedgerAccount
    paid, kept, flying = (
        balances[currency, account] for account in (a.PAYMENTS_RECEIVED, a.MERCHANT_PAYABLE, a.REFUNDS_IN_FLIGHT)
    )
    back = balances[currency, a.CHARGED_BACK]
    refunded = balances[currency, a.REFUNDS_PAID] + balances[currency, a.REFUNDS_PAID_OUTSIDE] + back
    return ProvenSums(currency, -paid, kept, flying, refunded, back, abs(paid + kept + flying + refunded) + off_by)


Period = tuple[date, date]
"""The first day and the last one, of UTC."""


@dataclass(frozen=True, slots=True)
class MerchantLedger:
    """What the postings of a merchant add up to over some days, as far as they are counted."""

    merchant_id: str
    period: Period
    totals: Sequence[MerchantTotal]
    progress: LedgerProgress | None

    @property
    def sums(self) -> Sequence[ProvenSums]:
        """The terms of the equation over these days, by the postings alone."""
        return proven(self.totals, {})

    @property
    def is_balanced(self) -> bool:
        """Whether they add up in every currency."""
        return all(each.difference_minor == 0 for each in self.sums)
