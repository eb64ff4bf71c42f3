"""What became of the questions to the bot: its answers, what people found of them, and figures."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import BotAnswered, BotAnswerMarked, trace_fields

from cs_svc.commands.bot_answers import Reply
from cs_svc.domain.bot import Answer, AnswerKind, Mark, MarkKind, WrongReason
from cs_svc.settings import Settings
from cs_svc.tables.bot import ANSWERS, FIGURES, MARKS, UNANSWERED
from cs_svc.tables.bot_days import DELETE_QUESTIONS

JUDGES = frozenset({"agent", "admin"})


async def record(tx: Transaction[Settings], replied: Reply, question: str, conversation_id: str | None) -> Answer:
    """Record what the bot made of a question; the question itself where it was not answered."""
    answer = Answer(
        id=tx.new_id("ans"),
        asker_id=tx.actor.id,
        asker_role=tx.actor.role,
        conversation_id=conversation_id,
        language=replied.language,
        kind=replied.kind,
        reason=replied.reason,
        intent=replied.intent,
        confidence=replied.confidence,
        model=replied.model,
        citations=[{name: value for name, value in each.items() if name != "quote"} for each in replied.citations],
        question=None if replied.kind is AnswerKind.ANSWER else question[:500],
        with_vector=replied.with_vector,
        choices=replied.choices or None,
        asked_at=tx.now,
    )
    await tx.insert(ANSWERS, answer)
    tx.record(
        BotAnswered(
            **trace_fields(tx, affected_party=answer.asker_id, applicant=answer.asker_id, result=answer.kind),
            answer_id=answer.id,
            conversation_id=conversation_id,
            kind=answer.kind,
            reason=answer.reason,
            intent=answer.intent,
            model=answer.model,
            confidence_percent=round(100 * answer.confidence),
        )
    )
    return answer


async def mark(tx: Transaction[Settings], answer_id: str, kind: MarkKind, *, reason: WrongReason | None = None) -> Mark:
    """Record what the asker or an agent found of an answer.

    Raises:
        NotFound: there is no such answer, or it is somebody else's: agents state only that one is wrong.
    """
    answer = await tx.get(ANSWERS, answer_id)
    is_judge = kind is MarkKind.WRONG and tx.actor.role in JUDGES
    is_asker = (answer.asker_id, answer.asker_role) == (tx.actor.id, tx.actor.role)
    if not is_asker and not is_judge:
        raise NotFound(what=ANSWERS.name)
    made = Mark(answer_id=answer_id, kind=kind, marked_by=tx.actor.id, marked_at=tx.now, reason=reason)
    await tx.upsert(MARKS, made)
    tx.record(
        BotAnswerMarked(
            **trace_fields(tx, affected_party=answer.asker_id, applicant=tx.actor.id, result=kind),
            mark_id=tx.new_id("botmark"),
            answer_id=answer_id,
            conversation_id=answer.conversation_id,
            kind=kind,
            reason=reason,
        )
    )
    return made


async def figures(reader: Reader[Settings], since: datetime) -> Mapping[str, int]:
    """How many questions were asked since then, and what became of them."""
    [row] = await reader.all(FIGURES, since=since)
    return dict(row)


async def unanswered(reader: Reader[Settings], limit: int, cursor: str | None, **filters: str | None) -> Page[Answer]:
    """A page of the questions that were not answered, newest first."""
    return await reader.page(UNANSWERED, limit=limit, cursor=cursor, **filters)


async def delete_questions(tx: Transaction[Settings], before: datetime, *, rows: int) -> int:
    """Delete the words of questions that were asked before; how many there were, at most `rows`."""
    return await tx.execute(DELETE_QUESTIONS, before=before, rows=rows)
