"""Refunds as an after-sale case asks for them, published by aftersale-svc. Their execution is in `payments`."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent, CaseStage
from aftercare_events.catalogue.merchants import SettingsUsed
from aftercare_events.catalogue.refund_parts import RefundPart
from aftercare_events.catalogue.returns import AcceptedLine
from aftercare_events.fields import Code, Currency, Minor, PaymentId, RefundId
from aftercare_events.vocabulary import Vocabulary, one_of


class RefundCause(Vocabulary):
    """Which decision led to a refund."""

    APPROVAL = "approval", "the request was approved"
    INSPECTION = "inspection", "the returned goods were inspected"
    VERDICT = "verdict", "a verdict ordered it"
    TIMEOUT = "timeout", "the merchant's time ran out"
    NO_REPLACEMENT = "no_replacement", "the merchant cannot send a replacement, or has not in time"
    PRICE_DIFFERENCE = "price_difference", "the replacement costs less than what was paid"
    COMPENSATION = "compensation", "a verdict ordered it, and the buyer keeps the goods"
    NOT_REPAIRABLE = "not_repairable", "the goods cannot be repaired"
    AGREED = "agreed", "an accepted offer pays this, and the buyer keeps the goods"


class RefundRequested(CaseEvent):
    """Money is to go back; order-svc executes it with the refund id as the provider's idempotency key."""

    matter: Code = "refund_request"
    refund_id: RefundId
    payment_id: PaymentId
    amount_minor: Minor
    currency: Currency
    cause: Annotated[Code, one_of(RefundCause, "which decision led to it")]
    payment_ids: Annotated[
        tuple[PaymentId, ...] | None,
        Field(description="the payments to refund from first, in this order; absent where the newest are"),
    ] = None
    parts: Annotated[
        tuple[RefundPart, ...] | None, Field(description="what `amount_minor` is made of, and what goes back beside it")
    ] = None
    stage: Annotated[Code | None, one_of(CaseStage, "where the goods are, as the case knows it")] = None
    before_shipment: Annotated[
        bool | None,
        Field(description="whether the refund is on condition that none of the case's units has left the merchant"),
    ] = None
    settings: SettingsUsed = None
    compensated_minor: Annotated[
        Minor | None,
        Field(
            description="what the merchant's deposit has paid before in the place of refunds of the case; it is not refunded again"
        ),
    ] = None
    accepted: Annotated[
        tuple[AcceptedLine, ...] | None,
        Field(description="the accepted units of goods that were inspected: as found, or all of them by a verdict"),
    ] = None

    @property
    def is_before_shipment(self) -> bool:
        """Return whether the refund is on condition that no unit has left; in events without `before_shipment`, by the stage."""
        return self.stage == CaseStage.PRE_SHIP if self.before_shipment is None else self.before_shipment


class AfterSaleRefundFailed(CaseEvent):
    """The refund was refused, which is final; an agent has to decide what happens instead."""

    matter: Code = "refund_failure"
    refund_id: RefundId
    failure_code: Annotated[Code, Field(description="as in RefundFailed")]
    succeeded_minor: Annotated[Minor | None, Field(description="as in RefundFailed")] = None
    currency: Annotated[Currency | None, Field(description="of `succeeded_minor`")] = None


class AfterSaleRefundReversed(CaseEvent):
    """A refund of the case that was paid, or a share of one, came back to the merchant; AfterSaleEscalated follows where an agent has to decide."""

    matter: Code = "refund_reversal"
    refund_id: RefundId
    failure_code: Annotated[Code, Field(description="as in RefundReversed")]
    amount_minor: Annotated[Minor, Field(description="what came back")]
    currency: Currency
