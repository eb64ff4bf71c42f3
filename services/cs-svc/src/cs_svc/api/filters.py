"""Query parameters of several lists."""

from typing import Annotated

from aftercare_chassis.http.schemas import Id, PrincipalId
from aftercare_chassis.lifecycle import Actor
from fastapi import Query

OfOrder = Annotated[Id | None, Query(description="Only those about this order.")]
OfCase = Annotated[Id | None, Query(description="Only those about this after-sale case.")]
OfBuyer = Annotated[PrincipalId | None, Query(description="Only those of this buyer.")]
OfTag = Annotated[Id | None, Query(description="Only conversations with this tag; for the platform.")]


def of_platform(actor: Actor, tag: str | None, snoozed: bool | None) -> dict[str, str | None]:
    """The filters by what buyers and merchants do not see, which have no effect for them: a page would show what is hidden."""
    if actor.role in ("buyer", "seller"):
        return {}
    return {"tag": tag, "snoozed": None if snoozed is None else str(snoozed)}
