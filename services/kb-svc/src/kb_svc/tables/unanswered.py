"""Questions that the search did not answer."""

from typing import Any

from aftercare_chassis.database.columns import one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Listing, Rows, Statement
from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from kb_svc.domain.articles import EDITORS
from kb_svc.domain.unanswered import QuestionState, UnansweredQuestion
from kb_svc.tables.schema import metadata

MOST_PER_DAY = 2_000
"""New questions of a day; more are not kept: somebody may search for random words."""

questions = Table(
    "unanswered_questions",
    metadata,
    Column("id", Text, primary_key=True),
    # No `aggregate()`: it is counted without an event, and its first event is that of its first decision.
    *quantity("version"),
    text("key"),
    *one_of("state", QuestionState),
    text("language"),
    text("question"),
    *quantity("times", least=1),
    Column("times_settled", Integer, nullable=True),
    Column("article_id", Text, ForeignKey("articles.id"), nullable=True),
    text("settled_by", null=True),
    timestamp("settled_at", null=True),
    timestamp("first_asked_at"),
    timestamp("last_asked_at"),
    CheckConstraint("(state = 'open') = (times_settled IS NULL)", name="times_settled"),
    CheckConstraint("(state = 'answered') = (article_id IS NOT NULL)", name="article_id"),
    Index("unanswered_questions_key", "key", unique=True),
    Index("unanswered_questions_times_idx", "state", "times", "id"),
    Index("unanswered_questions_first_idx", "first_asked_at"),
    Index("unanswered_questions_last_idx", "last_asked_at"),
)
QUESTIONS = Rows(questions, UnansweredQuestion)
QUESTION_LIST = Listing(
    questions,
    UnansweredQuestion,
    filters=("state", "language"),
    seen_by=dict.fromkeys(sorted(EDITORS.roles)),
    by="times",
    turned=True,
)


def _note() -> Statement:
    """Count a question once more, or keep it for the first time unless there were too many since `:yesterday`."""
    now, key = bindparam("now", type_=DateTime(timezone=True)), bindparam("key", type_=Text)
    recent = (
        select(literal_column("1").label("one"))
        .where(questions.c.first_asked_at > bindparam("yesterday", type_=DateTime(timezone=True)))
        .limit(literal_column(str(MOST_PER_DAY)))
        .subquery("recent")
    )
    few = select(func.count() < literal_column(str(MOST_PER_DAY))).select_from(recent).scalar_subquery()
    row: dict[str, ColumnElement[Any]] = {  # Any: each column has a type of its own
        "id": literal_column("'unq_' || replace(gen_random_uuid()::text, '-', '')", Text),
        "version": literal_column("0", Integer),
        "key": key,
        "state": literal_column(f"'{QuestionState.OPEN}'", Text),
        "language": bindparam("language", type_=Text),
        "question": bindparam("question", type_=Text),
        "times": literal_column("1", Integer),
        "first_asked_at": now,
        "last_asked_at": now,
    }
    known = exists().where(questions.c.key == key)
    added = insert(questions).from_select(list(row), select(*row.values()).where(or_(known, few)))
    counted = {"times": questions.c.times + 1, "last_asked_at": added.excluded.last_asked_at}
    return Statement(added.on_conflict_do_update(index_elements=["key"], set_=counted))


NOTE = _note()
