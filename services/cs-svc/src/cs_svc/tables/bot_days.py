"""What became of the bot's answers, by day and model, and the questions that are deleted."""

from typing import Any

from aftercare_chassis.database.mapping import Query, Statement
from asyncpg import Record
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    update,
)

from cs_svc.domain.bot import ASKED_AGAIN_DAYS, AnswerKind, MarkKind
from cs_svc.tables.bot import bot_answers, is_marked

_later = bot_answers.alias("later")
_again = exists().where(
    _later.c.asker_id == bot_answers.c.asker_id,
    _later.c.asker_role == bot_answers.c.asker_role,
    _later.c.id > bot_answers.c.id,
    _later.c.asked_at <= bot_answers.c.asked_at + literal_column(f"interval '{ASKED_AGAIN_DAYS} days'"),
    or_(
        _later.c.intent == bot_answers.c.intent,
        and_(
            _later.c.conversation_id == bot_answers.c.conversation_id,
            _later.c.kind == literal_column(f"'{AnswerKind.HANDOVER}'"),
        ),
    ),
)


_found = (
    select(
        func.date_trunc("day", bot_answers.c.asked_at, "UTC").label("day"),
        bot_answers.c.model,
        bot_answers.c.kind,
        or_(_again, bot_answers.c.reopened).label("again"),
        *(is_marked(each).label(each.value) for each in MarkKind),
    )
    .where(bot_answers.c.asked_at >= bindparam("since", type_=DateTime(timezone=True)))
    .subquery()
)
_answered = _found.c.kind == literal_column(f"'{AnswerKind.ANSWER}'")
_counts: dict[str, ColumnElement[bool]] = {
    "asked": true(),
    "answered": _answered,
    "asked_back": _found.c.kind == literal_column(f"'{AnswerKind.CLARIFY}'"),
    "handed_over": _found.c.kind == literal_column(f"'{AnswerKind.HANDOVER}'"),
    "solved": _found.c.solved,
    "unsolved": _found.c.unsolved,
    "wrong": _found.c.wrong,
    "asked_again": and_(_answered, _found.c.again),
    "contained": and_(_answered, _found.c.solved, ~_found.c.unsolved, ~_found.c.wrong, ~_found.c.again),
}
_numbers: tuple[ColumnElement[Any], ...] = tuple(  # Any: numbers
    cast(func.count().filter(condition), Integer).label(name) for name, condition in _counts.items()
)
DAYS: Query[Record] = Query(
    select(_found.c.day, _found.c.model, *_numbers)
    .group_by(_found.c.day, _found.c.model)
    .order_by(_found.c.day.desc(), _found.c.model.desc().nulls_last())
    .limit(bindparam("rows"))
)
"""By day in UTC and model what became of the questions since a time, newest first."""

REOPEN_ANSWERS = Statement(
    update(bot_answers)
    .where(
        bot_answers.c.conversation_id == bindparam("of_conversation"),
        bot_answers.c.kind == literal_column(f"'{AnswerKind.ANSWER}'"),
        bot_answers.c.asked_at >= bindparam("since", type_=DateTime(timezone=True)),
    )
    .values(reopened=true())
)
"""What the bot has answered in a conversation since a time was not the end of the matter."""

_old = (
    select(bot_answers.c.id)
    .where(
        bot_answers.c.question.is_not(None),
        bot_answers.c.asked_at < bindparam("before", type_=DateTime(timezone=True)),
    )
    .limit(bindparam("rows"))
)
DELETE_QUESTIONS = Statement(update(bot_answers).where(bot_answers.c.id.in_(_old)).values(question=null()))
