"""Endpoints of couriers at which nothing arrives, though parcels of their partners are under way."""

from aftercare_chassis.database.mapping import Query
from sqlalchemy import DateTime, Text, bindparam, func, literal, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.partners.endpoints import SilentEndpoint
from order_svc.tables.couriers import courier_endpoints
from order_svc.tables.parcels import parcel_events, parcels

_MOST = 1000
_MOST_LOOKED_AT = 10_000
"""Of the parcels under way, those whose silence is looked at first: an aggregator's are found among these."""
_before = bindparam("before", type_=DateTime(timezone=True))
_own = (
    func.unnest(bindparam("partners", type_=ARRAY(Text)), bindparam("carriers", type_=ARRAY(Text)))
    .table_valued("partner", "carrier", name="own")
    .render_derived()
)
_since = func.coalesce(courier_endpoints.c.last_push_at, courier_endpoints.c.created_at)
_is_under_way = parcels.c.watch_at.is_not(None) & (parcels.c.handed_over_at < _before)
_one = literal(1).label("one")
# One branch for each kind of partner, so that each reads its own index.
_of_carrier = select(_one).where(_is_under_way, parcels.c.carrier == _own.c.carrier).limit(_MOST).correlate(_own)
_looked_at = (
    select(parcels.c.id)
    .where(_is_under_way, _own.c.carrier.is_(None))
    .order_by(parcels.c.watch_at)
    .limit(_MOST_LOOKED_AT)
    .correlate(_own)
    .subquery("looked_at")
)
_reported = (
    select(parcel_events.c.parcel_id)
    .where(parcel_events.c.parcel_id == _looked_at.c.id, parcel_events.c.partner == courier_endpoints.c.partner)
    .correlate(_looked_at, courier_endpoints)
    .exists()
)
_of_aggregator = select(_one).select_from(_looked_at).where(_reported).limit(_MOST)
_under_way = union_all(
    select(_of_carrier.subquery("of_carrier").c.one), select(_of_aggregator.subquery("of_aggregator").c.one)
).subquery("under_way")
_counted = select(func.count().label("parcels")).select_from(_under_way).lateral("counted")
SILENT_ENDPOINTS = Query(
    select(courier_endpoints.c.id, courier_endpoints.c.partner, _since.label("since"), _counted.c.parcels)
    .select_from(
        courier_endpoints.outerjoin(_own, _own.c.partner == courier_endpoints.c.partner).join(_counted, true())
    )
    .where(
        courier_endpoints.c.merchant_id.is_(None),
        courier_endpoints.c.revoked_at.is_(None),
        _since < _before,
        _counted.c.parcels > 0,
    )
    .order_by(_since, courier_endpoints.c.id),
    SilentEndpoint,
)
"""Those of the platform that are not revoked, and at which nothing has arrived since `:before`; the parcels were handed over before that
too. The parcels of a merchant's own endpoint are polled.

`:partners` and `:carriers` name the carrier of each partner that has one.
"""
