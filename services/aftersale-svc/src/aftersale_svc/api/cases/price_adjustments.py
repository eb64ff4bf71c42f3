"""Price adjustments 价保: granting a part of what was asked for."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.price_adjustments import GrantIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.cases import price_adjustments
from aftersale_svc.domain.cases.errors import LineMissing, LineTwice, LineUnknown, RefundDecided, RejectReasonUnsuitable
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.price_grants.errors import (
    GRANTS,
    AdjustmentExceedsLeft,
    GrantExceedsRequest,
    NothingGranted,
    PriceNotLower,
)
from aftersale_svc.domain.currencies import PriceCurrencyForeign
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)


@router.post(
    "/{case_id}/grant",
    **step(
        CASE.values(),
        CaseAction.GRANT,
        "grantPriceAdjustment",
        RefundDecided,
        LineUnknown,
        LineTwice,
        LineMissing,
        PriceCurrencyForeign,
        GrantExceedsRequest,
        AdjustmentExceedsLeft,
        NothingGranted,
        PriceNotLower,
        *GRANTS,
        RejectReasonUnsuitable,
        EvidenceUnusable,
        *CITATIONS,
    ),
)
async def grant_price_adjustment(case_id: CaseId, body: GrantIn, tx: Tx[Settings]) -> CaseOut:
    """Grant what a price adjustment asks for, or less with the reason: by the prices that were verified, where these are named, and at the cost
    of those who bear it. `approve` grants all of it at the cost of the merchant, as far as that is left.
    """
    granted = await price_adjustments.grant(
        tx,
        case_id,
        amounts=body.amounts(),
        reason=body.reason,
        evidence=body.evidence,
        note=body.note,
        policy=body.citations(),
    )
    return CaseOut.seen(granted, tx)
