"""Fast exchanges 先换后退: the hold on the money, and what becomes of it."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import CitingIn, NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.steps import step
from aftersale_svc.commands.goods import fast_exchanges
from aftersale_svc.domain.cases.errors import RefundDecided
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.money_holds.errors import ClaimGroundsMissing, HoldAgreed, ReplacementNotSent
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE, NOTHING = NoteIn(), CitingIn(policy=[])


@router.post("/{case_id}/agree-hold", **step(CASE.values(), CaseAction.AGREE_HOLD, "agreeHold", HoldAgreed))
async def agree_hold(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Agree as the buyer that what was paid for the units is held until they are back. The replacement is not sent
    before. Where the goods do not come back, their money cannot go back any more."""
    return CaseOut.seen(await fast_exchanges.agree(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/release-hold",
    **step(CASE.values(), CaseAction.RELEASE_HOLD, "releaseHold", ReplacementNotSent, RefundDecided, *CITATIONS),
)
async def release_hold(case_id: CaseId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CaseOut:
    """Release the hold as an agent, whatever came back. The case is completed."""
    return CaseOut.seen(await fast_exchanges.release(tx, case_id, note=body.note, policy=body.citations()), tx)


@router.post(
    "/{case_id}/claim-hold",
    **step(
        CASE.values(),
        CaseAction.CLAIM_HOLD,
        "claimHold",
        ReplacementNotSent,
        RefundDecided,
        ClaimGroundsMissing,
        *CITATIONS,
    ),
)
async def claim_hold(case_id: CaseId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CaseOut:
    """Claim the hold as an agent, for the units that did not come back or were refused. The case is completed.

    Where neither the courier nor the buyer has reported that the replacement has arrived, the note is required.
    """
    return CaseOut.seen(await fast_exchanges.claim(tx, case_id, note=body.note, policy=body.citations()), tx)
