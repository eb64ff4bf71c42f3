"""Claims on couriers, and the contents of the parcels that they may be about."""

from dataclasses import fields

from aftercare_chassis.database.columns import aggregate, minor, one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.model import CaseState, RequestedLine
from aftersale_svc.domain.courier_claims.codes import (
    CourierClaimCause,
    CourierClaimEnd,
    CourierClaimOrigin,
    CourierClaimState,
    CourierDeclineReason,
    ParcelLeg,
)
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import CourierClaim, ParcelUnits
from aftersale_svc.tables.cases.cases import case_lines, cases
from aftersale_svc.tables.claims.claim_lists import claim_lists
from aftersale_svc.tables.orders import order_lines, order_parcels
from aftersale_svc.tables.schema import metadata

courier_claims = Table(
    "courier_claims",
    metadata,
    *aggregate(),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    text("order_id"),
    text("merchant_id"),
    text("parcel_id", null=True),
    *one_of("leg", ParcelLeg),
    text("carrier"),
    text("waybill_no"),
    *one_of("cause", CourierClaimCause),
    *one_of("origin", CourierClaimOrigin),
    text("opened_by"),
    *one_of("state", CourierClaimState),
    text("whose_turn"),
    timestamp("deadline_at", null=True),
    texts("evidence"),
    *minor("value_minor"),
    *minor("claimed_minor"),
    *minor("accepted_minor", null=True),
    text("currency"),
    *quantity("filings"),
    text("reference", null=True),
    *one_of("decline_reason", CourierDeclineReason, null=True),
    text("payment_reference", null=True),
    *one_of("ended_as", CourierClaimEnd, null=True),
    # The default is for builds that write claims without this column.
    Column("party_ids", ARRAY(Text), nullable=False, server_default="{}"),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("claimed_minor <= value_minor", name="claimed"),
    CheckConstraint("accepted_minor <= claimed_minor", name="accepted"),
    CheckConstraint("(state IN ('paid', 'abandoned')) = (ended_as IS NOT NULL)", name="ended"),
    CheckConstraint("state <> 'paid' OR (accepted_minor IS NOT NULL AND payment_reference IS NOT NULL)", name="paid"),
    CheckConstraint("(state IN ('paid', 'abandoned')) = (deadline_at IS NULL)", name="deadline"),
    Index("courier_claims_case_idx", "case_id", "id"),
    Index("courier_claims_order_idx", "order_id", "id"),
    Index("courier_claims_merchant_idx", "merchant_id", "id"),
    Index("courier_claims_turn_idx", "whose_turn", postgresql_where=sql("whose_turn <> 'nobody'")),
    Index("courier_claims_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
    # One is live per parcel and cause; a parcel has the number of its courier.
    Index(
        "courier_claims_live_key",
        "order_id",
        "carrier",
        "waybill_no",
        "cause",
        unique=True,
        postgresql_where=sql("state NOT IN ('paid', 'abandoned')"),
    ),
)

COURIER_CLAIMS_SEEN_BY: SeenBy = {
    "seller": courier_claims.c.merchant_id,
    "agent": None,
    "arbitrator": None,
    "admin": None,
}
COURIER_CLAIMS = Rows(courier_claims, CourierClaim, COURIER_CLAIMS_SEEN_BY)
COURIER_CLAIM_LISTS = claim_lists(
    *(courier_claims, CourierClaim, COURIER_CLAIMS_SEEN_BY),
    *("case_id", "order_id", "merchant_id", "carrier", "cause", "state", "whose_turn"),
)
"""The claims that a reader may see, by the order of the list."""
LIVE_CLAIM = Query(
    select(courier_claims)
    .where(
        courier_claims.c.order_id == bindparam("order_id"),
        courier_claims.c.carrier == bindparam("carrier"),
        courier_claims.c.waybill_no == bindparam("waybill_no"),
        courier_claims.c.cause == bindparam("cause"),
        *(courier_claims.c.state != end for end in sorted(COURIER_CLAIM.ends)),
    )
    .with_for_update(key_share=True),
    CourierClaim,
)
"""The order is locked, so that no other claim about the parcel is opened at the same time."""
UNITS_IN_PARCELS = Query(
    select(
        order_parcels.c.parcel_id,
        order_parcels.c.carrier,
        order_parcels.c.waybill_no,
        order_parcels.c.line_id,
        order_parcels.c.quantity,
        order_lines.c.quantity.label("line_units"),
        order_lines.c.paid_minor,
    )
    .join_from(
        order_parcels,
        order_lines,
        (order_lines.c.order_id == order_parcels.c.order_id) & (order_lines.c.line_id == order_parcels.c.line_id),
    )
    .where(order_parcels.c.order_id == bindparam("order_id"))
    .order_by(order_parcels.c.parcel_id, order_parcels.c.line_id),
    ParcelUnits,
)
_ASKED_FOR = (
    cases.c.state != CaseState.CLOSED,
    cases.c.state != CaseState.CANCELLED,
    cases.c.type != CaseType.CONSULT,
)
_WITH_COURIER = (
    CourierClaimState.FILED,
    CourierClaimState.ACKNOWLEDGED,
    CourierClaimState.ACCEPTED,
    CourierClaimState.PAID,
)
_line = tuple(case_lines.c[each.name] for each in fields(RequestedLine))
LINES_AT_STAKE = Query(
    select(*_line)
    .join_from(case_lines, cases)
    .where(
        cases.c.order_id == bindparam("order_id"),
        cases.c.id != bindparam("case_id"),
        cases.c.reason == bindparam("reasons", type_=ARRAY(Text)).any_(),
        *_ASKED_FOR,
    )
    .order_by(case_lines.c.case_id, case_lines.c.line_id),
    RequestedLine,
)
"""The lines of the other cases of an order for these reasons, unless they have ended without anything."""
_filed = func.coalesce(courier_claims.c.accepted_minor, courier_claims.c.claimed_minor)
FILED_BESIDE: Query[Record] = Query(
    select(
        cast(func.coalesce(func.sum(_filed), 0), BigInteger).label("filed_minor"),
        select(cast(func.coalesce(func.sum(cases.c.requested_minor), 0), BigInteger))
        .where(
            cases.c.order_id == bindparam("order_id"),
            or_(
                cases.c.id == bindparam("case_id"),
                and_(cases.c.reason == bindparam("reasons", type_=ARRAY(Text)).any_(), *_ASKED_FOR),
            ),
        )
        .scalar_subquery()
        .label("worth_minor"),
    ).where(
        courier_claims.c.order_id == bindparam("order_id"),
        courier_claims.c.id != bindparam("claim_id"),
        courier_claims.c.leg == ParcelLeg.OUTBOUND,
        courier_claims.c.cause == bindparam("cause"),
        or_(*(courier_claims.c.state == each for each in _WITH_COURIER)),
    )
)
"""What other claims about parcels to the buyer and this cause have filed, and what was paid for the units of the cases about it."""
# Who files a claim sums up the others about the parcel first; without a lock, two at once would both get what is left.
LOCK_PARCEL: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("parcel", type_=Text), 0)))
)
TAKEN_OF_PARCEL: Query[Record] = Query(
    select(cast(func.coalesce(func.sum(_filed), 0), BigInteger).label("taken_minor")).where(
        courier_claims.c.order_id == bindparam("order_id"),
        courier_claims.c.carrier == bindparam("carrier"),
        courier_claims.c.waybill_no == bindparam("waybill_no"),
        courier_claims.c.id != bindparam("claim_id"),
        # A parcel to the buyer has its value, one of cases those of all of them.
        or_(courier_claims.c.leg == ParcelLeg.OUTBOUND, courier_claims.c.case_id == bindparam("case_id")),
        or_(*(courier_claims.c.state == each for each in _WITH_COURIER)),
    )
)
"""What other claims about a parcel have filed or were paid, whatever their causes."""
CASE_OF_PARCEL: Query[Record] = Query(
    select(cases.c.id)
    .join_from(cases, case_lines, case_lines.c.case_id == cases.c.id)
    .join(
        order_parcels,
        (order_parcels.c.order_id == cases.c.order_id) & (order_parcels.c.line_id == case_lines.c.line_id),
    )
    .where(
        cases.c.order_id == bindparam("order_id"),
        order_parcels.c.parcel_id == bindparam("parcel_id"),
        cases.c.state != CaseState.CANCELLED,
        cases.c.type != CaseType.CONSULT,
    )
    .order_by(cases.c.id)
    .limit(1)
)
"""The oldest case about units that a parcel to the buyer carries."""
