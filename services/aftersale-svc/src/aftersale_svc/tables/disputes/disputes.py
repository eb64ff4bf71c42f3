"""Disputes and their verdicts."""

from aftercare_chassis.database.columns import aggregate, document, minor, one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.codes import Liable
from aftersale_svc.domain.cases.stops import Stop
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeSide, DisputeState, Remedy, TakesEffect
from aftersale_svc.tables.schema import metadata
from aftersale_svc.tables.visibility import seen_by

_OWES = (
    "state = 'executed' AND final_at IS NOT NULL AND refunded_minor > COALESCE(amount_minor, 0) + settled_debt_minor"
)

disputes = Table(
    "disputes",
    metadata,
    *aggregate(),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    text("order_id"),
    Column("complaint_id", Text, nullable=False, unique=True),
    text("buyer_id"),
    text("merchant_id"),
    text("category"),
    # The defaults are for builds that write disputes without these columns.
    Column("origin", Text, nullable=False, server_default="complaint"),
    text("opened_by", null=True),
    text("text", null=True),
    Column("merchant_silent", Boolean, nullable=False, server_default="false"),
    *one_of("state", DisputeState),
    text("whose_turn"),
    timestamp("deadline_at", null=True),
    texts("evidence"),
    text("arbitrator_id", null=True),
    # The defaults are for builds that write disputes without these columns.
    Column("evidence_rounds", Integer, nullable=False, server_default="0"),
    Column("awaited", ARRAY(Text), nullable=False, server_default="{}"),
    *one_of("proposed_by", DisputeSide, null=True),
    # The default is for builds that write disputes without this column.
    *quantity("lab_tests", default=0),
    text("lab_test_id", null=True),
    *one_of("sample_from", DisputeSide, null=True),
    text("answer", null=True),
    timestamp("answered_at", null=True),
    *one_of("liable", Liable, null=True),
    *one_of("remedy", Remedy, null=True),
    *minor("amount_minor", null=True),
    text("currency"),
    text("grounds", null=True),
    document("payment_ids", null=True),
    text("decided_by", null=True),
    timestamp("decided_at", null=True),
    *minor("refunded_minor", null=True),
    *one_of("takes_effect", TakesEffect, null=True),
    timestamp("appeal_until", null=True),
    Column("appealed_by", ARRAY(Text), nullable=False, server_default="{}"),
    *one_of("appealed_in", (DisputeState.EXECUTING, DisputeState.EXECUTED), null=True),
    *one_of("tested_in", (DisputeState.APPEALED,), null=True),
    timestamp("final_at", null=True),
    # The default is for builds that write disputes without this column.
    Column("settled_debt_minor", BigInteger, nullable=False, server_default="0"),
    Column("party_ids", ARRAY(Text), nullable=False, server_default="{}"),
    # The default is for builds that write disputes without this column.
    Column("decider_ids", ARRAY(Text), nullable=False, server_default="{}"),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint(
        "(tested_in IS NOT NULL OR state IN ('executing', 'executed', 'settled', 'appeal_window', 'appealed'))"
        " = (decided_at IS NOT NULL AND remedy IS NOT NULL AND grounds IS NOT NULL)",
        name="decided",
    ),
    CheckConstraint("origin IN ('complaint', 'buyer', 'platform')", name="origin"),
    CheckConstraint("state <> 'executed' OR refunded_minor IS NOT NULL", name="executed"),
    # A verdict that was paid may be replaced by one that awards less.
    CheckConstraint("refunded_minor <= amount_minor OR final_at IS NOT NULL", name="refunded"),
    CheckConstraint("settled_debt_minor >= 0", name="settled_debt_minor"),
    Index("disputes_case_idx", "case_id", "id"),
    Index("disputes_order_idx", "order_id", "id"),
    Index("disputes_buyer_idx", "buyer_id", "id"),
    Index("disputes_merchant_idx", "merchant_id", "id"),
    Index("disputes_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
    # A case is stopped by one dispute at a time.
    Index(
        "disputes_open_key",
        "case_id",
        unique=True,
        postgresql_where=sql("state NOT IN ('executed', 'settled', 'withdrawn')"),
    ),
    # Work lists, by their deadline: those of the platform, and of each merchant.
    Index("disputes_turn_idx", "whose_turn", "deadline_at", "id", postgresql_where=sql("deadline_at IS NOT NULL")),
    Index("disputes_merchant_queue_idx", "merchant_id", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
    Index("disputes_arbitrator_idx", "arbitrator_id", postgresql_where=sql("arbitrator_id IS NOT NULL")),
    Index("disputes_category_idx", "category", "decided_at", postgresql_where=sql("decided_at IS NOT NULL")),
    # Few: what buyers still owe by replaced verdicts.
    Index("disputes_debt_idx", "case_id", postgresql_where=sql(_OWES)),
    Index("disputes_decided_idx", "decided_at", postgresql_where=sql("decided_at IS NOT NULL")),
)


def owes_by_verdict(case_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the buyer still owes something by a replaced verdict in a dispute about this case: see `Dispute.owed_minor`."""
    return exists().where(
        disputes.c.case_id == case_id,
        disputes.c.state == sql("'executed'"),
        disputes.c.final_at.is_not(None),
        disputes.c.refunded_minor > func.coalesce(disputes.c.amount_minor, sql("0")) + disputes.c.settled_debt_minor,
    )


_DECIDED = (*sorted(DISPUTE.ends), DisputeState.APPEAL_WINDOW, DisputeState.EXECUTING)
UNDECIDED = and_(*(disputes.c.state != decided for decided in _DECIDED))
"""Of disputes that an arbitrator has still to decide, an appeal as well."""
DISPUTE_SEEN_BY = seen_by(disputes)
DISPUTES = Rows(disputes, Dispute, DISPUTE_SEEN_BY)
DISPUTE_QUEUE = Listing(
    disputes,
    Dispute,
    filters=("whose_turn", "arbitrator_id"),
    seen_by=DISPUTE_SEEN_BY,
    computed={"unassigned": {"True": disputes.c.arbitrator_id.is_(None)}},
    by="deadline_at",
)
"""What an arbitrator has to do, the earliest deadline first."""
_FILTERS = ("case_id", "order_id", "complaint_id", "state", "whose_turn", "buyer_id", "merchant_id")
DISPUTE_LIST = Listing(disputes, Dispute, filters=_FILTERS, seen_by=DISPUTE_SEEN_BY)
DISPUTES_BY_DEADLINE = Listing(disputes, Dispute, filters=_FILTERS, seen_by=DISPUTE_SEEN_BY, by="deadline_at")
_case_ids = bindparam("case_ids", type_=ARRAY(Text))
STOPS = Query(
    select(disputes.c.case_id, disputes.c.state, disputes.c.whose_turn, disputes.c.deadline_at).where(
        disputes.c.case_id == any_(_case_ids), *(disputes.c.state != ended for ended in sorted(DISPUTE.ends))
    ),
    Stop,
)
"""What these cases wait for while a dispute stops them."""
