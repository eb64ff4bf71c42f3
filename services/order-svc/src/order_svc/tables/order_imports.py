"""Imports of orders, and the rows that they refused."""

from aftercare_chassis.database.columns import one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.imports.model import ImportRefusal, ImportState, OrderImport
from order_svc.tables.orders import orders
from order_svc.tables.schema import metadata

order_imports = Table(
    "order_imports",
    metadata,
    Column("id", Text, primary_key=True),
    text("merchant_id"),
    text("file_hash"),
    *one_of("state", ImportState),
    *quantity("next_row", 1),
    *quantity("imported"),
    *quantity("known"),
    *quantity("refused"),
    text("started_by"),
    timestamp("created_at"),
    timestamp("changed_at"),
    UniqueConstraint("merchant_id", "file_hash", name="order_imports_file_key"),
)

order_import_refusals = Table(
    "order_import_refusals",
    metadata,
    Column("import_id", Text, ForeignKey("order_imports.id"), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    text("order_no", null=True),
    text("field"),
    text("code"),
    text("zh"),
    text("en"),
    texts("allowed"),
)

_SEEN_BY = {"seller": order_imports.c.merchant_id, "agent": None, "admin": None}
ORDER_IMPORTS = Rows(order_imports, OrderImport, _SEEN_BY)
ORDER_IMPORT_LIST = Listing(order_imports, OrderImport, filters=("state", "merchant_id"), seen_by=_SEEN_BY)
IMPORT_OF_FILE = Query(
    select(order_imports).where(
        order_imports.c.merchant_id == bindparam("merchant_id"), order_imports.c.file_hash == bindparam("file_hash")
    ),
    OrderImport,
)
SAVE_IMPORT = Statement(
    update(order_imports)
    .where(order_imports.c.id == bindparam("import_id"))
    .values(
        {
            name: bindparam(f"new_{name}", type_=order_imports.c[name].type)
            for name in ("state", "next_row", "imported", "known", "refused", "changed_at")
        }
    )
)
IMPORT_REFUSALS = Rows(order_import_refusals, ImportRefusal)
REFUSALS_OF_IMPORT = Query(
    select(order_import_refusals)
    .where(
        order_import_refusals.c.import_id == bindparam("import_id"),
        order_import_refusals.c.row > bindparam("after_row", type_=Integer),
    )
    .order_by(order_import_refusals.c.row, order_import_refusals.c.place)
    .limit(bindparam("most")),
    ImportRefusal,
)
KNOWN_NUMBERS: Query[Record] = Query(
    select(orders.c.order_no, orders.c.id).where(
        orders.c.merchant_id == bindparam("merchant_id"),
        or_(
            orders.c.order_no == bindparam("order_nos", type_=ARRAY(Text)).any_(),
            orders.c.id == bindparam("order_nos", type_=ARRAY(Text)).any_(),
        ),
    )
)
"""Which of these numbers orders of the merchant have, or are their ids: an order without a number is exported with its id."""
