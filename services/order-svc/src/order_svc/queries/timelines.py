"""What has happened to orders, and what happens now."""

from collections.abc import Callable

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.feeds import Feed
from pydantic import BaseModel

from order_svc.domain.steps import NOT_FOR_BUYERS, OrderStep
from order_svc.settings import Settings
from order_svc.tables.order_steps import NEWEST_STEP, STEPS_ADDED, TIMELINE
from order_svc.tables.orders import ORDERS


async def timeline(reader: Reader, order_id: str, limit: int, cursor: str | None) -> Page[OrderStep]:
    """The steps of an order that the reader may see, oldest first. Raises: NotFound, CursorInvalid."""
    await reader.get(ORDERS, order_id)
    filters = {"for_buyers": True} if reader.actor.role == "buyer" else {}
    return await reader.page(TIMELINE, limit=limit, cursor=cursor, order_id=order_id, **filters)


def is_shown(step: OrderStep, role: str) -> bool:
    """Whether somebody in this role may read the step, of an order that they may see."""
    return role != "buyer" or step.event not in NOT_FOR_BUYERS


async def require_order(reader: Reader, order_id: str) -> None:
    """Check that the reader may see the order. Raises: NotFound."""
    await reader.get(ORDERS, order_id)


def feed(shape: Callable[[OrderStep], BaseModel]) -> Feed[OrderStep]:
    """The steps of all orders; `shape` makes what is sent of one."""

    def shown(_: Reader[Settings], step: OrderStep) -> BaseModel:
        return shape(step)

    return Feed("step", STEPS_ADDED, NEWEST_STEP, shown)
