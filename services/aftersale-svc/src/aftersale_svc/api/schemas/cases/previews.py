"""What a case would give back, as it is shown."""

from aftercare_chassis.http.schemas import Money, Out

from aftersale_svc.api.schemas.money.refunds import RefundPartOut
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.money.preview import Preview
from aftersale_svc.domain.orders.model import Stage


class PreviewLineOut(Out):
    """Units of one line and their share of the money."""

    line_id: str
    """The line of the order, as order-svc shows it."""
    sku: str
    """The merchant's article number, from the order."""
    quantity: int
    """How many units of the line the case would be about."""
    requested: Money
    """These units' share of what was paid for the line."""


class CasePreviewOut(Out):
    """What a case would give back, were it opened now."""

    order_id: str
    """The order that the case would be about."""
    type: CaseType
    """What would be asked for."""
    reason: Reason
    """Why."""
    stage: Stage
    """Where the goods are now."""
    lines: list[PreviewLineOut]
    """The units that the case would be about, by line of the order."""
    requested: Money
    """The units' share of what was paid for them, as the case would show it."""
    shipping_refund: Money
    """The freight as the case would show it at first: what it would carry if every open case of the order ended as it was
    asked for."""
    refund: Money
    """What the refund would be, freight included, if all units are accepted and nothing else happens in the order
    meanwhile: other open cases stay open. Freight that those have to complete is not in it."""
    return_freight_limit: Money | None = None
    """Up to which amount the merchant reimburses what the buyer pays to a courier for the return; null where it does not."""
    parts: list[RefundPartOut]
    """What `refund` would be made of, and what would go back beside it, as the refund of the case would show it."""

    @classmethod
    def of(cls, preview: Preview) -> "CasePreviewOut":
        case, currency = preview.full.case, preview.full.case.currency
        return cls(
            order_id=case.order_id,
            type=case.type,
            reason=case.reason,
            stage=case.stage,
            lines=[
                PreviewLineOut(
                    line_id=line.line_id,
                    sku=line.sku,
                    quantity=line.quantity,
                    requested=Money.of(line.amount_minor, currency),
                )
                for line in preview.full.lines
            ],
            requested=Money.of(case.requested_minor, currency),
            shipping_refund=Money.of(case.shipping_refund_minor, currency),
            refund=Money.of(preview.refund.total_minor, currency),
            return_freight_limit=preview.freight_limit_minor and Money.of(preview.freight_limit_minor, currency),
            parts=[RefundPartOut.of(part, currency) for part in preview.parts],
        )
