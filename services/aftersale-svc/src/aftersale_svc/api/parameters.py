"""Parameters of several routes."""

from typing import Annotated

from aftercare_chassis.http.schemas import Id, PrincipalId
from fastapi import Path, Query

CaseId = Annotated[Id, Path(description="The id of the case.")]
OfOrder = Annotated[Id | None, Query(description="Only those about this order.")]
OfBuyer = Annotated[PrincipalId | None, Query(description="Only those of this buyer.")]
OfMerchant = Annotated[PrincipalId | None, Query(description="Only those of this merchant.")]
