"""Feedback 反馈: received over the web site, WeChat, QQ and text messages; open, answered, improved."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc import queries
from cs_svc.api.filters import OfCase
from cs_svc.api.schemas.feedback import FeedbackAnswerIn, FeedbackIn, FeedbackOut
from cs_svc.api.schemas.shared import TextIn
from cs_svc.commands import feedback
from cs_svc.domain.errors import CaseOfOtherOrder, CaseUnknown, OrderUnknown
from cs_svc.domain.feedback import FEEDBACK, FeedbackAction, FeedbackChannel, FeedbackState, Sentiment
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/feedback", tags=["feedback"], route_class=ApiRoute)
FeedbackId = Annotated[Id, Path(description="The id of the feedback.")]


@router.post(
    "",
    operation_id="receiveFeedback",
    status_code=201,
    responses=refusals(OrderUnknown, CaseUnknown, CaseOfOtherOrder),
    dependencies=[require_role("buyer", "seller", "agent")],
)
async def receive_feedback(body: FeedbackIn, tx: Tx[Settings]) -> FeedbackOut:
    """Give feedback. An agent records what came in over another channel, or was said in a conversation."""
    received = await feedback.receive(
        tx,
        channel=body.channel,
        text=body.text,
        source=body.source,
        order_id=body.order_id,
        case_id=body.case_id,
    )
    return FeedbackOut.of(received, tx.actor)


@router.get("", operation_id="listFeedback")
async def list_feedback(
    reader: Read,
    state: Annotated[FeedbackState | None, Query(description="Only feedback in this state.")] = None,
    channel: Annotated[
        FeedbackChannel | None, Query(description="Only feedback that came in over this channel.")
    ] = None,
    suggested_sentiment: Annotated[
        Sentiment | None, Query(description="Only feedback whose words show this sentiment.")
    ] = None,
    case_id: OfCase = None,
    owner_id: Annotated[PrincipalId | None, Query(description="Only feedback that this agent handled last.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[FeedbackOut]:
    """Feedback, newest first."""
    filters = {"state": state, "channel": channel, "case_id": case_id, "owner_id": owner_id}
    page = await queries.feedback(reader, limit, cursor, **filters, suggested_sentiment=suggested_sentiment)
    return PageOut[FeedbackOut].of(page, lambda row: FeedbackOut.of(row, reader.actor))


@router.get("/{feedback_id}", operation_id="getFeedback")
async def get_feedback(feedback_id: FeedbackId, reader: Read) -> FeedbackOut:
    """One piece of feedback."""
    return FeedbackOut.of(await queries.one_feedback(reader, feedback_id), reader.actor)


@router.post(
    "/{feedback_id}/answer",
    operation_id="answerFeedback",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(FEEDBACK, FeedbackAction.ANSWER)],
)
async def answer_feedback(feedback_id: FeedbackId, body: FeedbackAnswerIn, tx: Tx[Settings]) -> FeedbackOut:
    """Answer the feedback; the caller becomes its owner."""
    return FeedbackOut.of(await feedback.answer(tx, feedback_id, text=body.text, sentiment=body.sentiment), tx.actor)


@router.post(
    "/{feedback_id}/improve",
    operation_id="improveFromFeedback",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(FEEDBACK, FeedbackAction.IMPROVE)],
)
async def improve_from_feedback(feedback_id: FeedbackId, body: TextIn, tx: Tx[Settings]) -> FeedbackOut:
    """Record what was improved because of the feedback."""
    return FeedbackOut.of(await feedback.improve(tx, feedback_id, text=body.text), tx.actor)
