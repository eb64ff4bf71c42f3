"""Parameters of several routes."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from aftercare_chassis.http.schemas import Id, PrincipalId
from fastapi import Path, Query

from aftersale_svc.domain.claims.sorting import ClaimOrder

CaseId = Annotated[Id, Path(description="The id of the case.")]
OfOrder = Annotated[Id | None, Query(description="Only those about this order.")]
OfBuyer = Annotated[PrincipalId | None, Query(description="Only those of this buyer.")]
OfMerchant = Annotated[PrincipalId | None, Query(description="Only those of this merchant.")]


MOST_VALUES = 50
"""So many values a repeated filter may have."""


def Several(description: str) -> Any:  # Any: as of FastAPI's Query, the default of a parameter of any type
    """A filter that may be repeated, up to MOST_VALUES times."""
    return Query(description=description, max_length=MOST_VALUES)


class ListOrder(StrEnum):
    """The order of a list of documents that have deadlines."""

    NEWEST = "newest"
    DEADLINE = "deadline"


def one_or_several(values: Sequence[str] | None) -> str | list[str] | None:
    """The values of a repeated filter, each once and sorted; a single one by itself, None where there are none."""
    found = sorted(set(values or ()))
    return found[0] if len(found) == 1 else found or None


SortedClaims = Annotated[
    ClaimOrder,
    Query(
        description="By when they were opened (`newest`, `oldest`), or by `deadline`: the earliest first, with a minus the latest. `deadline` lists only claims that have one."
    ),
]
ClaimId = Annotated[Id, Path(description="The id of the claim.")]
GuaranteeClaimId = Annotated[Id, Path(description="The id of the claim on a guarantee.")]
RefusedGoodsClaimId = Annotated[Id, Path(description="The id of the claim to refused goods.")]
DisputeId = Annotated[Id, Path(description="The id of the dispute.")]
