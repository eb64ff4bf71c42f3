"""Refunds of cases as they are shown, part by part."""

from typing import Any, Self

from aftercare_chassis.http.schemas import Money, Out

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Refund
from aftersale_svc.domain.money.codes import PartEffect, PartKind, PartParty
from aftersale_svc.domain.money.parts import RefundPart


class RefundPartOut(Out):
    """One part of a refund. The amount of the refund is the sum of what is `added` less what is `deducted`."""

    kind: PartKind
    """What it is. `goods` is the share of the units without the `tax` that is stated for them; together they are the share of
    what was paid."""
    effect: PartEffect
    """`added`: part of the amount; `deducted`: the amount is smaller by it; `beside`: the amount does not contain it, such as
    points, which are no money."""
    line_id: str | None = None
    """The line that it belongs to; null for the whole case."""
    units: int
    """Units of the line that it is for; 0 for the whole case, and where no units go back."""
    amount: Money
    """How much the refund has of it, never negative."""
    due: Money
    """The whole share of the units: more than `amount` where a verdict awarded less."""
    payer: PartParty
    """Who bears it."""
    payee: PartParty
    """Who gets it: the buyer, who gets points and coupons back, or the funder of a discount."""

    @classmethod
    def of(cls, part: RefundPart, currency: str) -> "RefundPartOut":
        return cls(
            kind=part.kind,
            effect=part.effect,
            line_id=part.line_id,
            units=part.units,
            amount=Money.of(part.amount_minor, currency),
            due=Money.of(part.due_minor, currency),
            payer=part.payer,
            payee=part.payee,
        )


class RefundShareOut(Out):
    """What of a refund went back to one means of payment."""

    payment_id: str
    """The payment of the order, as order-svc shows it."""
    provider: str
    """The name of the payment provider."""
    payment_method: str
    """The provider's method."""
    amount: Money
    """What went back."""

    @classmethod
    def of(cls, share: dict[str, Any], currency: str) -> Self:  # Any: JSON
        """The share."""
        return cls(
            payment_id=share["payment_id"],
            provider=share["provider"],
            payment_method=share["method"],
            amount=Money.of(share["amount_minor"], currency),
        )


class RefundOut(Out):
    """The refund that was decided last."""

    id: str
    """Also the id of the refund in order-svc. Each attempt has a new one."""
    amount: Money
    """What it gives back, freight included."""
    cause: str
    """The decision that led to it: `approval`, `inspection`, `verdict`, `timeout` or `no_replacement`."""
    parts: list[RefundPartOut]
    """What the amount is made of, and what goes back beside it; empty for refunds of releases that kept no parts."""
    given_back: Money | None = None
    """What of the amount is back already, by this attempt and those before it, though the refund has failed or is on its way; null where
    that is nothing."""
    from_deposit: Money | None = None
    """What of the amount the merchant's deposit has paid in its place, which is not in `given_back`; null where that is nothing."""
    missing: Money | None = None
    """What is still to go back after it has failed; null where nothing is, or while it is on its way."""
    shares: list[RefundShareOut] | None = None
    """What this attempt has given back, by the payments of the order, where it was made from several; null before, and where all of it is
    from one payment."""

    @classmethod
    def of(cls, full: FullCase) -> "RefundOut | None":
        """The refund; None if none was decided."""
        refund, parts = full.refund, full.rows_of(RefundPart)
        if refund is None:
            return None
        return cls(
            id=refund.id,
            amount=Money.of(refund.amount.total_minor, refund.currency),
            cause=refund.cause,
            given_back=_positive(full.deposit.refunded_in_part_minor, refund),
            from_deposit=_positive(full.deposit.of_refund_minor, refund),
            missing=_positive(full.deposit.missing_minor if refund.state is RefundState.FAILED else 0, refund),
            shares=None
            if refund.shares is None
            else [RefundShareOut.of(each, refund.currency) for each in refund.shares],
            parts=[RefundPartOut.of(part, refund.currency) for part in sorted(parts, key=lambda part: part.position)],
        )


def _positive(minor: int, refund: Refund) -> Money | None:
    return Money.of(minor, refund.currency) if minor else None
