"""Cases over HTTP."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal

from aftercare_chassis.http.schemas import AllowedOut, Code, Id, In, Money, Name, Out, Text, Time, example
from aftercare_chassis.lifecycle import Actor
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import Field

from aftersale_svc.domain import lifecycle, model
from aftersale_svc.domain.codes import CaseType, CloseCause, Reason, RejectReason, Stage
from aftersale_svc.domain.lifecycle import Bar
from aftersale_svc.domain.model import State

Evidence = Annotated[list[Id], Field(default_factory=list, max_length=20, description="Content hashes, `sha256:…`.")]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
CaseTurn = Literal["merchant", "buyer", "courier", "agent", "platform", "system", "nobody"]
_LINE = "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37"


class WantedIn(In):
    """Units of one order line."""

    line_id: Id
    quantity: Units


class CaseIn(In):
    """What is asked for, and why."""

    model_config = example(
        order_id="ord_0196a3c85d1c70f4b8e2d4a6c8f0b2d4",
        type="return_refund",
        reason="quality_defect",
        description="漏水",
        lines=[{"line_id": _LINE, "quantity": 2}],
        evidence=[],
    )

    order_id: Id
    type: CaseType
    reason: Reason
    description: Text | None = None
    lines: Annotated[list[WantedIn], Field(min_length=1, max_length=100)]
    evidence: Evidence

    def request(self) -> model.Request:
        """The request as commands take it."""
        wanted = [model.Wanted(line.line_id, line.quantity) for line in self.lines]
        return model.Request(self.order_id, self.type, self.reason, self.description, wanted, self.evidence)


class NoteIn(In):
    """A word to the other side; may be left out."""

    model_config = example(note="已与买家沟通。")

    note: Text | None = None


class CloseIn(In):
    """Why the case ends without its purpose; both sides read it."""

    model_config = example(note="渠道多次拒绝退款，已与买家约定线下处理。")

    note: Text


class ReturnAddressIn(In):
    """Where the goods go back to."""

    name: Name
    phone: Name
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CN"
    province: Name | None = None
    city: Name | None = None
    district: Name | None = None
    street: Name
    postal_code: Name | None = None


class ApproveIn(NoteIn):
    """Consent, with the address for the goods where they come back."""

    model_config = example(
        note="请用原包装寄回。",
        return_address={
            "name": "售后仓",
            "phone": "13900000000",
            "province": "浙江省",
            "city": "杭州市",
            "street": "仓前路 8 号",
        },
    )

    return_address: ReturnAddressIn | None = None

    def address(self) -> dict[str, str] | None:
        """The address as it is kept."""
        return self.return_address.model_dump(exclude_none=True) if self.return_address else None


class RejectIn(NoteIn):
    """A refusal names its reason."""

    model_config = example(reason="used_or_affects_resale", note="商品有明显使用痕迹。")

    reason: RejectReason


class ShipIn(In):
    """The parcel that brings the goods back."""

    model_config = example(carrier="sf", waybill_no="SF1000000000001")

    carrier: CarrierInput
    waybill_no: WaybillInput


class CorrectWaybillIn(In):
    """The parcel that really brings the goods back."""

    model_config = example(carrier="sf", waybill_no="SF1000000000002")

    carrier: CarrierInput
    waybill_no: WaybillInput


class InspectedIn(In):
    """How many units of one line are accepted, and in what condition they came."""

    line_id: Id
    accepted: Annotated[int, Field(ge=0, le=1_000_000)]
    grade: Code | None = None


class InspectIn(NoteIn):
    """Every line of the case. Accepting nothing at all is a rejection and names its reason."""

    model_config = example(lines=[{"line_id": _LINE, "accepted": 2, "grade": "a"}], note="配件齐全。")

    lines: Annotated[list[InspectedIn], Field(min_length=1, max_length=100)]
    reason: RejectReason | None = None

    def found(self) -> list[model.Inspected]:
        """The findings as commands take them."""
        return [model.Inspected(line.line_id, line.accepted, line.grade) for line in self.lines]


class CaseLineOut(Out):
    """Units of one line and the money that belongs to them; `accepted` once they were inspected."""

    line_id: str
    sku: str
    quantity: int
    requested: Money
    accepted: int | None = None
    accepted_amount: Money | None = None
    grade: str | None = None

    @classmethod
    def of(cls, line: model.CaseLine, currency: str) -> "CaseLineOut":
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


class ReturnParcelOut(Out):
    """The goods' way back."""

    carrier: str
    waybill_no: str
    delivered_at: Time | None = None


class CaseOut(Out):
    """A case: where it stands, whose turn it is, what happens when nobody acts, and what its reader may do."""

    id: str
    version: int
    order_id: str
    buyer_id: str
    merchant_id: str
    type: CaseType
    reason: Reason
    stage: Stage
    state: State
    whose_turn: Annotated[str, Field(description="merchant, buyer, courier, agent, platform, system or nobody")]
    deadline_at: Time | None
    deadline_effect: Annotated[str | None, Field(description="what the timer will do at `deadline_at`")] = None
    lines: list[CaseLineOut]
    requested: Annotated[Money, Field(description="the units' share of what was really paid for them")]
    shipping_refund: Annotated[
        Money,
        Field(
            description="freight that goes back besides: until a refund is decided, what the case would carry if every "
            "open case of the order ended as it was asked for; afterwards the freight in that refund"
        ),
    ]
    refunded: Annotated[Money, Field(description="what has really been paid back so far")]
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
    def of(cls, case: model.Case, lines: Sequence[model.CaseLine], actor: Actor) -> "CaseOut":
        """The case as this actor sees it."""
        wait = lifecycle.CASE[case.type].timeout(case.state)
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
            deadline_effect=wait.effect if wait else None,
            lines=[CaseLineOut.of(line, case.currency) for line in lines],
            requested=Money.of(case.requested_minor, case.currency),
            shipping_refund=Money.of(case.shipping_refund_minor, case.currency),
            refunded=Money.of(case.refunded_minor, case.currency),
            refund=_refund(case),
            reject_reason=case.reject_reason,
            close_cause=case.close_cause,
            dispute_id=case.dispute_id,
            description=case.description,
            evidence=case.evidence,
            return_address=case.return_address,
            return_parcel=_parcel(case),
            allowed_actions=_actions(case.type, case.state, lifecycle.bars(case), actor.role),
            created_at=case.created_at,
            updated_at=case.updated_at,
        )


@cache
def _actions(type_: CaseType, state: State, remembered: frozenset[Bar], role: str) -> list[AllowedOut]:
    # The same for every case in this state: shaping it anew each time would cost a tenth of the request.
    return AllowedOut.of(lifecycle.allowed_in(type_, state, remembered, Actor("", role)))


def _refund(case: model.Case) -> RefundOut | None:
    if case.refund_id is None or case.refund_cause is None:
        return None
    return RefundOut(id=case.refund_id, amount=Money.of(case.refund_minor, case.currency), cause=case.refund_cause)


def _parcel(case: model.Case) -> ReturnParcelOut | None:
    if case.return_carrier is None or case.return_waybill_no is None:
        return None
    return ReturnParcelOut(
        carrier=case.return_carrier, waybill_no=case.return_waybill_no, delivered_at=case.delivered_at
    )


class StepOut(Out):
    """One step of a case or of its dispute."""

    id: str
    at: Time
    actor_id: str
    actor_role: str
    action: str
    state: Annotated[str, Field(description="the state of the case, or of the dispute named, after the step")]
    dispute_id: str | None = None
    note: str | None = None
    evidence: list[str]


class TimelineOut(Out):
    """Every step, oldest first."""

    data: list[StepOut]
