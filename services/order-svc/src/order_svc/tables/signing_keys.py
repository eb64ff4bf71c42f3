"""The keys of payment providers that are fetched from them."""

from aftercare_chassis.database.columns import text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import Column, Table, Text, bindparam, delete, select

from order_svc.domain.payments.signing_keys import SigningKey
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import ADMIN_ONLY

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("serial", Text, primary_key=True),
    text("public_key"),
    timestamp("valid_from"),
    timestamp("valid_until"),
)

SIGNING_KEYS = Rows(signing_keys, SigningKey, ADMIN_ONLY)
SIGNING_KEYS_OF_PROVIDER = Query(
    select(*SIGNING_KEYS.columns).where(signing_keys.c.provider == bindparam("provider")), SigningKey
)
DROP_SIGNING_KEYS = Statement(delete(signing_keys).where(signing_keys.c.provider == bindparam("provider")))
