"""Query parameters of several lists."""

from typing import Annotated

from aftercare_chassis.http.schemas import Id, PrincipalId
from fastapi import Query

OfOrder = Annotated[Id | None, Query(description="Only those about this order.")]
OfBuyer = Annotated[PrincipalId | None, Query(description="Only those of this buyer.")]
OfMerchant = Annotated[PrincipalId | None, Query(description="Only those of this merchant.")]
