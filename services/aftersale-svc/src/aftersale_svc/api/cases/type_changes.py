"""Changing the type of a case 更改售后类型."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.type_changes import TypeChangeIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.cases import type_changes
from aftersale_svc.domain.cases.errors import (
    DescriptionMissing,
    EvidenceRequired,
    LineTwice,
    LineUnknown,
    NoWarranty,
    ReasonClosed,
    ReasonNotReached,
    ReturnAlreadyShipped,
    StageNotReached,
    WarrantyPassed,
)
from aftersale_svc.domain.cases.exchanges.errors import WantedNotPossible
from aftersale_svc.domain.cases.final_sales import FinalSale, VirtualGoods
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.money_holds.errors import FastExchangeNotAllowed
from aftersale_svc.domain.cases.offers.errors import TypeUnsuitable
from aftersale_svc.domain.cases.promised_times import NotLateYet
from aftersale_svc.domain.cases.type_changes.errors import TypeChangedTooOften, TypeOrdered, TypeUnchanged
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.money.errors import UnitsNotSent
from aftersale_svc.domain.orders.errors import WindowPassed
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)


@router.post(
    "/{case_id}/change-type",
    **step(
        CASE.values(),
        CaseAction.CHANGE_TYPE,
        "changeCaseType",
        EvidenceUnusable,
        TypeUnchanged,
        TypeUnsuitable,
        TypeChangedTooOften,
        TypeOrdered,
        StageNotReached,
        UnitsNotSent,
        FinalSale,
        NotLateYet,
        VirtualGoods,
        FastExchangeNotAllowed,
        ReasonNotReached,
        WindowPassed,
        WarrantyPassed,
        NoWarranty,
        ReasonClosed,
        EvidenceRequired,
        DescriptionMissing,
        ReturnAlreadyShipped,
        LineUnknown,
        LineTwice,
        WantedNotPossible,
    ),
)
async def change_type(case_id: CaseId, body: TypeChangeIn, tx: Tx[Settings]) -> CaseOut:
    """Ask for something else, as the buyer: before the review, or until the goods are sent back.

    The merchant reviews it as a new request, with the whole time for that; what was agreed before is void. A type that the
    case cannot become is 409 `type_unsuitable`, with the `allowed` ones.
    """
    changed = await type_changes.change(
        tx,
        case_id,
        type_=body.type,
        reason=body.reason,
        evidence=body.evidence,
        lines=body.wanted(),
        note=body.note,
    )
    return CaseOut.seen(changed, tx)
