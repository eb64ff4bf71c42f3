"""Postings of the double-entry ledger in responses."""

from typing import Self

from aftercare_chassis.http.schemas import Money, Out, Time

from order_svc.domain.payments.postings import Funding, LedgerAccount, Posting, PostingKind


class PostingOut(Out):
    """A posting of the double-entry ledger: the amount is debited to one account and credited to another. It is never changed; what
    was wrong is taken back by the opposite posting."""

    id: str
    """Identifies the posting (`post_…`)."""
    order_id: str
    """The order whose money it is."""
    merchant_id: str
    """The merchant of the order."""
    subject_id: str
    """The payment, refund, order, case, claim or dispute that it records something of."""
    kind: PostingKind
    """What it records."""
    debit: LedgerAccount
    """The account that is debited."""
    credit: LedgerAccount
    """The account that is credited."""
    amount: Money
    """How much, always more than nothing."""
    provider: str | None = None
    """The payment provider of the payment or refund; null where there is none."""
    at: Time
    """When it was posted."""

    @classmethod
    def of(cls, posting: Posting) -> Self:
        """The posting."""
        return cls(
            id=posting.id,
            order_id=posting.order_id,
            merchant_id=posting.merchant_id,
            subject_id=posting.subject_id,
            kind=posting.kind,
            debit=posting.debit,
            credit=posting.credit,
            amount=Money.of(posting.amount_minor, posting.currency),
            provider=posting.provider,
            at=posting.posted_at,
        )


class FundingOut(Out):
    """What one of those who fund discounts bears of an order."""

    funder: str
    """Who: `merchant`, `platform` or `creator`."""
    discounts: Money
    """Its discounts off the prices of the order, when it was paid."""
    discounts_returned: Money
    """What of them it has got back, or gets back with a refund that is on its way."""
    refund_costs: Money
    """What it bears of refunds, such as price adjustments, in the place of the merchant."""

    @classmethod
    def of(cls, funding: Funding, currency: str) -> Self:
        """What it bears."""
        return cls(
            funder=funding.funder,
            discounts=Money.of(funding.discounts_minor, currency),
            discounts_returned=Money.of(funding.returned_minor, currency),
            refund_costs=Money.of(funding.refund_costs_minor, currency),
        )
