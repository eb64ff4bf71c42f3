"""The inbox of partners: what couriers and payment providers pushed, stored before anybody processes it."""

from typing import Any

from aftercare_chassis.database.columns import document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from order_svc.domain.partners.pushes import PartnerPush, PushSource, PushState
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import ADMIN_ONLY

# The index by state would serve this too, were it not for IS TRUE; and for a table that was empty when its statistics were
# made, the planner would read every waiting push with it.
_WAITING = "(state = 'waiting') IS TRUE"

partner_inbox = Table(
    "partner_inbox",
    metadata,
    Column("id", Text, primary_key=True),
    # The default is for builds before revision 0007: they insert couriers' pushes through the view courier_inbox.
    Column("source", Text, nullable=False, server_default=PushSource.COURIER.value),
    CheckConstraint("source IN ('courier', 'payment')", name="source"),
    Column("endpoint_id", Text, ForeignKey("courier_endpoints.id"), nullable=True),
    CheckConstraint("(source = 'courier') = (endpoint_id IS NOT NULL)", name="endpoint"),
    text("partner"),
    text("push_id"),
    *one_of("state", PushState),
    text("why", null=True),
    document("reports", null=True),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at", null=True),
    timestamp("received_at"),
    timestamp("tries_since"),
    timestamp("deadline_at", null=True),
    timestamp("finished_at", null=True),
    text("sent_from", null=True),
    Column("raw", LargeBinary, nullable=True),
    document("headers", null=True),
    text("traceparent", null=True),
    # A push once, however often it is sent: by the partner's own id and its content, or by the content alone where refused.
    UniqueConstraint(
        "source", "partner", "endpoint_id", "push_id", name="partner_inbox_push_key", postgresql_nulls_not_distinct=True
    ),
    Index("partner_inbox_next_idx", "source", "due_at", "id", postgresql_where=sql("due_at IS NOT NULL")),
    Index("partner_inbox_finished_idx", "finished_at", postgresql_where=sql("finished_at IS NOT NULL")),
    Index("partner_inbox_state_idx", "source", "state", "id"),
    Index(
        "partner_inbox_waiting_idx",
        "reports",
        postgresql_using="gin",
        postgresql_ops={"reports": "jsonb_path_ops"},
        postgresql_where=sql(_WAITING),
    ),
)

PUSHES = Rows(partner_inbox, PartnerPush, ADMIN_ONLY)
PUSH_LIST = Listing(
    partner_inbox, PartnerPush, filters=("source", "state", "partner", "endpoint_id", "why"), seen_by=ADMIN_ONLY
)
INSERT_PUSH = Statement(
    insert(partner_inbox)
    .values({column.name: bindparam(column.name, type_=column.type) for column in partner_inbox.c})
    .on_conflict_do_nothing()
)
REPEATED_PUSH = Query(
    select(*PUSHES.columns)
    .where(
        partner_inbox.c.source == bindparam("source"),
        partner_inbox.c.partner == bindparam("partner"),
        partner_inbox.c.endpoint_id.is_not_distinct_from(bindparam("endpoint_id")),
        partner_inbox.c.push_id == bindparam("push_id"),
        partner_inbox.c.state == bindparam("states", type_=ARRAY(Text)).any_(),
    )
    .with_for_update(key_share=True),
    PartnerPush,
)
NEXT_PUSH = Query(
    select(*PUSHES.columns)
    .where(partner_inbox.c.source == bindparam("source"), partner_inbox.c.due_at.is_not(None))
    .order_by(partner_inbox.c.due_at, partner_inbox.c.id)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True),
    PartnerPush,
)
AT_A_TIME = 50
"""The most pushes that are processed in one transaction."""
_LONGEST_BODY = 32768
# A number and not a parameter: the plan for any number of rows would read and sort all that are due.
RECEIVED_PUSHES = Query(
    select(*PUSHES.columns)
    .where(
        partner_inbox.c.source == PushSource.COURIER,
        partner_inbox.c.state == PushState.RECEIVED,
        partner_inbox.c.due_at <= bindparam("now"),
        func.octet_length(partner_inbox.c.raw) <= _LONGEST_BODY,
    )
    .order_by(partner_inbox.c.due_at, partner_inbox.c.id)
    .limit(literal_column(str(AT_A_TIME), Integer))
    .with_for_update(key_share=True, skip_locked=True),
    PartnerPush,
)
"""The pushes of couriers that are due and were not processed yet, but for long ones, of which many would take much memory."""
CLAIM_PUSH = Query(
    select(*PUSHES.columns)
    .where(partner_inbox.c.id == bindparam("push_id"), partner_inbox.c.due_at <= bindparam("now"))
    .with_for_update(key_share=True, skip_locked=True),
    PartnerPush,
)
# Any: the result is a plain database record.
RAW_OF_PUSHES: Query[Any] = Query(
    select(partner_inbox.c.id, partner_inbox.c.raw).where(
        partner_inbox.c.id == bindparam("push_ids", type_=ARRAY(Text)).any_()
    )
)
_MOVED = ("state", "why", "reports", "attempts", "due_at", "tries_since", "deadline_at", "finished_at")
MOVE_PUSH = Statement(
    update(partner_inbox)
    .where(partner_inbox.c.id == bindparam("push_id"))
    .values({name: bindparam(f"new_{name}", type_=partner_inbox.c[name].type) for name in _MOVED})
)
# `waybill` is a list with one report of the waybill (or the reference) alone: the reports of a push that names it contain that list.
WAKE_PUSHES = Statement(
    update(partner_inbox)
    .where(sql(_WAITING), partner_inbox.c.reports.contains(bindparam("waybill", type_=JSONB)))
    .values(due_at=bindparam("now"))
)
# The pushes of couriers that were applied, some at a time by their ids, so that no statement reads the whole table.
_next = (
    select(partner_inbox.c.id)
    .where(
        partner_inbox.c.source == PushSource.COURIER,
        partner_inbox.c.state == PushState.APPLIED,
        partner_inbox.c.id > bindparam("after", type_=Text),
    )
    .order_by(partner_inbox.c.id)
    .limit(bindparam("limit", type_=BigInteger))
    .cte("next_pushes")
)
LAST_OF_PUSHES: Query[Any] = Query(select(func.max(_next.c.id).label("id")))
PUSHES_WITH_CODE = Query(
    select(*PUSHES.columns)
    .where(
        partner_inbox.c.id.in_(select(_next.c.id)),
        partner_inbox.c.partner == bindparam("partner"),
        or_(
            partner_inbox.c.reports.contains(bindparam("alike", type_=JSONB)),
            partner_inbox.c.reports.contains(bindparam("unnamed", type_=JSONB)),
        ),
    )
    .order_by(partner_inbox.c.id),
    PartnerPush,
)
"""Those of them with a report like one of these."""
SET_REPORTS = Statement(
    update(partner_inbox)
    .where(partner_inbox.c.id == bindparam("push_id"))
    .values(reports=bindparam("new_reports", type_=JSONB))
)
