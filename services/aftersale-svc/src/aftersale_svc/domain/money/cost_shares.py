"""What others than the merchant bear of a price adjustment, as parts of its refund (docs/money.md R11)."""

from collections.abc import Iterable, Sequence

from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.price_grants.model import AdjustmentBearer
from aftersale_svc.domain.cases.price_grants.policy import borne
from aftersale_svc.domain.cases.shares import spread
from aftersale_svc.domain.money.codes import PartEffect, PartKind, PartParty
from aftersale_svc.domain.money.model import GivenBack
from aftersale_svc.domain.money.parts import RefundPart


def with_cost_shares(
    parts: Sequence[RefundPart], checks: Iterable[PriceCheck], amount_minor: int, paid: Iterable[GivenBack] = ()
) -> tuple[RefundPart, ...]:
    """The parts of a refund of this amount, and after them what each of the others owes the merchant for it; the buyer gets the amount either
    way.

    `checks` have what is granted in all, `paid` what earlier refunds of the case have of these shares.
    """
    before = {(each.line_id, each.payer.value): each.due_minor for each in paid}
    found = [each for each in borne(checks) if each[1] is not AdjustmentBearer.MERCHANT]
    rest = [max(0, minor - before.get((check.line_id, bearer.value), 0)) for check, bearer, minor in found]
    # Shares of other totals are rounded otherwise.
    rest = rest if sum(rest) <= amount_minor else spread(amount_minor, rest)
    shares = [(*each[:2], minor) for each, minor in zip(found, rest, strict=True) if minor]
    return (
        *parts,
        *(
            RefundPart(
                refund_id=parts[0].refund_id,
                position=number,
                kind=PartKind.COST_SHARE,
                effect=PartEffect.BESIDE,
                line_id=check.line_id,
                amount_minor=minor,
                due_minor=minor,
                payer=PartParty(bearer),
                payee=PartParty.MERCHANT,
            )
            for number, (check, bearer, minor) in enumerate(shares, len(parts) + 1)
        ),
    )
