"""The endpoints of couriers."""

from aftercare_chassis.database.columns import text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from order_svc.domain.partners.endpoints import CourierEndpoint, UnknownCode
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
    timestamp("revoked_at", null=True),
    text("merchant_id", null=True),
    timestamp("last_push_at", null=True),
    Column("allowed_networks", ARRAY(Text), nullable=False, server_default="{}"),
)

courier_codes = Table(
    "courier_codes",
    metadata,
    Column("id", Text, primary_key=True),
    text("partner"),
    text("code"),
    Column("occurrences", BigInteger, nullable=False),
    CheckConstraint("occurrences > 0", name="occurrences"),
    text("text"),
    text("push_id"),
    timestamp("first_seen_at"),
    timestamp("last_seen_at"),
    UniqueConstraint("partner", "code", name="courier_codes_code_key"),
)

ENDPOINTS = Rows(courier_endpoints, CourierEndpoint, ADMIN_ONLY)
ENDPOINT = Query(
    select(courier_endpoints).where(courier_endpoints.c.id == bindparam("endpoint_id")), CourierEndpoint, ADMIN_ONLY
)
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
REVOKE_ENDPOINT = Statement(
    update(courier_endpoints)
    .where(courier_endpoints.c.id == bindparam("endpoint_id"))
    .values(revoked_at=bindparam("revoked_at"))
)
RESTRICT_ENDPOINT = Statement(
    update(courier_endpoints)
    .where(courier_endpoints.c.id == bindparam("endpoint_id"))
    .values(allowed_networks=bindparam("networks", type_=ARRAY(Text)))
)
NOTE_PUSH = Statement(
    update(courier_endpoints)
    .where(
        courier_endpoints.c.id == bindparam("endpoint_id"),
        # A row that every push changes would be one that all wait for.
        or_(courier_endpoints.c.last_push_at.is_(None), courier_endpoints.c.last_push_at < bindparam("before")),
    )
    .values(last_push_at=bindparam("now"))
)
CODE_LIST = Listing(courier_codes, UnknownCode, filters=("partner",), seen_by=ADMIN_ONLY)
NEXT_CODE = Query(
    select(courier_codes).where(courier_codes.c.id > bindparam("after")).order_by(courier_codes.c.id).limit(1),
    UnknownCode,
)
DROP_CODE = Statement(
    delete(courier_codes).where(
        courier_codes.c.id == bindparam("code_id"), courier_codes.c.last_seen_at == bindparam("last_seen_at")
    )
)
"""The code, unless an earlier build has counted it meanwhile."""
_COUNTED = insert(courier_codes).values(
    id=bindparam("id"),
    partner=bindparam("partner"),
    code=bindparam("code"),
    occurrences=bindparam("occurrences", type_=BigInteger),
    text=bindparam("text"),
    push_id=bindparam("push_id"),
    first_seen_at=bindparam("now"),
    last_seen_at=bindparam("now"),
)
COUNT_CODE = Statement(
    _COUNTED.on_conflict_do_update(
        constraint="courier_codes_code_key",
        set_={
            "occurrences": courier_codes.c.occurrences + _COUNTED.excluded.occurrences,
            "text": _COUNTED.excluded.text,
            "push_id": _COUNTED.excluded.push_id,
            "last_seen_at": _COUNTED.excluded.last_seen_at,
        },
    )
)
