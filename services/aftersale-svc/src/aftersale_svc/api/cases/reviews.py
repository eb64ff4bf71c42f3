"""Deciding about a case 审核: approve, reject, escalate, refund, and the ways to end it."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import (
    ApproveIn,
    CloseIn,
    HandlingIn,
    NoteIn,
    RefundIn,
    RejectIn,
)
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.steps import step
from aftersale_svc.commands.cases import endings, reviews
from aftersale_svc.commands.money import refunds
from aftersale_svc.domain.cases.deposit_covers.errors import GuaranteePaying, RefundCovered
from aftersale_svc.domain.cases.errors import (
    HandlingReasonUnsuitable,
    RefundDecided,
    RefundOwedAgain,
    RejectReasonUnsuitable,
    ReturnAddressMissing,
    VerdictUnpaid,
)
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.money_holds.errors import GoodsAlreadyReceived, ReplacementSent
from aftersale_svc.domain.cases.offers.errors import GoodsAlreadySent
from aftersale_svc.domain.cases.replacements.errors import ReplacementDecided
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.money.errors import NothingLeft
from aftersale_svc.domain.orders.errors import PaymentUnknown
from aftersale_svc.domain.policies.errors import CITATIONS, ClauseUnknown, PolicyUnknown
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE, NO_REASON, NOTHING = NoteIn(), HandlingIn(), RefundIn(policy=[])
NO_ADDRESS = ApproveIn(policy=[])


@router.post(
    "/{case_id}/approve",
    **step(
        CASE.values(),
        CaseAction.APPROVE,
        "approveCase",
        RefundDecided,
        ReplacementDecided,
        ReturnAddressMissing,
        NothingLeft,
        PolicyUnknown,
        ClauseUnknown,
        PaymentUnknown,
    ),
)
async def approve_case(case_id: CaseId, tx: Tx[Settings], body: ApproveIn = NO_ADDRESS) -> CaseOut:
    """Approve the request: the buyer sends the goods back (return_refund), or the refund is requested at once (refund_only),
    or the merchant sends what is missing (reship_parts).

    The seller names the address for goods that are sent back. Where an agent leaves it out, and nobody has named it
    before, it is the merchant's turn to do so with `set-return-address`; the buyer's time to ship begins then.
    """
    return CaseOut.seen(
        await reviews.approve(
            tx,
            case_id,
            note=body.note,
            return_address=body.address(),
            policy=body.citations(),
            payment_ids=body.payment_ids,
        ),
        tx,
    )


@router.post(
    "/{case_id}/reject",
    **step(
        CASE.values(),
        CaseAction.REJECT,
        "rejectCase",
        EvidenceUnusable,
        RefundDecided,
        ReplacementDecided,
        RejectReasonUnsuitable,
        PolicyUnknown,
        ClauseUnknown,
    ),
)
async def reject_case(case_id: CaseId, body: RejectIn, tx: Tx[Settings]) -> CaseOut:
    """Reject the request with a reason. The buyer may accept that or complain."""
    rejected = await reviews.reject(
        tx, case_id, reason=body.reason, note=body.note, evidence=body.evidence, policy=body.citations()
    )
    return CaseOut.seen(rejected, tx)


@router.post(
    "/{case_id}/escalate", **step(CASE.values(), CaseAction.ESCALATE, "escalateCase", HandlingReasonUnsuitable)
)
async def escalate_case(case_id: CaseId, tx: Tx[Settings], body: HandlingIn = NO_REASON) -> CaseOut:
    """Let an agent of the platform decide about the request."""
    return CaseOut.seen(await reviews.escalate(tx, case_id, reason=body.reason, note=body.note), tx)


@router.post(
    "/{case_id}/refund",
    **step(
        CASE.values(),
        CaseAction.REFUND,
        "refundCase",
        NothingLeft,
        RefundCovered,
        ReplacementSent,
        PaymentUnknown,
        *CITATIONS,
    ),
)
async def refund_case(case_id: CaseId, tx: Tx[Settings], body: RefundIn = NOTHING) -> CaseOut:
    """Order the refund, or try it again after it failed, as an agent. Each attempt is a refund with an id of its own."""
    refunding = await refunds.refund(tx, case_id, note=body.note, policy=body.citations(), payment_ids=body.payment_ids)
    return CaseOut.seen(refunding, tx)


@router.post(
    "/{case_id}/close",
    **step(
        CASE.values(),
        CaseAction.CLOSE,
        "closeCase",
        GuaranteePaying,
        VerdictUnpaid,
        RefundOwedAgain,
        ReplacementSent,
        *CITATIONS,
    ),
)
async def close_case(case_id: CaseId, body: CloseIn, tx: Tx[Settings]) -> CaseOut:
    """Close the case as an agent, if nothing else is possible: for example, if the provider refuses the refund.

    The note is the reason. The buyer may complain within the dispute window. A fast exchange whose replacement was sent is not closed while
    its hold is open: `release-hold` or `claim-hold` ends it. Nor is a case in which a verdict or a settlement is still to be paid.
    """
    return CaseOut.seen(await endings.close(tx, case_id, note=body.note, policy=body.citations()), tx)


@router.post("/{case_id}/accept", **step(CASE.values(), CaseAction.ACCEPT, "acceptRejection"))
async def accept_rejection(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Accept the rejection. The case is closed, and a new one may be opened about its units."""
    return CaseOut.seen(await endings.accept(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/cancel",
    **step(
        CASE.values(),
        CaseAction.CANCEL,
        "cancelCase",
        RefundDecided,
        ReplacementDecided,
        ReplacementSent,
        GoodsAlreadyReceived,
        GoodsAlreadySent,
        HandlingReasonUnsuitable,
    ),
)
async def cancel_case(case_id: CaseId, tx: Tx[Settings], body: HandlingIn = NO_REASON) -> CaseOut:
    """Withdraw the request."""
    return CaseOut.seen(await endings.cancel(tx, case_id, reason=body.reason, note=body.note), tx)
