"""What orders are found by, each key with its order: a page of those with one key is a range of an index, however many there are.

`order_id` has no foreign key. Orders are not deleted, and a key is written in the transaction of an event of its order; of what the eight keys
of an imported order cost PostgreSQL, that check was a quarter.
"""

from dataclasses import dataclass

from aftercare_chassis.database.columns import text
from aftercare_chassis.database.mapping import Rows, Statement
from sqlalchemy import Column, Index, Table, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from order_svc.tables.schema import metadata

order_keys = Table(
    "order_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    text("merchant_id"),
    Index("order_keys_merchant_idx", "merchant_id", "key", "order_id"),
)


@dataclass(frozen=True, slots=True)
class OrderKey:
    """A row of `order_keys`."""

    key: str
    order_id: str
    merchant_id: str


ORDER_KEYS = Rows(order_keys, OrderKey)
ADD_ORDER_KEYS = Statement(
    insert(order_keys)
    .from_select(
        ["key", "order_id", "merchant_id"],
        select(
            func.unnest(bindparam("keys", type_=ARRAY(Text))),
            bindparam("order_id", type_=Text),
            bindparam("merchant_id", type_=Text),
        ),
    )
    .on_conflict_do_nothing()
)
