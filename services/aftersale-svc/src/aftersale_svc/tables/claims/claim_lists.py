"""The lists of claims of one kind, by their order."""

from collections.abc import Mapping
from typing import TypeVar

from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing
from sqlalchemy import Table

from aftersale_svc.domain.claims.sorting import ClaimOrder

R = TypeVar("R")


def claim_lists(table: Table, cls: type[R], seen_by: SeenBy, *filters: str) -> Mapping[ClaimOrder, Listing[R]]:
    """The lists of the claims in this table, which may be filtered by these columns."""

    def listing(by: str | None = None, *, turned: bool = False) -> Listing[R]:
        return Listing(table, cls, filters=filters, seen_by=seen_by, by=by, turned=turned)

    return {
        ClaimOrder.NEWEST: listing(),
        ClaimOrder.OLDEST: listing(turned=True),
        ClaimOrder.DEADLINE: listing("deadline_at"),
        ClaimOrder.LATEST_DEADLINE: listing("deadline_at", turned=True),
    }
