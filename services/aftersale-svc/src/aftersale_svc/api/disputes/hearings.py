"""Hearing disputes 审理: who decides, which evidence is asked for, and what both sides agree on."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Path, Query

from aftersale_svc import queries
from aftersale_svc.api.disputes.disputes import NOT_TO_DECIDE
from aftersale_svc.api.parameters import DisputeId
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.disputes.disputes import DisputeOut
from aftersale_svc.api.schemas.disputes.hearings import AssignIn, EvidenceRequestIn, EvidenceSubmissionIn, ProposalIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.disputes import hearings, settlements
from aftersale_svc.domain.cases.deposit_covers.errors import GuaranteePaying, RefundCovered
from aftersale_svc.domain.caseworkers.errors import CaseworkerUnknown, NoCaseworkerFree
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.disputes.errors import (
    AlreadyAssigned,
    AmountExceedsPaid,
    AmountMissing,
    AmountWithoutRefund,
    AppealOpen,
    DecidedFirst,
    EvidenceEmpty,
    NotAsked,
    NotAssignedToYou,
    OwnProposal,
    PartyCannotDecide,
    ProposalNotOpen,
    RemedyNotPossible,
    RoundsUsedUp,
)
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import DisputeAction
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], route_class=ApiRoute)
queue = APIRouter(prefix="/v1/dispute-queue", tags=["disputes"], route_class=ApiRoute)
NO_NOTE, NOBODY_NAMED = NoteIn(), AssignIn()
ProposalId = Annotated[Id, Path(description="The id of the proposal.")]
_AMOUNTS = (
    OrderWasCancelled,
    RemedyNotPossible,
    AmountMissing,
    AmountWithoutRefund,
    AmountExceedsPaid,
    CurrencyForeign,
)


@queue.get("", operation_id="listDisputeQueue", dependencies=[require_role("arbitrator", "agent", "admin")])
async def list_queue(
    reader: Read[Settings],
    arbitrator_id: Annotated[PrincipalId | None, Query(description="Only disputes that this arbitrator has.")] = None,
    unassigned: Annotated[bool, Query(description="Only disputes that no arbitrator has.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[DisputeOut]:
    """List the disputes that wait for the platform, the earliest deadline first."""
    page = await queries.dispute_queue(
        reader, limit, cursor, arbitrator_id=arbitrator_id, unassigned=True if unassigned else None
    )
    return PageOut[DisputeOut].of(page, lambda dispute: DisputeOut.of(dispute, reader))


@router.post(
    "/{dispute_id}/take",
    **step([DISPUTE], DisputeAction.TAKE, "takeDispute", PartyCannotDecide, DecidedFirst, AlreadyAssigned),
)
async def take_dispute(dispute_id: DisputeId, tx: Tx[Settings]) -> DisputeOut:
    """Take the dispute as an arbitrator. No other one decides it then, unless it is released or assigned."""
    return DisputeOut.of(await hearings.take(tx, dispute_id), tx)


@router.post(
    "/{dispute_id}/assign",
    **step(
        [DISPUTE],
        DisputeAction.ASSIGN,
        "assignDispute",
        PartyCannotDecide,
        DecidedFirst,
        CaseworkerUnknown,
        NoCaseworkerFree,
    ),
)
async def assign_dispute(dispute_id: DisputeId, tx: Tx[Settings], body: AssignIn = NOBODY_NAMED) -> DisputeOut:
    """Give the dispute to an arbitrator, whoever has it: the one that is named, or another one with the fewest disputes (`/v1/caseworkers`)."""
    return DisputeOut.of(await hearings.assign(tx, dispute_id, arbitrator_id=body.arbitrator_id), tx)


@router.post("/{dispute_id}/release", **step([DISPUTE], DisputeAction.RELEASE, "releaseDispute", NotAssignedToYou))
async def release_dispute(dispute_id: DisputeId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> DisputeOut:
    """Give the dispute back to the queue."""
    return DisputeOut.of(await hearings.release(tx, dispute_id, note=body.note), tx)


@router.post(
    "/{dispute_id}/request-evidence",
    **step(
        [DISPUTE],
        DisputeAction.REQUEST_EVIDENCE,
        "requestDisputeEvidence",
        *NOT_TO_DECIDE,
        RoundsUsedUp,
    ),
)
async def request_evidence(dispute_id: DisputeId, body: EvidenceRequestIn, tx: Tx[Settings]) -> DisputeOut:
    """Ask one side or both for evidence as the arbitrator. The review goes on once they have submitted it, or are late."""
    asked = await hearings.request_evidence(tx, dispute_id, asked_of=body.asked_of, missing=body.missing)
    return DisputeOut.of(asked, tx)


@router.post(
    "/{dispute_id}/submit-evidence",
    **step(
        [DISPUTE], DisputeAction.SUBMIT_EVIDENCE, "submitDisputeEvidence", EvidenceUnusable, NotAsked, EvidenceEmpty
    ),
)
async def submit_evidence(dispute_id: DisputeId, body: EvidenceSubmissionIn, tx: Tx[Settings]) -> DisputeOut:
    """Submit the evidence that was asked for, once per request. At its deadline the review goes on without it."""
    submitted = await hearings.submit_evidence(tx, dispute_id, evidence=body.evidence, note=body.note)
    return DisputeOut.of(submitted, tx)


@router.post(
    "/{dispute_id}/proposals", **step([DISPUTE], DisputeAction.PROPOSE, "proposeSettlement", AppealOpen, *_AMOUNTS)
)
async def propose(dispute_id: DisputeId, body: ProposalIn, tx: Tx[Settings]) -> DisputeOut:
    """Propose a settlement to the other side. An open proposal, of either side, is replaced by it."""
    return DisputeOut.of(await settlements.propose(tx, dispute_id, terms=body.terms()), tx)


@router.post(
    "/{dispute_id}/proposals/{proposal_id}/accept",
    **step(
        [DISPUTE],
        DisputeAction.SETTLE,
        "acceptSettlement",
        AppealOpen,
        OwnProposal,
        ProposalNotOpen,
        RefundCovered,
        GuaranteePaying,
        *_AMOUNTS,
    ),
)
async def accept_proposal(dispute_id: DisputeId, proposal_id: ProposalId, tx: Tx[Settings]) -> DisputeOut:
    """Accept the other side's proposal. The dispute is settled, and what was agreed is executed like a verdict."""
    return DisputeOut.of(await settlements.accept(tx, dispute_id, proposal_id), tx)


@router.post(
    "/{dispute_id}/proposals/{proposal_id}/decline",
    **step([DISPUTE], DisputeAction.DECLINE_PROPOSAL, "declineSettlement", AppealOpen, OwnProposal, ProposalNotOpen),
)
async def decline_proposal(
    dispute_id: DisputeId, proposal_id: ProposalId, tx: Tx[Settings], body: NoteIn = NO_NOTE
) -> DisputeOut:
    """Decline the other side's proposal. The dispute goes on."""
    return DisputeOut.of(await settlements.decline(tx, dispute_id, proposal_id, note=body.note), tx)
