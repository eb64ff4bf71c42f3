"""Couriers' endpoints, and the inbox their pushes are kept in before anybody works on them."""

from typing import Any

from aftercare_chassis.database.columns import moment, one_of, text
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from order_svc.domain.pushes import CourierEndpoint, CourierPush, PushState
from order_svc.tables.schema import metadata

courier_endpoints = Table(
    "courier_endpoints",
    metadata,
    Column("id", Text, primary_key=True),
    text("partner"),
    text("secret"),
    text("previous_secret", null=True),
    moment("previous_until", null=True),
    moment("created_at"),
    moment("rotated_at", null=True),
)

# The index by state would serve this, too, were it not for IS TRUE; and for a table that was empty when its statistics were
# made, the planner would read every waiting push with it.
_WAITING = "(state = 'waiting') IS TRUE"

# A push once, however often it comes: by the partner's own id and its content where proved, by content where refused.
courier_inbox = Table(
    "courier_inbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("endpoint_id", Text, ForeignKey("courier_endpoints.id"), nullable=False),
    text("partner"),
    text("push_id"),
    *one_of("state", PushState),
    text("why", null=True),
    Column("reports", JSONB, nullable=True),
    Column("attempts", Integer, nullable=False),
    moment("due_at", null=True),
    moment("received_at"),
    moment("tries_since"),
    moment("finished_at", null=True),
    Column("raw", LargeBinary, nullable=True),
    UniqueConstraint("endpoint_id", "push_id", name="courier_inbox_push_key"),
    Index("courier_inbox_due_idx", "due_at", postgresql_where="due_at IS NOT NULL"),
    Index("courier_inbox_finished_idx", "finished_at", postgresql_where="finished_at IS NOT NULL"),
    Index("courier_inbox_state_idx", "state", "id"),
    Index(
        "courier_inbox_waiting_idx",
        "reports",
        postgresql_using="gin",
        postgresql_ops={"reports": "jsonb_path_ops"},
        postgresql_where=sql(_WAITING),
    ),
)

SEEN_BY = {"admin": None}
ENDPOINTS = Rows(courier_endpoints, CourierEndpoint, SEEN_BY)
ENDPOINT_LIST = Listing(courier_endpoints, CourierEndpoint, filters=("partner",), seen_by=SEEN_BY)
PUSHES = Rows(courier_inbox, CourierPush, SEEN_BY)
PUSH_LIST = Listing(courier_inbox, CourierPush, filters=("state", "partner", "endpoint_id"), seen_by=SEEN_BY)

ROTATE_ENDPOINT = Statement(
    update(courier_endpoints)
    .where(courier_endpoints.c.id == bindparam("endpoint_id"))
    .values(
        previous_secret=courier_endpoints.c.secret,
        previous_until=bindparam("until"),
        secret=bindparam("new_secret"),
        rotated_at=bindparam("now"),
    )
)
KEEP_PUSH = Statement(
    insert(courier_inbox)
    .values({column.name: bindparam(column.name, type_=column.type) for column in courier_inbox.c})
    .on_conflict_do_nothing()
)
_READ = [column for column in courier_inbox.c if column.name != "raw"]
REPEATED_PUSH = Query(
    select(*_READ)
    .where(
        courier_inbox.c.endpoint_id == bindparam("endpoint_id"),
        courier_inbox.c.push_id == bindparam("push_id"),
        courier_inbox.c.state == bindparam("states", type_=ARRAY(Text)).any_(),
    )
    .with_for_update(),
    CourierPush,
)
DUE_PUSH = Query(
    select(*_READ)
    .where(courier_inbox.c.due_at <= bindparam("now"))
    .order_by(courier_inbox.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True),
    CourierPush,
)
RAW_OF: Query[Any] = Query(select(courier_inbox.c.raw).where(courier_inbox.c.id == bindparam("push")))
MOVE_PUSH = Statement(
    update(courier_inbox)
    .where(courier_inbox.c.id == bindparam("push"))
    .values(
        state=bindparam("new_state"),
        why=bindparam("because"),
        reports=bindparam("read_as", type_=JSONB),
        attempts=bindparam("tries"),
        due_at=bindparam("next_at"),
        tries_since=bindparam("since"),
        finished_at=bindparam("done_at"),
    )
)
# `naming` is a list with one report of the waybill alone: what contains it names the waybill.
WAKE_PUSHES = Statement(
    update(courier_inbox)
    .where(sql(_WAITING), courier_inbox.c.reports.contains(bindparam("naming", type_=JSONB)))
    .values(due_at=bindparam("now"))
)
PRUNE_PUSHES = Statement(
    delete(courier_inbox).where(
        courier_inbox.c.id.in_(
            select(courier_inbox.c.id)
            .where(courier_inbox.c.finished_at < bindparam("before"))
            .order_by(courier_inbox.c.finished_at)
            .limit(bindparam("rows"))
        )
    )
)
