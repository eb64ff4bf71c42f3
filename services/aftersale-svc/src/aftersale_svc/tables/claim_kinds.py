"""The kinds of claims: one row each, with the table of its states and the rows it is kept in."""

from dataclasses import dataclass
from typing import Any, Generic

from aftercare_chassis.database.mapping import Listing, Rows

from aftersale_svc.domain.claims.model import C
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.courier_claims.lifecycle import COURIER
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS
from aftersale_svc.tables.courier_claims import COURIER_CLAIM_LIST, COURIER_CLAIMS
from aftersale_svc.tables.guarantee_claims import GUARANTEE_CLAIM_LIST, GUARANTEE_CLAIMS
from aftersale_svc.tables.refused_goods_claims import REFUSED_GOODS_CLAIMS, REFUSED_GOODS_LIST


@dataclass(frozen=True, slots=True)
class StoredClaims(Generic[C]):
    """The claims of one kind, and where they are kept."""

    type: ClaimType[C]
    rows: Rows[C]
    listing: Listing[C]


COURIER_KIND = StoredClaims(COURIER, COURIER_CLAIMS, COURIER_CLAIM_LIST)
GUARANTEE_KIND = StoredClaims(GUARANTEE, GUARANTEE_CLAIMS, GUARANTEE_CLAIM_LIST)
REFUSED_GOODS_KIND = StoredClaims(REFUSED_GOODS, REFUSED_GOODS_CLAIMS, REFUSED_GOODS_LIST)
CLAIM_KINDS: tuple[StoredClaims[Any], ...] = (
    COURIER_KIND,
    GUARANTEE_KIND,
    REFUSED_GOODS_KIND,
)  # Any: each kind has rows of its own
"""Deadlines, reminders and the list of the claims beside a case have the claims of each."""
