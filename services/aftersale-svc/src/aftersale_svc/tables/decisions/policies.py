"""Our copy of the policies that kb-svc has published. A version never changes; a policy may be retired."""

from aftercare_chassis.database.columns import document, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import Column, Index, Integer, Table, Text, bindparam, select, update
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
    Index("policies_slug_idx", "slug", "language", "effective_at"),
)

POLICIES = Rows(policies, PolicyVersion)
POLICY_IN_FORCE = Query(
    select(*POLICIES.columns)
    .where(
        policies.c.slug == bindparam("slug"),
        policies.c.language == bindparam("language"),
        policies.c.effective_at <= bindparam("at"),
        policies.c.retired_at.is_(None),
    )
    .order_by(policies.c.effective_at.desc(), policies.c.version.desc())
    .limit(1),
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
