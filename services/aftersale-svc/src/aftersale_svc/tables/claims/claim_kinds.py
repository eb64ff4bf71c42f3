"""The kinds of claims: one row each, with the table of its states and the rows it is kept in."""

from dataclasses import dataclass
from typing import Any, Generic

from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import bindparam, select

from aftersale_svc.domain.claims.model import C
from aftersale_svc.domain.claims.sorting import ClaimOrder
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.courier_claims.lifecycle import COURIER
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS
from aftersale_svc.tables.claims.courier_claims import COURIER_CLAIM_LISTS, COURIER_CLAIMS, COURIER_CLAIMS_SEEN_BY
from aftersale_svc.tables.claims.guarantee_claims import (
    GUARANTEE_CLAIM_LISTS,
    GUARANTEE_CLAIMS,
    GUARANTEE_CLAIMS_SEEN_BY,
)
from aftersale_svc.tables.goods.refused_goods_claims import (
    REFUSED_GOODS_CLAIMS,
    REFUSED_GOODS_LISTS,
    REFUSED_GOODS_SEEN_BY,
)


@dataclass(frozen=True, slots=True)
class StoredClaims(Generic[C]):
    """The claims of one kind, and where they are kept. `waiting` has a row per claim of a turn, so that the database stops at the limit."""

    type: ClaimType[C]
    rows: Rows[C]
    listing: Listing[C]
    waiting: Query[Record]


def stored(type_: ClaimType[C], rows: Rows[C], listing: Listing[C], seen_by: SeenBy) -> StoredClaims[C]:
    """The claims of a kind, with what of them each role sees."""
    of_turn = select(rows.table.c.id).where(rows.table.c.whose_turn == bindparam("whose_turn"))
    return StoredClaims(type_, rows, listing, Query(of_turn.limit(bindparam("most")), seen_by=seen_by))


COURIER_KIND = stored(COURIER, COURIER_CLAIMS, COURIER_CLAIM_LISTS[ClaimOrder.NEWEST], COURIER_CLAIMS_SEEN_BY)
GUARANTEE_KIND = stored(GUARANTEE, GUARANTEE_CLAIMS, GUARANTEE_CLAIM_LISTS[ClaimOrder.NEWEST], GUARANTEE_CLAIMS_SEEN_BY)
REFUSED_GOODS_KIND = stored(
    REFUSED_GOODS, REFUSED_GOODS_CLAIMS, REFUSED_GOODS_LISTS[ClaimOrder.NEWEST], REFUSED_GOODS_SEEN_BY
)
# Any: each kind has rows of its own
CLAIM_KINDS: tuple[StoredClaims[Any], ...] = (
    COURIER_KIND,
    GUARANTEE_KIND,
    REFUSED_GOODS_KIND,
)
"""Deadlines, reminders and the list of the claims beside a case have the claims of each."""
