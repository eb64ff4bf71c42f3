"""Anomalies of parcels, and when each courier last reported anything."""

from datetime import timedelta

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import Column, ForeignKey, Index, Integer, Interval, Table, Text, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import insert

from order_svc.domain.anomalies.codes import AnomalyEnd, AnomalyKind, AnomalyResolution, AnomalyState
from order_svc.domain.anomalies.model import Anomaly, AnomalyCount, Feed
from order_svc.domain.partners.pushes import PushSource, PushState
from order_svc.domain.tracking import ParcelLeg
from order_svc.tables.parcels import parcels
from order_svc.tables.partner_inbox import partner_inbox
from order_svc.tables.schema import metadata

parcel_anomalies = Table(
    "parcel_anomalies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("parcel_id", Text, ForeignKey("parcels.id"), nullable=False),
    text("order_id"),
    text("case_id", null=True),
    text("merchant_id"),
    *one_of("leg", ParcelLeg),
    text("carrier"),
    text("waybill_no"),
    *one_of("kind", AnomalyKind),
    timestamp("since"),
    *one_of("state", AnomalyState),
    timestamp("raised_at"),
    text("handler_id", null=True),
    text("note", null=True),
    *one_of("ended_as", AnomalyEnd, null=True),
    *one_of("resolution", AnomalyResolution, null=True),
    timestamp("changed_at", null=True),
    Index("parcel_anomalies_parcel_idx", "parcel_id", "kind", "since", unique=True),
    Index("parcel_anomalies_order_idx", "order_id"),
    Index("parcel_anomalies_merchant_idx", "merchant_id", "state", "id"),
    Index("parcel_anomalies_state_idx", "state", "id"),
)
feeds = Table(
    "feeds",
    metadata,
    Column("name", Text, primary_key=True),
    timestamp("reported_at"),
    timestamp("grace_until", null=True),
)

SEEN_BY: SeenBy = {"seller": parcel_anomalies.c.merchant_id, "agent": None, "arbitrator": None, "admin": None}
"""Buyers see the kinds with their parcels, and neither notes nor who acts."""
ANOMALIES = Rows(parcel_anomalies, Anomaly, SEEN_BY)
ANOMALY_LIST = Listing(
    parcel_anomalies,
    Anomaly,
    filters=("state", "kind", "carrier", "leg", "parcel_id", "order_id", "case_id", "merchant_id"),
    seen_by=SEEN_BY,
)
ANOMALIES_OF_PARCEL = Query(
    select(parcel_anomalies)
    .where(parcel_anomalies.c.parcel_id == bindparam("parcel_id"))
    .order_by(parcel_anomalies.c.id),
    Anomaly,
)
_COUNTED = (parcel_anomalies.c.kind, parcel_anomalies.c.carrier, parcel_anomalies.c.state)
ANOMALY_COUNTS = Query(
    select(*_COUNTED, func.count().label("number"))
    .where(parcel_anomalies.c.state != AnomalyState.RESOLVED)
    .group_by(*_COUNTED)
    .order_by(*_COUNTED),
    AnomalyCount,
    SEEN_BY,
)

FEEDS = Rows(feeds, Feed)
_REPORTED = insert(feeds).values(name=bindparam("name"), reported_at=bindparam("now"))
_gap = _REPORTED.excluded.reported_at - feeds.c.reported_at
_grace = _REPORTED.excluded.reported_at + func.least(_gap, bindparam("longest", type_=Interval))
NOTE_REPORT = Statement(
    _REPORTED.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "reported_at": _REPORTED.excluded.reported_at,
            # A short interruption does not end the grace of a long one before it.
            "grace_until": case(
                (_gap >= bindparam("least", type_=Interval), func.greatest(feeds.c.grace_until, _grace)),
                else_=feeds.c.grace_until,
            ),
        },
        # At most once a minute: a row that every push changes would be one that all wait for.
        where=_gap >= timedelta(minutes=1),
    )
)
SET_WATCH = Statement(
    parcels.update()
    .where(parcels.c.id == bindparam("parcel_id"))
    .values(watch_at=bindparam("watch_at", type_=parcels.c.watch_at.type))
)
_SOME = (
    select(parcels.c.id)
    .where(parcels.c.carrier == bindparam("carrier"), parcels.c.watch_at.is_not(None))
    .limit(bindparam("most", type_=Integer))
)
WATCHED_OF_CARRIER = Query(select(func.count().label("number")).select_from(_SOME.subquery()))
OLDEST_UNPROCESSED = Query(
    select(partner_inbox.c.due_at)
    .where(
        partner_inbox.c.source == PushSource.COURIER,
        partner_inbox.c.due_at.is_not(None),
        partner_inbox.c.state == PushState.RECEIVED,
    )
    .order_by(partner_inbox.c.due_at)
    .limit(1)
)
"""Since when the push of a courier that was received first waits to be processed."""
