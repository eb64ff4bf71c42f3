"""Manual review 人工审核: the queue of the agents, and who has which case."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Query

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.manual_reviews import AssignReviewIn, ConfirmDecisionIn, DeclineDecisionIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.cases import confirmations, manual_reviews, second_person
from aftersale_svc.domain.cases.errors import (
    ReasonNotReached,
    RefundDecided,
    ReturnAddressMissing,
    ReturnAlreadyShipped,
    StageNotReached,
)
from aftersale_svc.domain.cases.final_sales import VirtualGoods
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.manual_reviews.errors import (
    NothingProposed,
    ProposalChanged,
    ProposalOutdated,
    ReviewAlreadyAssigned,
    ReviewNotAssignedToYou,
    SecondPersonNeeded,
)
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.money_holds.errors import FastExchangeNotAllowed
from aftersale_svc.domain.cases.offers.errors import NoOfferOpen, TooManyOffers, TypeUnsuitable
from aftersale_svc.domain.cases.price_grants.errors import AdjustmentExceedsLeft
from aftersale_svc.domain.cases.replacements.errors import ReplacementDecided
from aftersale_svc.domain.caseworkers.errors import CaseworkerUnknown, NoCaseworkerFree
from aftersale_svc.domain.money.errors import NothingLeft, UnitsNotSent
from aftersale_svc.domain.policies.errors import CITATIONS, ClauseUnknown, PolicyUnknown
from aftersale_svc.queries import manual_reviews as queries
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
queue = APIRouter(prefix="/v1/review-queue", tags=["cases"], route_class=ApiRoute)
NO_NOTE, NOBODY_NAMED = NoteIn(), AssignReviewIn()
WHAT_IS_PROPOSED, DECLINED = ConfirmDecisionIn(), DeclineDecisionIn(policy=[])
DECIDED = (
    ProposalOutdated,
    RefundDecided,
    ReplacementDecided,
    ReturnAddressMissing,
    PolicyUnknown,
    ClauseUnknown,
    AdjustmentExceedsLeft,
    ReturnAlreadyShipped,
    NoOfferOpen,
    TooManyOffers,
    TypeUnsuitable,
    StageNotReached,
    UnitsNotSent,
    VirtualGoods,
    FastExchangeNotAllowed,
    ReasonNotReached,
    NothingLeft,
)
"""What the decision that is confirmed may be refused with by then."""


@queue.get("", operation_id="listReviewQueue", dependencies=[require_role("agent", "admin")])
async def list_queue(
    reader: Read[Settings],
    agent_id: Annotated[PrincipalId | None, Query(description="Only cases that this agent has.")] = None,
    unassigned: Annotated[bool, Query(description="Only cases that no agent has.")] = False,
    late: Annotated[bool, Query(description="Only cases that no agent has decided in time.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[CaseOut]:
    """List the cases that an agent has to decide about, the earliest deadline first."""
    filters = {"agent_id": agent_id, "unassigned": unassigned or None, "late": late or None}
    page = await queries.review_queue(reader, limit, cursor, **filters)
    return PageOut[CaseOut].of(page, lambda full: CaseOut.seen(full, reader))


@router.post(
    "/{case_id}/take",
    **step(CASE.values(), CaseAction.TAKE, "takeCase", ReviewAlreadyAssigned, SecondPersonNeeded),
)
async def take_case(case_id: CaseId, tx: Tx[Settings]) -> CaseOut:
    """Take the case as an agent: no other one decides about it for `review_claim_hours`. Taken again, that time begins again."""
    return CaseOut.seen(await manual_reviews.take(tx, case_id), tx)


@router.post(
    "/{case_id}/assign",
    **step(CASE.values(), CaseAction.ASSIGN, "assignCase", SecondPersonNeeded, CaseworkerUnknown, NoCaseworkerFree),
)
async def assign_case(case_id: CaseId, tx: Tx[Settings], body: AssignReviewIn = NOBODY_NAMED) -> CaseOut:
    """Give the case to an agent, whoever has it: the one that is named, or another one with the fewest reviews (`/v1/caseworkers`)."""
    return CaseOut.seen(await manual_reviews.assign(tx, case_id, agent_id=body.agent_id), tx)


@router.post("/{case_id}/release", **step(CASE.values(), CaseAction.RELEASE, "releaseCase", ReviewNotAssignedToYou))
async def release_case(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Give the case back to the queue."""
    return CaseOut.seen(await manual_reviews.release(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/confirm-decision",
    **step(
        CASE.values(),
        CaseAction.CONFIRM_DECISION,
        "confirmDecision",
        NothingProposed,
        ProposalChanged,
        SecondPersonNeeded,
        *DECIDED,
    ),
)
async def confirm_decision(case_id: CaseId, tx: Tx[Settings], body: ConfirmDecisionIn = WHAT_IS_PROPOSED) -> CaseOut:
    """Take the decision that another agent has proposed, as it was proposed.

    What an agent decides in `manual_review` by which more goes back than `second_person_above` names for the currency, or else
    `second_person_above_units` (`approve`, `refund`, `grant`, `offer`, `accept-offer`), is a proposal, which another agent confirms or
    declines.
    """
    return CaseOut.seen(await confirmations.confirm(tx, case_id, proposal_id=body.proposal_id, note=body.note), tx)


@router.post(
    "/{case_id}/decline-decision",
    **step(
        CASE.values(),
        CaseAction.DECLINE_DECISION,
        "declineDecision",
        NothingProposed,
        ProposalChanged,
        *CITATIONS,
    ),
)
async def decline_decision(case_id: CaseId, tx: Tx[Settings], body: DeclineDecisionIn = DECLINED) -> CaseOut:
    """Decline what another agent has proposed, or take back one's own proposal. The case is reviewed on."""
    declined = await second_person.decline(
        tx, case_id, proposal_id=body.proposal_id, note=body.note, policy=body.citations()
    )
    return CaseOut.seen(declined, tx)
