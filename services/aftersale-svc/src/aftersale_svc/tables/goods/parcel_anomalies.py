"""Our copy of the anomalies of parcels, and which of them concern a case."""

from aftercare_chassis.database.columns import document, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import Boolean, Column, DateTime, Index, Table, Text, and_, bindparam, exists, func, or_, select, update

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.parcel_anomalies import ParcelAnomaly
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.courier_claims.codes import ParcelLeg
from aftersale_svc.tables.cases.cases import CASES, case_lines, cases
from aftersale_svc.tables.orders import order_parcels
from aftersale_svc.tables.schema import metadata

parcel_anomalies = Table(
    "parcel_anomalies",
    metadata,
    Column("id", Text, primary_key=True),
    text("parcel_id"),
    text("order_id"),
    text("case_id", null=True),
    text("leg"),
    text("carrier"),
    text("waybill_no"),
    text("kind"),
    text("loss", null=True),
    Column("silent", Boolean, nullable=False),
    timestamp("since"),
    document("scans"),
    timestamp("raised_at"),
    timestamp("ended_at", null=True),
    text("ended_as", null=True),
    text("resolution", null=True),
    Index("parcel_anomalies_order_idx", "order_id"),
)
_anomaly = parcel_anomalies.c

PARCEL_ANOMALIES = Rows(parcel_anomalies, ParcelAnomaly)
END_ANOMALY = Statement(
    update(parcel_anomalies)
    .where(_anomaly.id == bindparam("anomaly_id"))
    .values(ended_at=bindparam("at"), ended_as=bindparam("cause"), resolution=bindparam("how"))
)
_holds_line = exists().where(
    order_parcels.c.parcel_id == _anomaly.parcel_id, order_parcels.c.line_id == case_lines.c.line_id
)
_concerns_line = or_(_anomaly.case_id == case_lines.c.case_id, and_(_anomaly.leg == ParcelLeg.OUTBOUND, _holds_line))
ANOMALIES_OF_CASE = Query(
    select(parcel_anomalies)
    .where(
        _anomaly.order_id == bindparam("order_id"),
        _anomaly.raised_at <= bindparam("at", type_=DateTime(timezone=True)),
        exists().where(case_lines.c.case_id == bindparam("case_id"), _concerns_line),
    )
    .order_by(_anomaly.raised_at, _anomaly.id),
    ParcelAnomaly,
)
"""Those of the parcels of a case, and of the parcels to the buyer with its lines, that had been raised at a time."""
CASES_OF_PARCEL = Query(
    select(*CASES.columns)
    .where(
        cases.c.order_id == bindparam("order_id"),
        *(cases.c.state != ended for ended in sorted(ENDED)),
        or_(
            cases.c.id == bindparam("case_id", type_=Text),
            exists()
            .where(
                case_lines.c.case_id == cases.c.id,
                case_lines.c.line_id == order_parcels.c.line_id,
                order_parcels.c.parcel_id == bindparam("parcel_id"),
            )
            .correlate(cases),
        ),
    )
    .order_by(cases.c.id),
    Case,
)
"""The cases of an order that have not ended, which the parcel was sent for, or with lines of which it was sent to the buyer."""
FACTS_OF_LINE = (
    select(
        func.jsonb_agg(
            func.jsonb_build_object(
                "anomaly_id",
                _anomaly.id,
                "kind",
                _anomaly.kind,
                "parcel_id",
                _anomaly.parcel_id,
                "loss",
                _anomaly.loss,
                "since",
                _anomaly.since,
                "ended_as",
                _anomaly.ended_as,
            )
        )
    )
    .where(_anomaly.order_id == cases.c.order_id, _concerns_line)
    .correlate(cases, case_lines)
    .scalar_subquery()
    .label("anomalies")
)
"""The same of one line of a case, as facts of a decision; NULL where there are none."""
OPEN_ANOMALIES: Query[Record] = Query(
    select(_anomaly.parcel_id, _anomaly.kind)
    .where(_anomaly.order_id == bindparam("order_id"), _anomaly.ended_at.is_(None))
    .order_by(_anomaly.raised_at, _anomaly.id)
)
"""The kinds of those of an order that have not ended, oldest first."""
