"""Refunds of cases as they are shown, part by part."""

from collections.abc import Iterable

from aftercare_chassis.http.schemas import Money, Out

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

    @classmethod
    def of(cls, refund: Refund | None, parts: Iterable[RefundPart] = ()) -> "RefundOut | None":
        """The refund; None if none was decided."""
        if refund is None:
            return None
        return cls(
            id=refund.id,
            amount=Money.of(refund.amount.total_minor, refund.currency),
            cause=refund.cause,
            parts=[RefundPartOut.of(part, refund.currency) for part in sorted(parts, key=lambda part: part.position)],
        )
