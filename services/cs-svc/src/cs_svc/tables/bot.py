"""The intents of the bot, its models, which of them answers, and what was answered."""

from typing import Any

from aftercare_chassis.database.columns import document, one_of, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    all_,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    literal_column,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.bot import (
    Activation,
    Answer,
    AnswerKind,
    HandoverReason,
    Intent,
    Mark,
    MarkKind,
    Model,
    ModelState,
    StoredWeights,
    WrongReason,
)
from cs_svc.tables.articles import known_articles, known_clauses
from cs_svc.tables.schema import metadata

bot_intents = Table(
    "bot_intents",
    metadata,
    Column("language", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    texts("examples"),
    text("answer", null=True),
    text("action", null=True),
    document("citations"),
    text("updated_by"),
    timestamp("updated_at"),
)
bot_models = Table(
    "bot_models",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    *one_of("state", ModelState),
    Column("precision", Float, nullable=False),
    text("requested_by"),
    timestamp("requested_at"),
    timestamp("leased_until", null=True),
    timestamp("finished_at", null=True),
    text("data_hash", null=True),
    text("embedding_model", null=True),
    text("weights_hash", null=True),
    document("report", null=True),
    text("failure", null=True),
    Column("repeats", Integer, nullable=True),
    CheckConstraint("(state = 'training') = (finished_at IS NULL)", name="finished_at"),
    Index("bot_models_training_idx", "number", postgresql_where=sql("state = 'training'")),
)
bot_weights = Table(
    "bot_weights",
    metadata,
    Column("number", Integer, ForeignKey("bot_models.number"), primary_key=True, autoincrement=False),
    Column("language", Text, primary_key=True),
    Column("weights", LargeBinary, nullable=False),
    Column("weights_with_vectors", LargeBinary, nullable=True),
)
bot_activations = Table(
    "bot_activations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, ForeignKey("bot_models.number"), nullable=False),
    text("activated_by"),
    timestamp("activated_at"),
)
bot_answers = Table(
    "bot_answers",
    metadata,
    Column("id", Text, primary_key=True),
    text("asker_id"),
    text("asker_role"),
    text("conversation_id", null=True),
    text("language"),
    *one_of("kind", AnswerKind),
    *one_of("reason", HandoverReason, null=True),
    text("intent", null=True),
    Column("confidence", Float, nullable=False),
    Column("model", Integer, nullable=True),
    document("citations"),
    text("question", null=True),
    Column("with_vector", Boolean, nullable=False, server_default=false()),
    document("choices", null=True),
    Column("reopened", Boolean, nullable=False, server_default=false()),
    timestamp("asked_at"),
    CheckConstraint("(kind = 'handover') = (reason IS NOT NULL)", name="reason_of_handover"),
    Index("bot_answers_asked_idx", "asked_at"),
    Index("bot_answers_asker_idx", "asker_id", "id"),
    Index("bot_answers_question_idx", "asked_at", postgresql_where=sql("question IS NOT NULL")),
    Index("bot_answers_conversation_idx", "conversation_id", "id", postgresql_where=sql("conversation_id IS NOT NULL")),
)
bot_marks = Table(
    "bot_marks",
    metadata,
    Column("answer_id", Text, ForeignKey("bot_answers.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    one_of("kind", MarkKind)[1],
    Column("marked_by", Text, primary_key=True),
    timestamp("marked_at"),
    *one_of("reason", WrongReason, null=True),
)

INTENTS = Rows(bot_intents, Intent)
INTENTS_OF_LANGUAGE = Query(
    select(bot_intents).where(bot_intents.c.language == bindparam("language")).order_by(bot_intents.c.name), Intent
)
ALL_INTENTS = Query(select(bot_intents).order_by(bot_intents.c.language, bot_intents.c.name), Intent)
DELETE_OTHERS = Statement(
    delete(bot_intents).where(
        bot_intents.c.language == bindparam("of_language"),
        bot_intents.c.name != all_(bindparam("names", type_=ARRAY(Text))),
    )
)
MODELS = Rows(bot_models, Model)
WEIGHTS = Rows(bot_weights, StoredWeights)
WEIGHTS_OF_MODEL = Query(
    select(bot_weights).where(bot_weights.c.number == bindparam("number")).order_by(bot_weights.c.language),
    StoredWeights,
)
NEXT_NUMBER: Query[Record] = Query(select((func.coalesce(func.max(bot_models.c.number), 0) + 1).label("number")))
NEWEST_MODELS = Query(select(bot_models).order_by(bot_models.c.number.desc()).limit(bindparam("rows")), Model)
TO_TRAIN = Query(
    select(bot_models)
    .where(
        bot_models.c.state == literal_column(f"'{ModelState.TRAINING}'"),
        bot_models.c.leased_until.is_(None)
        | (bot_models.c.leased_until < bindparam("now", type_=DateTime(timezone=True))),
    )
    .order_by(bot_models.c.number)
    .limit(literal_column("1"))
    .with_for_update(skip_locked=True),
    Model,
)
REPETITIONS = Query(
    select(bot_models).where(bot_models.c.repeats == bindparam("number")).order_by(bot_models.c.number.desc()), Model
)
"""The models that make this one again, newest first."""
LOCK_REPETITIONS: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(literal_column("'bot_repetitions'"), 0)))
)
"""Two processes do not ask for the same repetition."""
ACTIVATIONS = Rows(bot_activations, Activation)
NEWEST_ACTIVATION = Query(
    select(bot_activations).order_by(bot_activations.c.id.desc()).limit(literal_column("1")), Activation
)
ANSWERS = Rows(bot_answers, Answer)
ANSWERS_IN_CONVERSATION = Query(
    select(bot_answers)
    .where(bot_answers.c.conversation_id == bindparam("conversation_id"))
    .order_by(bot_answers.c.id.desc())
    .limit(bindparam("rows")),
    Answer,
)
MARKS = Rows(bot_marks, Mark)
_unanswered = select(bot_answers).where(bot_answers.c.kind != literal_column(f"'{AnswerKind.ANSWER}'")).subquery()
UNANSWERED = Listing(_unanswered, Answer, filters=("reason", "language"), seen_by=dict.fromkeys(("agent", "admin")))

_NEWEST = (
    select(known_articles)
    .where(
        known_articles.c.slug == bindparam("slug"),
        known_articles.c.language == bindparam("language"),
        known_articles.c.complete,
        ~known_articles.c.retired,
        ~known_articles.c.withdrawn,
        known_articles.c.effective_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(known_articles.c.effective_at.desc(), known_articles.c.number.desc())
    .limit(literal_column("1"))
    .subquery()
)
CITED_CLAUSES: Query[Record] = Query(
    select(
        _NEWEST.c.article_id,
        _NEWEST.c.number,
        _NEWEST.c.slug,
        _NEWEST.c.title,
        known_clauses.c.clause_id,
        known_clauses.c.heading,
        known_clauses.c.text,
    )
    .join(
        known_clauses,
        (known_clauses.c.article_id == _NEWEST.c.article_id) & (known_clauses.c.number == _NEWEST.c.number),
    )
    .where(
        bindparam("clause_id", type_=Text).is_(None)
        | (known_clauses.c.clause_id == bindparam("clause_id", type_=Text)),
        # Where the last version has expired, the one before does not come back.
        _NEWEST.c.effective_until.is_(None)
        | (_NEWEST.c.effective_until > bindparam("now", type_=DateTime(timezone=True))),
    )
    .order_by(known_clauses.c.place)
    .limit(literal_column("1"))
)
"""The clause of the version that is in force of the article with this slug; its first one where none is named."""

_marked = select(bot_marks.c.answer_id, bot_marks.c.kind).distinct().subquery()


def is_marked(kind: MarkKind) -> ColumnElement[bool]:
    """Whether somebody has found this of an answer."""
    return exists().where(bot_marks.c.answer_id == bot_answers.c.id, bot_marks.c.kind == literal_column(f"'{kind}'"))


_contained = and_(
    bot_answers.c.kind == literal_column(f"'{AnswerKind.ANSWER}'"),
    is_marked(MarkKind.SOLVED),
    ~is_marked(MarkKind.UNSOLVED),
    ~is_marked(MarkKind.WRONG),
    ~bot_answers.c.reopened,
)
_figures: tuple[ColumnElement[Any], ...] = (  # Any: numbers
    func.count(bot_answers.c.id.distinct()).label("asked"),
    *(
        func.count(bot_answers.c.id.distinct())
        .filter(bot_answers.c.kind == literal_column(f"'{kind}'"))
        .label(kind.value)
        for kind in AnswerKind
    ),
    *(
        func.count(bot_answers.c.id.distinct()).filter(_marked.c.kind == literal_column(f"'{kind}'")).label(kind.value)
        for kind in MarkKind
    ),
    func.count(bot_answers.c.id.distinct())
    .filter(bot_answers.c.reason == literal_column(f"'{HandoverReason.NO_ARTICLE}'"))
    .label("no_article"),
    func.count(bot_answers.c.id.distinct()).filter(_contained).label("contained"),
)
FIGURES: Query[Record] = Query(
    select(*_figures)
    .select_from(bot_answers.outerjoin(_marked, _marked.c.answer_id == bot_answers.c.id))
    .where(bot_answers.c.asked_at >= bindparam("since", type_=DateTime(timezone=True)))
)
