"""The freight of a return that the merchant reimburses, as a part of the refund beside its amount (docs/money.md R6).

It is no money of the order's payment, of which a full return has nothing left.
"""

from collections.abc import Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.money.codes import PartEffect, PartKind, PartParty
from aftersale_svc.domain.money.parts import RefundPart


def with_reimbursement(parts: Sequence[RefundPart], full: FullCase) -> tuple[RefundPart, ...]:
    """The parts of a refund with the freight that the buyer has paid, in place of what the merchant pays to a courier otherwise."""
    freight = full.return_freight
    if freight is None or full.return_.delivered_at is None:
        return tuple(parts)
    kept = [part for part in parts if (part.kind, part.effect) != (PartKind.RETURN_FREIGHT, PartEffect.BESIDE)]
    reimbursed = RefundPart(
        refund_id=parts[0].refund_id,
        kind=PartKind.RETURN_FREIGHT_REIMBURSED,
        effect=PartEffect.BESIDE,
        amount_minor=freight.rest_minor,
        due_minor=freight.stated_minor,
        payer=PartParty.MERCHANT,
        payee=PartParty.BUYER,
    )
    return tuple(replace(part, position=number) for number, part in enumerate([*kept, reimbursed], 1))
