"""Disputes 纠纷单: opened by complaints, answered by the merchant, decided by the platform."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, Tx
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Query

from aftersale_svc import queries
from aftersale_svc.api.parameters import DisputeId, ListOrder, OfBuyer, OfMerchant, OfOrder, Several, one_or_several
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.disputes.disputes import AnswerIn, DisputeOut, EvidenceIn, VerdictIn
from aftersale_svc.api.schemas.disputes.frozen import DisputeTurn
from aftersale_svc.api.schemas.disputes.hearings import DisputeDetailOut
from aftersale_svc.api.steps import step
from aftersale_svc.commands.disputes import disputes, verdicts
from aftersale_svc.domain.cases.deposit_covers.errors import GuaranteePaying, RefundCovered
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.disputes.errors import (
    AmountExceedsPaid,
    AmountMissing,
    AmountWithoutRefund,
    AppealOpen,
    AssignedToAnother,
    CostEmpty,
    DecidedFirst,
    OpenedByPlatform,
    PartyCannotDecide,
    RemedyNotPossible,
    SanctionTwice,
    TooMuchEvidence,
)
from aftersale_svc.domain.disputes.lab_test_errors import LabTestOpen
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import DisputeAction, DisputeState
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.orders.errors import OrderWasCancelled, PaymentUnknown
from aftersale_svc.domain.policies.errors import ClauseUnknown, PolicyUnknown
from aftersale_svc.queries import case_contexts
from aftersale_svc.queries import verdicts as verdict_queries
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], route_class=ApiRoute)
NO_NOTE = NoteIn()
NOT_TO_DECIDE = (PartyCannotDecide, DecidedFirst, AssignedToAnother)
"""Who may not decide is refused with."""
VERDICT_REFUSALS = (
    *NOT_TO_DECIDE,
    OrderWasCancelled,
    RemedyNotPossible,
    AmountMissing,
    AmountWithoutRefund,
    AmountExceedsPaid,
    CurrencyForeign,
    CostEmpty,
    SanctionTwice,
    PolicyUnknown,
    ClauseUnknown,
    RefundCovered,
    GuaranteePaying,
)


@router.get("", operation_id="listDisputes")
async def list_disputes(
    reader: Read[Settings],
    case_id: Annotated[Id | None, Query(description="Only disputes about this case.")] = None,
    order_id: OfOrder = None,
    complaint_id: Annotated[Id | None, Query(description="Only the dispute that this complaint opened.")] = None,
    state: Annotated[DisputeState | None, Query(description="Only disputes in this state.")] = None,
    whose_turn: Annotated[
        list[DisputeTurn] | None, Several("Only disputes in which one of these has to act next.")
    ] = None,
    buyer_id: OfBuyer = None,
    merchant_id: OfMerchant = None,
    sort: Annotated[
        ListOrder, Query(description="`deadline` lists only disputes that have one, the earliest first.")
    ] = ListOrder.NEWEST,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[DisputeOut]:
    """List the disputes that the caller may see, newest first."""
    filters: dict[str, str | list[str] | None] = {
        "case_id": case_id,
        "order_id": order_id,
        "complaint_id": complaint_id,
        "state": state,
        "whose_turn": one_or_several(whose_turn),
        "buyer_id": buyer_id,
        "merchant_id": merchant_id,
    }
    page = await queries.disputes(reader, limit, cursor, by_deadline=sort is ListOrder.DEADLINE, **filters)
    return PageOut[DisputeOut].of(page, lambda dispute: DisputeOut.of(dispute, reader))


@router.get("/{dispute_id}", operation_id="getDispute")
async def get_dispute(dispute_id: DisputeId, reader: Read[Settings]) -> DisputeDetailOut:
    """Get a dispute with its requests for evidence and proposals, what the caller may do next, its steps, and all of it in sentences."""
    dispute, parts = await queries.dispute(reader, dispute_id)
    zone = case_contexts.zone_of(reader, dispute.merchant_id)
    cites = await verdict_queries.cites(reader, dispute)
    return DisputeDetailOut.with_parts(dispute, parts, cites, reader, zone)


@router.post("/{dispute_id}/answer", **step([DISPUTE], DisputeAction.ANSWER, "answerDispute", EvidenceUnusable))
async def answer_dispute(dispute_id: DisputeId, body: AnswerIn, tx: Tx[Settings]) -> DisputeOut:
    """Answer as the merchant. The platform reviews the dispute next."""
    return DisputeOut.of(await disputes.answer(tx, dispute_id, text=body.text, evidence=body.evidence), tx)


@router.post(
    "/{dispute_id}/evidence",
    **step([DISPUTE], DisputeAction.ADD_EVIDENCE, "addDisputeEvidence", EvidenceUnusable, TooMuchEvidence),
)
async def add_evidence(dispute_id: DisputeId, body: EvidenceIn, tx: Tx[Settings]) -> DisputeOut:
    """Add evidence for either side, until the verdict: at most a hundred pieces each, besides what a side is asked for."""
    added = await disputes.add_evidence(tx, dispute_id, evidence=body.evidence, note=body.note)
    return DisputeOut.of(added, tx)


@router.post(
    "/{dispute_id}/verdict",
    **step(
        [DISPUTE],
        DisputeAction.DECIDE,
        "giveVerdict",
        AppealOpen,
        LabTestOpen,
        PaymentUnknown,
        *VERDICT_REFUSALS,
    ),
)
async def give_verdict(dispute_id: DisputeId, body: VerdictIn, tx: Tx[Settings]) -> DisputeOut:
    """Decide as an arbitrator: a refund or a compensation of at most what is left of the case's money, nothing, that the case goes
    on, that the goods are sent back for their money, or that the merchant sends goods."""
    return DisputeOut.of(await verdicts.give(tx, dispute_id, verdict=body.verdict(), cites=body.citations()), tx)


@router.post(
    "/{dispute_id}/withdraw", **step([DISPUTE], DisputeAction.WITHDRAW, "withdrawDispute", AppealOpen, OpenedByPlatform)
)
async def withdraw_dispute(dispute_id: DisputeId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> DisputeOut:
    """Withdraw the complaint as the buyer who has made it. The case goes on in the state in which the dispute stopped it."""
    return DisputeOut.of(await disputes.withdraw(tx, dispute_id, note=body.note), tx)
