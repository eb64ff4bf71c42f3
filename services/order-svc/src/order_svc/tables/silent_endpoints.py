"""Endpoints of couriers at which nothing arrives, though parcels of their partners are under way."""

from aftercare_chassis.database.mapping import Query
from sqlalchemy import DateTime, Text, bindparam, exists, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.partners.endpoints import SilentEndpoint
from order_svc.tables.couriers import courier_endpoints
from order_svc.tables.parcels import parcel_events, parcels

_MOST = 1000
_before = bindparam("before", type_=DateTime(timezone=True))
_own = (
    func.unnest(bindparam("partners", type_=ARRAY(Text)), bindparam("carriers", type_=ARRAY(Text)))
    .table_valued("partner", "carrier", name="own")
    .render_derived()
)
_since = func.coalesce(courier_endpoints.c.last_push_at, courier_endpoints.c.created_at)
_reported = exists().where(
    parcel_events.c.parcel_id == parcels.c.id, parcel_events.c.partner == courier_endpoints.c.partner
)
_under_way = (
    select(literal(1).label("one"))
    .where(
        parcels.c.watch_at.is_not(None),
        parcels.c.handed_over_at < _before,
        or_(parcels.c.carrier == _own.c.carrier, _reported),
        or_(courier_endpoints.c.merchant_id.is_(None), courier_endpoints.c.merchant_id == parcels.c.merchant_id),
    )
    .limit(_MOST)
    .correlate(courier_endpoints, _own)
    .subquery()
)
_counted = select(func.count().label("parcels")).select_from(_under_way).lateral("counted")
SILENT_ENDPOINTS = Query(
    select(courier_endpoints.c.id, courier_endpoints.c.partner, _since.label("since"), _counted.c.parcels)
    .select_from(
        courier_endpoints.outerjoin(_own, _own.c.partner == courier_endpoints.c.partner).join(_counted, true())
    )
    .where(courier_endpoints.c.revoked_at.is_(None), _since < _before, _counted.c.parcels > 0)
    .order_by(_since, courier_endpoints.c.id),
    SilentEndpoint,
)
"""Those that are not revoked, and at which nothing has arrived since `:before`; the parcels were handed over before that too.

`:partners` and `:carriers` name the carrier of each partner that has one.
"""
