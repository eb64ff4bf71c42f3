"""Questions that the search did not answer: note them, and settle them."""

from datetime import timedelta

from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.records import replace
from aftercare_events import UnansweredQuestionSettled, trace_fields

from kb_svc.commands.record import EVERYBODY
from kb_svc.domain.articles import ArticleState, Language
from kb_svc.domain.errors import ArticleNotPublished
from kb_svc.domain.unanswered import QUESTION, QuestionAction, UnansweredQuestion, key_of, without_personal
from kb_svc.settings import Settings
from kb_svc.tables.articles import ARTICLES
from kb_svc.tables.unanswered import NOTE, QUESTIONS


async def note(reader: Reader[Settings], question: str, language: Language) -> None:
    """Count a question that found no answer, by its words alone: nothing says who has asked.

    It is one statement on the connection of the search. A count is no decision, so it has no event.
    """
    args = NOTE.compiled.args(
        {
            "key": key_of(question, language),
            "language": language,
            "question": without_personal(question),
            "now": reader.now,
            "yesterday": reader.now - timedelta(days=1),
        }
    )
    await reader.connection.execute(NOTE.compiled.sql, *args)


async def answer(tx: Transaction[Settings], question_id: str, *, article_id: str) -> UnansweredQuestion:
    """State which published article answers the question.

    Raises:
        NotFound, Stale: see `Transaction.lock`; also where there is no such article.
        IllegalTransition, ActionNotAllowed: see QUESTION.
        ArticleNotPublished: the article is a draft or retired.
    """
    question = await tx.lock(QUESTIONS, question_id)
    article = await tx.get(ARTICLES, article_id)
    if article.state is not ArticleState.PUBLISHED:
        raise ArticleNotPublished(pointer="/article_id", article_id=article.id, state=article.state)
    return await _settle(tx, question, QuestionAction.ANSWER, article_id=article.id)


async def dismiss(tx: Transaction[Settings], question_id: str) -> UnansweredQuestion:
    """State that no article is to answer the question.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see QUESTION.
    """
    return await _settle(tx, await tx.lock(QUESTIONS, question_id), QuestionAction.DISMISS)


async def reopen(tx: Transaction[Settings], question_id: str) -> UnansweredQuestion:
    """Put a settled question on the list again. Raises: as `dismiss`."""
    return await _settle(tx, await tx.lock(QUESTIONS, question_id), QuestionAction.REOPEN)


async def _settle(
    tx: Transaction[Settings], question: UnansweredQuestion, action: QuestionAction, article_id: str | None = None
) -> UnansweredQuestion:
    settled = replace(
        QUESTION.apply(question, action, tx),
        times_settled=None if action is QuestionAction.REOPEN else question.times,
        article_id=article_id,
        settled_by=tx.actor.id,
        settled_at=tx.now,
    )
    event = UnansweredQuestionSettled(
        **trace_fields(tx, affected_party=EVERYBODY, applicant=tx.actor.id, result=settled.state),
        question_id=settled.id,
        article_id=article_id,
        language=settled.language,
        times=settled.times,
        state=settled.state,
    )
    return await tx.save(QUESTIONS, settled, event)
