"""Questions that the search did not answer 未解答问题: what editors write articles about next."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    Cursor,
    Id,
    In,
    Limit,
    Out,
    PageOut,
    Time,
    example,
)
from aftercare_chassis.lifecycle import Actor, IllegalTransition
from fastapi import APIRouter, Path, Query

from kb_svc.commands import unanswered as commands
from kb_svc.domain.articles import Language
from kb_svc.domain.errors import ArticleNotPublished
from kb_svc.domain.unanswered import QUESTION, QuestionAction, QuestionState, UnansweredQuestion
from kb_svc.queries import unanswered as queries
from kb_svc.settings import Settings

router = APIRouter(prefix="/v1/unanswered-questions", tags=["unanswered-questions"], route_class=ApiRoute)
QuestionId = Annotated[Id, Path(description="The id of the question.")]


class AnswerIn(In):
    """The article that answers a question."""

    model_config = example(article_id="art_0196a3c85d1c70f4b8e2d4a6c8f0b2d4")

    article_id: Id
    """A published article."""


class UnansweredOut(Out):
    """A question that the search did not answer."""

    version: int
    """Increases with every decision about it, not with its counts; 0 before the first."""
    id: str
    """Identifies the question: `unq_…`."""
    state: QuestionState
    """`open` until an editor has decided."""
    language: Language
    """The language of the question."""
    question: str
    """Its words when it was asked first, without addresses and long numbers."""
    times: int
    """How often it was asked without an answer."""
    asked_again: int
    """How often of these after it was settled: more than 0 where the article is not found by the question."""
    article_id: str | None
    """The article that answers it; null where none does."""
    settled_by: str | None
    """The id of the editor who decided last."""
    settled_at: Time | None
    """When that was."""
    first_asked_at: Time
    """When it was asked first."""
    last_asked_at: Time
    """When it was asked last."""
    allowed_actions: AllowedActions

    @classmethod
    def seen(cls, question: UnansweredQuestion, actor: Actor) -> "UnansweredOut":
        """The question with what the actor may do."""
        return cls.of_row(question, allowed_actions=AllowedOut.of(QUESTION.allowed(question, actor)))


@router.get("", operation_id="listUnansweredSearches", dependencies=[require_role("agent", "admin")])
async def list_unanswered(
    reader: Read[Settings],
    state: Annotated[QuestionState | None, Query(description="Only questions in this state.")] = None,
    language: Annotated[Language | None, Query(description="Only questions in this language.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[UnansweredOut]:
    """Questions that a search answered with nothing, or with nothing that has enough of their words; those asked most first."""
    page = await queries.unanswered(reader, state=state, language=language, limit=limit, cursor=cursor)
    return PageOut[UnansweredOut].of(page, lambda question: UnansweredOut.seen(question, reader.actor))


@router.post(
    "/{question_id}/answer",
    operation_id="answerQuestion",
    responses=refusals(IllegalTransition, ArticleNotPublished),
    dependencies=[require_action(QUESTION, QuestionAction.ANSWER)],
)
async def answer_question(question_id: QuestionId, body: AnswerIn, tx: Tx[Settings]) -> UnansweredOut:
    """State which article answers the question. Where it is asked again and not found, `asked_again` counts it."""
    return UnansweredOut.seen(await commands.answer(tx, question_id, article_id=body.article_id), tx.actor)


@router.post(
    "/{question_id}/dismiss",
    operation_id="dismissQuestion",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(QUESTION, QuestionAction.DISMISS)],
)
async def dismiss_question(question_id: QuestionId, tx: Tx[Settings]) -> UnansweredOut:
    """State that no article is to answer the question."""
    return UnansweredOut.seen(await commands.dismiss(tx, question_id), tx.actor)


@router.post(
    "/{question_id}/reopen",
    operation_id="reopenQuestion",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(QUESTION, QuestionAction.REOPEN)],
)
async def reopen_question(question_id: QuestionId, tx: Tx[Settings]) -> UnansweredOut:
    """Put a settled question on the list again."""
    return UnansweredOut.seen(await commands.reopen(tx, question_id), tx.actor)
