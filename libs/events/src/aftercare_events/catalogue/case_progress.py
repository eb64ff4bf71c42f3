"""What else happens to an after-sale case, published by aftersale-svc: its stage, disputes about it, and its end."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent, CaseLine, CaseStage, CaseState
from aftercare_events.catalogue.refund_parts import RefundPart
from aftercare_events.catalogue.reviews import EscalationCause, HandlingReason
from aftercare_events.fields import Code, Currency, DeadlineAt, DisputeId, Minor, RefundId
from aftercare_events.vocabulary import Vocabulary, one_of


class CloseCause(Vocabulary):
    """Why a case was closed: what was asked for has not been done."""

    BUYER_LATE = "buyer_late", "the buyer did not send the goods in time"
    REJECTED = "rejected", "the buyer did not object to the rejection in time"
    REJECTION_ACCEPTED = "rejection_accepted", "the buyer accepted the rejection"
    VERDICT = "verdict", "a verdict ordered nothing"
    CLOSED_BY_AGENT = "closed_by_agent", "an agent closed it"
    ORDER_CANCELLED = "order_cancelled", "the order was cancelled; its whole money goes back with it"
    UNITS_SHIPPED = "units_shipped", "units that were not to be sent any more had left"
    UNITS_CANCELLED = "units_cancelled", "units of it were cancelled in the order; their money goes back with that"
    REAPPLIED = "reapplied", "rejected; the buyer has asked again, in another case"
    HOLD_NOT_AGREED = "hold_not_agreed", "the buyer did not agree to the hold for a replacement in time"


class AfterSaleShareChanged(CaseEvent):
    """The case is about more of what was paid for its units: an adjustment of their price was not paid after all."""

    matter: Code = "after_sale_share"
    requested_minor: Minor
    currency: Currency
    lines: tuple[CaseLine, ...]
    offered_minor: Annotated[
        Minor | None, Field(description="what the open offer of the whole is about now; absent where none is open")
    ] = None


class AfterSaleFreightChanged(CaseEvent):
    """The case shows another freight out, until a refund of it is decided: another case of the order has changed."""

    matter: Code = "after_sale_freight"
    shipping_refund_minor: Minor
    currency: Currency


class AfterSaleRestaged(CaseEvent):
    """Units of a case that was opened before shipment have left after all."""

    matter: Code = "after_sale_stage"
    previous_stage: Annotated[Code, one_of(CaseStage, "before")]
    stage: Annotated[Code, one_of(CaseStage, "from now on")]


class AfterSaleFrozen(CaseEvent):
    """A dispute stopped the case; it goes on or ends with the dispute."""

    matter: Code = "after_sale_freeze"
    dispute_id: DisputeId


class AfterSaleReopened(CaseEvent):
    """A case that was closed is open again, and an agent has to decide."""

    matter: Code = "after_sale_reopening"
    cause: Annotated[Code, one_of(EscalationCause, "why")]
    deadline_at: DeadlineAt = None


class AfterSaleResumed(CaseEvent):
    """The case goes on where the dispute had stopped it."""

    matter: Code = "after_sale_freeze"
    dispute_id: DisputeId
    deadline_at: DeadlineAt = None
    rejected: Annotated[
        bool | None,
        Field(description="whether the case goes on as refused, so that the seller may go on with the sale"),
    ] = None

    @property
    def is_rejected(self) -> bool:
        """Return whether the case goes on as refused; in events without `rejected`, by the state."""
        return self.state == CaseState.REJECTED if self.rejected is None else self.rejected


class AfterSaleCompleted(CaseEvent):
    """What was asked for has been done; `lines` are the units that were refunded, 0 where only money went back for a line."""

    matter: Code = "after_sale_completion"
    refunded_minor: Minor
    currency: Currency
    lines: tuple[CaseLine, ...]
    parts: Annotated[
        tuple[RefundPart, ...] | None,
        Field(description="what `refunded_minor` is made of, and what goes back beside it"),
    ] = None
    compensated_minor: Annotated[
        Minor | None,
        Field(description="what the merchant's deposit has paid besides, in the place of refunds of the case"),
    ] = None


class AfterSaleClosed(CaseEvent):
    """The case ended; what was asked for has not been done."""

    matter: Code = "after_sale_closure"
    cause: Annotated[Code, one_of(CloseCause, "why it ended")]
    refund_id: Annotated[
        RefundId | None,
        Field(description="a refund that was refused, where the case of a cancelled order ends with it"),
    ] = None
    failure_code: Annotated[Code | None, Field(description="why that was refused, as in RefundFailed")] = None


class AfterSaleCancelled(CaseEvent):
    """The buyer cancelled the request, or an agent did."""

    matter: Code = "after_sale_cancellation"
    reason: Annotated[
        Code | None, one_of(HandlingReason, "why; absent where the buyer gave none, or a note says it")
    ] = None
