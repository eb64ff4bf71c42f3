"""Disputes 纠纷单: opened by complaints, answered by the merchant, decided by the platform."""

from typing import Any

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, allow
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition
from aftercare_chassis.refusals import Refusal
from fastapi import APIRouter

from aftersale_svc import queries
from aftersale_svc.api.schemas.cases import NoteIn
from aftersale_svc.api.schemas.disputes import AnswerIn, DisputeOut, DisputeTurn, EvidenceIn, VerdictIn
from aftersale_svc.commands import disputes, verdicts
from aftersale_svc.domain.errors import (
    AmountExceedsPaid,
    AmountMissing,
    AmountWithoutRefund,
    CurrencyForeign,
    OrderWasCancelled,
)
from aftersale_svc.domain.lifecycle import DisputeAction, dispute_roles
from aftersale_svc.domain.model import DisputeState

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], route_class=ApiRoute)
SAYING_NOTHING = NoteIn()


def step(action: DisputeAction, operation_id: str, *refused: type[Refusal]) -> dict[str, Any]:
    """What the routes of all actions share: only roles that may ever take the action get through.

    `refused` are the refusals of this action besides those of the lifecycle.
    """
    return {
        "operation_id": operation_id,
        "responses": refusals(IllegalTransition, ActionNotAllowed, *refused),
        "dependencies": [allow(*dispute_roles(action))],
    }


@router.get("", operation_id="listDisputes")
async def list_disputes(
    reader: Read,
    case_id: Id | None = None,
    order_id: Id | None = None,
    complaint_id: Id | None = None,
    state: DisputeState | None = None,
    whose_turn: DisputeTurn | None = None,
    buyer_id: PrincipalId | None = None,
    merchant_id: PrincipalId | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[DisputeOut]:
    """Disputes, newest first."""
    filters = {
        "case_id": case_id,
        "order_id": order_id,
        "complaint_id": complaint_id,
        "state": state,
        "whose_turn": whose_turn,
        "buyer_id": buyer_id,
        "merchant_id": merchant_id,
    }
    page = await queries.disputes(reader, limit, cursor, **filters)
    return PageOut[DisputeOut].of(page, lambda dispute: DisputeOut.of(dispute, reader.actor))


@router.get("/{dispute_id}", operation_id="getDispute")
async def get_dispute(dispute_id: Id, reader: Read) -> DisputeOut:
    """A dispute, and what can be done next by whom."""
    return DisputeOut.of(await queries.dispute(reader, dispute_id), reader.actor)


@router.post("/{dispute_id}/answer", **step(DisputeAction.ANSWER, "answerDispute"))
async def answer_dispute(dispute_id: Id, body: AnswerIn, tx: Tx) -> DisputeOut:
    """The merchant answers; the platform reviews next."""
    return DisputeOut.of(await disputes.answer(tx, dispute_id, body.text, body.evidence), tx.actor)


@router.post("/{dispute_id}/evidence", **step(DisputeAction.ADD_EVIDENCE, "addDisputeEvidence"))
async def add_evidence(dispute_id: Id, body: EvidenceIn, tx: Tx) -> DisputeOut:
    """Either side adds what supports it, until the verdict."""
    return DisputeOut.of(await disputes.add_evidence(tx, dispute_id, body.evidence, body.note), tx.actor)


@router.post(
    "/{dispute_id}/verdict",
    **step(
        DisputeAction.DECIDE,
        "giveVerdict",
        OrderWasCancelled,
        AmountMissing,
        AmountWithoutRefund,
        AmountExceedsPaid,
        CurrencyForeign,
    ),
)
async def give_verdict(dispute_id: Id, body: VerdictIn, tx: Tx) -> DisputeOut:
    """Decide: a refund of at most what is left of the case's money, nothing more, or that the case goes on."""
    return DisputeOut.of(await verdicts.give(tx, dispute_id, body.verdict()), tx.actor)


@router.post("/{dispute_id}/withdraw", **step(DisputeAction.WITHDRAW, "withdrawDispute"))
async def withdraw_dispute(dispute_id: Id, tx: Tx, body: NoteIn = SAYING_NOTHING) -> DisputeOut:
    """The buyer takes it back; the case goes on where it stood."""
    return DisputeOut.of(await disputes.withdraw(tx, dispute_id, body.note), tx.actor)
