"""The endpoints of couriers."""

from aftercare_chassis.database.columns import text, timestamp
from aftercare_chassis.database.mapping import Listing, Rows, Statement
from sqlalchemy import Column, Table, Text, bindparam, update

from order_svc.domain.partners.endpoints import CourierEndpoint
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import ADMIN_ONLY

courier_endpoints = Table(
    "courier_endpoints",
    metadata,
    Column("id", Text, primary_key=True),
    text("partner"),
    text("secret"),
    text("previous_secret", null=True),
    timestamp("previous_until", null=True),
    timestamp("created_at"),
    timestamp("rotated_at", null=True),
)

ENDPOINTS = Rows(courier_endpoints, CourierEndpoint, ADMIN_ONLY)
ENDPOINT_LIST = Listing(courier_endpoints, CourierEndpoint, filters=("partner",), seen_by=ADMIN_ONLY)
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
