"""Cases as they are shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import AllowedOut, Money, Out, Time
from aftercare_chassis.http.turns import TurnOf
from aftercare_chassis.lifecycle import NOBODY, Actor
from pydantic import Field

from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.codes import CaseType, CloseCause, Reason, RejectReason
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import CaseLine, CaseState, Refund, Return
from aftersale_svc.domain.orders.model import Stage

CaseTurn = Annotated[str, TurnOf("CaseTurn", *lifecycle.CASE.values(), others=[NOBODY])]


class CaseLineOut(Out):
    """Units of one line and their share of the money; `accepted` is null until they were inspected."""

    line_id: str
    sku: str
    quantity: int
    requested: Money
    accepted: int | None = None
    accepted_amount: Money | None = None
    grade: str | None = None

    @classmethod
    def of(cls, line: CaseLine, currency: str) -> "CaseLineOut":
        return cls(
            line_id=line.line_id,
            sku=line.sku,
            quantity=line.quantity,
            requested=Money.of(line.amount_minor, currency),
            accepted=line.accepted,
            accepted_amount=None if line.accepted_minor is None else Money.of(line.accepted_minor, currency),
            grade=line.grade,
        )


class RefundOut(Out):
    """The refund that was decided last."""

    id: str
    amount: Money
    cause: str

    @classmethod
    def of(cls, refund: Refund | None) -> "RefundOut | None":
        """The refund; None if none was decided."""
        if refund is None:
            return None
        return cls(id=refund.id, amount=Money.of(refund.amount.total_minor, refund.currency), cause=refund.cause)


class ReturnParcelOut(Out):
    """The parcel that brings the goods back."""

    carrier: str
    waybill_no: str
    delivered_at: Time | None = None

    @classmethod
    def of(cls, return_: Return) -> "ReturnParcelOut | None":
        """The parcel; None if nothing was sent back."""
        if return_.carrier is None or return_.waybill_no is None:
            return None
        return cls(carrier=return_.carrier, waybill_no=return_.waybill_no, delivered_at=return_.delivered_at)


class CaseOut(Out):
    """A case: its state, whose turn it is, what happens if nobody acts, and what the caller may do."""

    id: str
    version: int
    order_id: str
    buyer_id: str
    merchant_id: str
    type: CaseType
    reason: Reason
    stage: Stage
    state: CaseState
    whose_turn: Annotated[CaseTurn, Field(description="Who has to act next; `nobody` in a final state.")]
    deadline_at: Time | None
    deadline_effect: Annotated[str | None, Field(description="what happens at `deadline_at` if nobody acts before")] = (
        None
    )
    lines: list[CaseLineOut]
    requested: Annotated[Money, Field(description="the units' share of what was paid for them")]
    shipping_refund: Annotated[
        Money,
        Field(
            description="freight that is refunded as well: until a refund is decided, what the case would carry if every "
            "open case of the order ended as it was asked for; afterwards the freight in that refund"
        ),
    ]
    refunded: Annotated[Money, Field(description="what has been paid back so far")]
    refund: RefundOut | None = None
    reject_reason: RejectReason | None = None
    close_cause: CloseCause | None = None
    dispute_id: str | None = None
    description: str | None = None
    evidence: list[str]
    return_address: dict[str, str] | None = None
    return_parcel: ReturnParcelOut | None = None
    allowed_actions: list[AllowedOut]
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, full: FullCase, actor: Actor) -> "CaseOut":
        """The case as this actor sees it."""
        case, table = full.case, lifecycle.of(full.case)
        return cls(
            id=case.id,
            version=case.version,
            order_id=case.order_id,
            buyer_id=case.buyer_id,
            merchant_id=case.merchant_id,
            type=case.type,
            reason=case.reason,
            stage=case.stage,
            state=case.state,
            whose_turn=case.whose_turn,
            deadline_at=case.deadline_at,
            deadline_effect=table.deadline_effect(case),
            lines=[CaseLineOut.of(line, case.currency) for line in full.lines],
            requested=Money.of(case.requested_minor, case.currency),
            shipping_refund=Money.of(case.shipping_refund_minor, case.currency),
            refunded=Money.of(full.refunded_minor, case.currency),
            refund=RefundOut.of(full.refund),
            reject_reason=case.reject_reason,
            close_cause=case.close_cause,
            dispute_id=case.dispute_id,
            description=case.description,
            evidence=case.evidence,
            return_address=full.return_.address,
            return_parcel=ReturnParcelOut.of(full.return_),
            allowed_actions=AllowedOut.of(table.allowed(case, actor, CaseFacts(full=full))),
            created_at=case.created_at,
            updated_at=case.updated_at,
        )
