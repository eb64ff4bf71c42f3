"""Surveys, and who wants no invitations."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Table,
    Text,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import Conversation
from cs_svc.domain.surveys import ASKED, SkipCause, Survey, SurveyPreference, SurveyState, SurveySubject
from cs_svc.tables.conversations import conversations
from cs_svc.tables.schema import metadata

surveys = Table(
    "surveys",
    metadata,
    *aggregate(),
    *one_of("state", SurveyState),
    *one_of("subject", SurveySubject),
    text("conversation_id", null=True),
    text("rated_case_id", null=True),
    text("order_id", null=True),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id", null=True),
    text("agent_id", null=True),
    *one_of("channel", Channel),
    *one_of("skipped_because", SkipCause, null=True),
    text("rating_id", null=True),
    timestamp("deadline_at", null=True),
    timestamp("invited_at", null=True),
    timestamp("reminded_at", null=True),
    timestamp("ended_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("(state = 'skipped') = (skipped_because IS NOT NULL)", name="cause_when_skipped"),
    CheckConstraint("(state = 'answered') = (rating_id IS NOT NULL)", name="rating_when_answered"),
    CheckConstraint("(subject = 'case') = (rated_case_id IS NOT NULL)", name="case_is_rated"),
    CheckConstraint("subject = 'case' OR conversation_id IS NOT NULL", name="conversation_is_rated"),
    Index(
        "surveys_of_conversation_key",
        "conversation_id",
        unique=True,
        postgresql_where=sql("subject = 'conversation'"),
    ),
    Index("surveys_of_case_key", "rated_case_id", unique=True),
    Index("surveys_buyer_idx", "buyer_id", "id"),
    Index("surveys_invited_idx", "invited_at", postgresql_where=sql("invited_at IS NOT NULL")),
    Index("surveys_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)
survey_preferences = Table(
    "survey_preferences",
    metadata,
    *aggregate(),
    text("buyer_id"),
    Column("opted_out", Boolean, nullable=False),
    timestamp("created_at"),
    timestamp("updated_at"),
    Index("survey_preferences_buyer_key", "buyer_id", unique=True),
)

_STAFF: SeenBy = {"agent": None, "arbitrator": None, "admin": None}
SURVEYS = Rows(surveys, Survey, {"buyer": surveys.c.buyer_id, **_STAFF})
SURVEY_LIST = Listing(
    surveys,
    Survey,
    filters=("state", "channel", "conversation_id", "rated_case_id", "buyer_id", "agent_id"),
    seen_by={"buyer": surveys.c.buyer_id, **_STAFF},
)
PREFERENCES = Rows(survey_preferences, SurveyPreference, {"buyer": survey_preferences.c.buyer_id, **_STAFF})
PREFERENCE_LIST = Listing(
    survey_preferences,
    SurveyPreference,
    filters=("buyer_id",),
    seen_by={"buyer": survey_preferences.c.buyer_id, **_STAFF},
)
PREFERENCE_OF = Query(
    select(survey_preferences).where(survey_preferences.c.buyer_id == bindparam("buyer_id")), SurveyPreference
)
_asked = or_(*(surveys.c.state == literal_column(f"'{each}'") for each in ASKED))
OF_CONVERSATION = Query(
    select(surveys).where(
        surveys.c.conversation_id == bindparam("conversation_id"),
        surveys.c.subject == literal_column("'conversation'"),
    ),
    Survey,
)
OF_CASE = Query(select(surveys).where(surveys.c.rated_case_id == bindparam("case_id")), Survey)
_in_one = surveys.c.conversation_id == bindparam("conversation_id", type_=Text)
_of_one = _in_one & (surveys.c.subject == literal_column("'conversation'"))
LOCK_ASKED = Query(
    select(surveys)
    .where(_asked, _of_one | (surveys.c.rated_case_id == bindparam("case_id", type_=Text)))
    .order_by(surveys.c.id)
    .with_for_update(key_share=True),
    Survey,
)
"""The survey of this conversation or case whose person is asked, locked."""
LOCK_ASKED_OF_BUYER = Query(
    select(surveys)
    .where(_asked, surveys.c.buyer_id == bindparam("buyer_id"))
    .order_by(surveys.c.id)
    .with_for_update(key_share=True),
    Survey,
)
INVITED_SINCE: Query[Record] = Query(
    select(func.count().label("invited")).where(
        surveys.c.buyer_id == bindparam("buyer_id"), surveys.c.invited_at > bindparam("since")
    )
)
_buyers = func.unnest(bindparam("buyers", type_=ARRAY(Text))).table_valued("buyer").render_derived(name="wanted")
TRY_LOCK_BUYERS: Query[Record] = Query(
    select(
        _buyers.c.buyer,
        func.pg_try_advisory_xact_lock(func.hashtextextended(func.concat("survey ", _buyers.c.buyer), 0)).label(
            "locked"
        ),
    )
)
"""Lets the surveys of one buyer be decided one after the other; whether it is this transaction's turn, by buyer."""
LOCK_BUYER: Query[Record] = Query(
    select(
        func.pg_advisory_xact_lock(func.hashtextextended(func.concat("survey ", bindparam("buyer_id", type_=Text)), 0))
    )
)
LOCK_FREE_CONVERSATIONS = Query(
    select(conversations)
    .where(conversations.c.id == any_(bindparam("ids", type_=ARRAY(Text))))
    .order_by(conversations.c.id)
    .with_for_update(key_share=True, skip_locked=True),
    Conversation,
)
NEWEST_ABOUT_CASE = Query(
    select(conversations)
    .where(
        conversations.c.order_id == bindparam("order_id"),
        (conversations.c.case_id == bindparam("case_id")) | conversations.c.case_id.is_(None),
        conversations.c.buyer_id == bindparam("buyer_id"),
        conversations.c.merged_into.is_(None),
    )
    .order_by(conversations.c.id.desc())
    .limit(1),
    Conversation,
)
FIGURES: Query[Record] = Query(
    select(
        surveys.c.channel,
        surveys.c.subject,
        surveys.c.state,
        func.count().label("number"),
    )
    .where(surveys.c.invited_at >= bindparam("start"), surveys.c.invited_at < bindparam("end"))
    .group_by(surveys.c.channel, surveys.c.subject, surveys.c.state)
    .order_by(surveys.c.channel, surveys.c.subject, surveys.c.state)
)
