"""The proof of the ledger, and what it has of a merchant, in responses. Sums are in minor units of their currency, of any size."""

from datetime import date
from typing import Self

from aftercare_chassis.http.schemas import Currency, Out, Time

from order_svc.domain.payments.postings import LedgerAccount
from order_svc.domain.payments.proofs import (
    LedgerBreak,
    LedgerProof,
    MerchantLedger,
    MerchantTotal,
    ProvenSums,
    Recount,
    RecountState,
)


class ProvenSumsOut(Out):
    """The terms of the equation in one currency: `paid` = `kept` + `refunded` + `in_flight`."""

    currency: Currency
    """The currency of the sums."""
    paid_minor: int
    """What all payments have brought."""
    kept_minor: int
    """What is left with the merchants if all refunds in flight succeed."""
    refunded_minor: int
    """What buyers have got back."""
    charged_back_minor: int
    """What of `refunded` payment providers have taken back for buyers."""
    in_flight_minor: int
    """What refunds without a result may still give back."""
    difference_minor: int
    """By how much the terms do not add up, and the postings and the rows of payments and refunds do not agree: 0."""

    @classmethod
    def of(cls, sums: ProvenSums) -> Self:
        """The terms."""
        return cls.of_row(sums)


class LedgerBreakOut(Out):
    """An order whose postings and other rows do not agree."""

    order_id: str
    """The order."""
    account: LedgerAccount
    """The account in which they do not."""
    currency: Currency
    """The currency of the difference."""
    difference_minor: int
    """What the postings credit to it beyond what the rows have; below 0 where that is less."""
    found_at: Time
    """When it was found."""

    @classmethod
    def of(cls, found: LedgerBreak) -> Self:
        """The difference."""
        return cls.of_row(found)


class RecountOut(Out):
    """A count of all postings from the first one on, and a comparison of all orders."""

    id: str
    """Identifies it (`recount_…`)."""
    state: RecountState
    """Whether it runs, or whether the postings add up to what was counted before, each once."""
    orders: int
    """Orders that are compared so far."""
    postings: int
    """Postings that are counted again so far."""
    started_at: Time
    """When it was begun."""
    finished_at: Time | None = None
    """When it had counted all; null before."""

    @classmethod
    def of(cls, recount: Recount) -> Self:
        """The recount."""
        return cls.of_row(recount)


class LedgerProofOut(Out):
    """The proof that no money is lost: over all orders, what was paid is what is kept, refunded and in flight."""

    holds: bool
    """Whether nothing is off by a minor unit, and the last recount has counted the same."""
    checked_at: Time | None = None
    """When it was last checked, usually seconds ago; null where it never was."""
    postings: int
    """Postings that are counted so far."""
    last_posting_id: str | None = None
    """The last one of them; null where there is none."""
    last_posted_at: Time | None = None
    """When that was posted: everything that was posted before is proven, but for what was committed seconds ago."""
    sums: list[ProvenSumsOut]
    """The terms, per currency."""
    broken_orders: int
    """The number of orders whose postings and other rows do not agree."""
    breaks: list[LedgerBreakOut] | None = None
    """The first twenty of their differences, for agents, arbitrators and admins; null for everybody else."""
    recount: RecountOut | None = None
    """The last recount that has ended; null where none has."""

    @classmethod
    def of(cls, proof: LedgerProof, *, with_orders: bool) -> Self:
        """The proof, with the orders that break it or without them."""
        progress = proof.progress
        return cls(
            holds=proof.holds,
            checked_at=progress and progress.checked_at,
            postings=0 if progress is None else progress.postings,
            last_posting_id=progress and progress.posting_id,
            last_posted_at=progress and progress.posted_at,
            sums=[ProvenSumsOut.of(each) for each in proof.sums],
            broken_orders=proof.broken_orders,
            breaks=[LedgerBreakOut.of(each) for each in proof.breaks] if with_orders else None,
            recount=proof.recount and RecountOut.of(proof.recount),
        )


class AccountTotalOut(Out):
    """What was posted to an account."""

    account: LedgerAccount
    """The account."""
    currency: Currency
    """The currency of the sums."""
    debited_minor: int
    """What was debited to it."""
    credited_minor: int
    """What was credited to it."""
    postings: int
    """By how many postings."""

    @classmethod
    def of(cls, total: MerchantTotal) -> Self:
        """The totals."""
        return cls.of_row(total)


class MerchantLedgerOut(Out):
    """What the ledger has of a merchant over some days: the totals per account and currency."""

    merchant_id: str
    """The merchant."""
    first_day: date
    """The first day, of UTC."""
    last_day: date
    """The last day, which counts as well."""
    totals: list[AccountTotalOut]
    """The totals, by currency and account; those without a posting are left out."""
    sums: list[ProvenSumsOut]
    """The terms of the equation that these totals make, per currency. What is refunded of payments of earlier days counts on the day of
    the refund, so `kept_minor` of some days may be below 0."""
    balanced: bool
    """Whether the terms add up in every currency, in these days as in any others."""
    as_of: Time | None = None
    """When postings were last added to the totals, usually seconds ago; null where none was."""

    @classmethod
    def of(cls, found: MerchantLedger) -> Self:
        """The totals of the merchant."""
        first, last = found.period
        return cls(
            merchant_id=found.merchant_id,
            first_day=first,
            last_day=last,
            totals=[AccountTotalOut.of(each) for each in found.totals],
            sums=[ProvenSumsOut.of(each) for each in found.sums],
            balanced=found.is_balanced,
            as_of=found.progress and found.progress.checked_at,
        )
