"""Our copy of the policies that kb-svc has published. A version never changes; a policy may be retired."""

from aftercare_chassis.database.columns import document, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.policies.model import PolicyVersion
from aftersale_svc.tables.schema import metadata

policies = Table(
    "policies",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    text("slug"),
    text("language"),
    timestamp("effective_at"),
    timestamp("retired_at", null=True),
    text("body_hash"),
    document("clauses"),
    timestamp("effective_until", null=True),
    timestamp("withdrawn_at", null=True),
    Index("policies_slug_idx", "slug", "language", "effective_at"),
)

POLICIES = Rows(policies, PolicyVersion)
_at = bindparam("at", type_=DateTime(timezone=True))
_last_begun = (
    select(*POLICIES.columns)
    .where(
        policies.c.slug == bindparam("slug"),
        policies.c.language == bindparam("language"),
        policies.c.effective_at <= _at,
        policies.c.retired_at.is_(None),
        policies.c.withdrawn_at.is_(None),
    )
    .order_by(policies.c.effective_at.desc(), policies.c.version.desc())
    .limit(1)
    .subquery()
)
# Where the last one has expired, the one before does not come back.
POLICY_IN_FORCE = Query(
    select(_last_begun).where(or_(_last_begun.c.effective_until.is_(None), _last_begun.c.effective_until > _at)),
    PolicyVersion,
)
VERSIONS_OF_POLICIES = Query(
    select(*POLICIES.columns)
    .where(policies.c.article_id == bindparam("article_ids", type_=ARRAY(Text)).any_())
    .order_by(policies.c.version),
    PolicyVersion,
)
RETIRE_POLICY = Statement(
    update(policies)
    .where(policies.c.article_id == bindparam("article_id", type_=Text))
    .values(retired_at=bindparam("at"))
)
WITHDRAW_POLICY = Statement(
    update(policies)
    .where(
        policies.c.article_id == bindparam("of_article", type_=Text),
        policies.c.version == bindparam("of_version", type_=Integer),
    )
    .values(withdrawn_at=bindparam("at"))
)
