"""Refunds in responses."""

from datetime import datetime
from typing import Self

from aftercare_chassis.http.schemas import CreatedAt, Money, Out

from order_svc.api.schemas.payments import RefundOut
from order_svc.domain.payments.model import Refund, RefundState
from order_svc.domain.payments.shares import SharedRefund


class RefundShareOut(RefundOut):
    """What of a refund is made from one payment."""

    payment_id: str
    """The payment that it is made from."""

    @classmethod
    def of(cls, refund: Refund) -> Self:
        """The share in its present state."""
        return cls(**RefundOut.of(refund).model_dump(), payment_id=refund.payment_id)


class ListedRefundOut(RefundShareOut):
    """A refund in a list, or a share of one that is made from several payments."""

    order_id: str
    """The order that the money was paid for."""
    age_seconds: int
    """How long ago it was made."""

    @classmethod
    def of_order(cls, refund: Refund, now: datetime) -> Self:
        """The refund as of now."""
        age = int((now - refund.created_at).total_seconds())
        return cls(**RefundShareOut.of(refund).model_dump(), order_id=refund.order_id, age_seconds=age)


class WholeRefundOut(Out):
    """A refund with all of its shares: one for each payment that it is made from."""

    id: str
    """Identifies the refund: `ref_…`, or as the case has named it."""
    order_id: str
    """The order that the money was paid for."""
    case_id: str | None
    """The case that requested it; null where none did."""
    cause: str
    """The decision of the case, or why there is a refund without one; see `RefundOut`."""
    state: RefundState
    """How far it is: in flight while one of its shares is, `succeeded` once all of it is back."""
    amount: Money
    """What the buyer gets back."""
    refunded: Money
    """What of it is back."""
    shares: list[RefundShareOut]
    """What is made from each payment, in the order in which they were made; those that have moved to other payments have failed."""
    created_at: CreatedAt

    @classmethod
    def of(cls, refund: SharedRefund) -> Self:
        """The refund in its present state."""
        first = refund.shares[0]
        return cls(
            id=first.refund_id,
            order_id=first.order_id,
            case_id=first.case_id,
            cause=first.cause,
            state=refund.state,
            amount=Money.of(refund.amount_minor, first.currency),
            refunded=Money.of(refund.succeeded_minor, first.currency),
            shares=[RefundShareOut.of(each) for each in refund.shares],
            created_at=first.created_at,
        )
