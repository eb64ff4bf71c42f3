"""What the rules of merchants judge: the order of a new case, and the cases of the past."""

from typing import Any

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Text,
    any_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.evidence.model import EvidenceState
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.domain.money.holds import NOT_ASKED_FOR, REJECTED
from aftersale_svc.domain.rules.model import OrderToOpen
from aftersale_svc.tables.cases.case_changes import case_changes
from aftersale_svc.tables.cases.cases import CASE_SEEN_BY, case_lines, case_timeline, cases
from aftersale_svc.tables.cases.merchant_settings import merchant_settings, settings_of
from aftersale_svc.tables.evidence.evidence import evidence_files
from aftersale_svc.tables.evidence.reused_evidence import is_reused
from aftersale_svc.tables.orders import BY_LINE, DECIDING, order_lines, orders
from aftersale_svc.tables.visibility import seen_by

_merchant_id = bindparam("merchant_id", type_=Text)
_categories = (
    select(func.jsonb_object_agg(order_lines.c.line_id, order_lines.c.category))
    .where(order_lines.c.order_id == orders.c.id, order_lines.c.category.is_not(None))
    .scalar_subquery()
)
_has_rules = exists().where(
    merchant_settings.c.merchant_id == orders.c.merchant_id, merchant_settings.c.kind == SettingKind.CASE_RULES
)
_settings = settings_of(orders.c.merchant_id, SettingKind.CASE_RULES, *DECIDING)
# In the statement that locks the order: a merchant that has set nothing costs two look-ups in an index, and no round trip.
ORDER_TO_OPEN = Query(
    select(orders, _settings, *BY_LINE, case((_has_rules, _categories)).label("categories"))
    .where(orders.c.id == bindparam("order_id"))
    .with_for_update(key_share=True, of=orders),
    OrderToOpen,
    seen_by(orders),
)

ORDER_TO_REVIEW = Query(
    select(orders, _settings, *BY_LINE, case((_has_rules, _categories)).label("categories"))
    .join_from(orders, cases, cases.c.order_id == orders.c.id)
    .where(cases.c.id == bindparam("case_id"))
    .with_for_update(key_share=True, of=orders),
    OrderToOpen,
    CASE_SEEN_BY,
)
"""The order of a case in which the rules of its merchant may decide again."""

IN_REVIEW_CITING: Query[Record] = Query(
    select(cases.c.id)
    .where(
        cases.c.order_id == bindparam("order_id"),
        cases.c.state == CaseState.PENDING_REVIEW,
        bindparam("sha256", type_=Text) == any_(cases.c.evidence),
    )
    .order_by(cases.c.id)
)
"""The cases of an order that their merchant reviews and that cite this file."""

# The cases that a buyer opens about several orders at once would not see each other; the lock of an order keeps none of them.
LOCK_HISTORY: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("history_of", type_=Text), 0)))
)

_state = case((cases.c.state == CaseState.DISPUTED, cases.c.frozen_state), else_=cases.c.state)
# What a verdict has overturned keeps its reason, and is in another state.
_was_rejected = cases.c.reject_reason.is_not(None) & or_(*(_state == each for each in sorted(REJECTED)))
PAST_CASES: Query[Record] = Query(
    select(cases.c.id, cases.c.buyer_id, cases.c.created_at, _was_rejected.label("was_rejected"))
    .where(
        cases.c.buyer_id == bindparam("buyer_ids", type_=ARRAY(Text)).any_(),
        cases.c.merchant_id == _merchant_id,
        cases.c.created_at >= bindparam("since"),
        *(cases.c.initiator.is_distinct_from(each) for each in sorted(NOT_ASKED_FOR)),
        *(cases.c.type != name for name, row in TYPES.items() if row.is_question),
    )
    .order_by(cases.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)
"""The newest requests of buyers at a merchant, also those that an agent has made for them: no questions, and nothing that others opened."""

_lines = (
    select(
        func.array_agg(case_lines.c.sku).label("skus"),
        func.array_agg(order_lines.c.category).label("categories"),
    )
    .select_from(
        case_lines.outerjoin(
            order_lines,
            (order_lines.c.order_id == cases.c.order_id) & (order_lines.c.line_id == case_lines.c.line_id),
        )
    )
    .where(case_lines.c.case_id == cases.c.id)
    .lateral("of_lines")
)
_opened = (
    select(case_timeline.c.actor_role.label("opened_by"))
    .where(case_timeline.c.case_id == cases.c.id)
    .order_by(case_timeline.c.id)
    .limit(1)
    .lateral("of_opening")
)
_decided = (
    select(case_timeline.c.action.label("decided"), case_timeline.c.actor_role.label("decided_by"))
    .where(
        case_timeline.c.case_id == cases.c.id,
        or_(*(case_timeline.c.action == action for action in ("approve", "reject", "escalate"))),
    )
    .order_by(case_timeline.c.id)
    .limit(1)
    .lateral("of_decision")
)


def _of_files(found: ColumnElement[Any]) -> ScalarSelect[Any]:  # Any: the type of what is found
    """This of the files of the order that a case cites and that were accepted."""
    return (
        select(found)
        .where(
            evidence_files.c.order_id == cases.c.order_id,
            evidence_files.c.state == EvidenceState.ACCEPTED,
            evidence_files.c.sha256 == func.any(cases.c.evidence),
        )
        .correlate(cases)
        .scalar_subquery()
    )


# Both change later, with other cases of the order, and rules judge what was asked for.
_first = case_changes.c.change["case"]
_asked = (
    select(_first["requested_minor"].as_integer() + func.coalesce(_first["shipping_refund_minor"].as_integer(), 0))
    .where(case_changes.c.case_id == cases.c.id, case_changes.c.previous.is_(None))
    .limit(1)
    .correlate(cases)
    .scalar_subquery()
)
_kind = SettingKind.REQUIRED_EVIDENCE
_required = type_coerce(settings_of(cases.c.merchant_id, _kind), JSONB)[_kind.value][2]["reasons"]
LATEST_CASES: Query[Record] = Query(
    select(
        *(cases.c[name] for name in ("id", "buyer_id", "type", "reason", "stage", "currency", "created_at")),
        func.coalesce(_asked, cases.c.requested_minor + cases.c.shipping_refund_minor).label("amount_minor"),
        _of_files(func.count(evidence_files.c.sha256.distinct())).label("evidence"),
        _of_files(func.array_agg(evidence_files.c.kind.distinct())).label("evidence_kinds"),
        is_reused(cases.c.id).label("evidence_reused"),
        _required.label("required_for"),
        *(_lines.c[name] for name in ("skus", "categories")),
        _opened.c.opened_by,
        _decided.c.decided,
        _decided.c.decided_by,
    )
    .select_from(cases.join(_lines, true()).outerjoin(_opened, true()).outerjoin(_decided, true()))
    .where(cases.c.merchant_id == _merchant_id)
    .order_by(cases.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)
"""The newest cases of a merchant, with what rules judge of them and what was decided first."""
