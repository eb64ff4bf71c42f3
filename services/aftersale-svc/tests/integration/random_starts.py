"""Where a random history may begin: late in the life of a document, where chance alone rarely leads.

Each start is a row of commands of people, by the routes that they have, and of what happens around them. A command that what the merchant
has set does not allow is refused, and the history goes on from there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from random_bodies import cny

if TYPE_CHECKING:
    from random_walk import Walk

# Which numbers make which bodies is in `bodies_of`.
PLAIN, ANOTHER_PARCEL = 1, 2
WITH_FREIGHT = DEARER = 999
ACCEPTS_ONE, ACCEPTS_ALL = 4, 2


@dataclass(frozen=True)
class Start:
    """How far the order is, and what happens then."""

    stage: str
    leads: Callable[["Walk"], Awaitable[None]]


async def arrived(walk: "Walk", type_: str, reason: str = "quality_defect", shipped: int = PLAIN) -> None:
    await walk.opens(type_, reason)
    await walk.takes("seller", "cases", "approve")
    await walk.takes("buyer", "cases", "ship", shipped)
    await walk.parcels_arrive()


async def inspected(walk: "Walk", found: int, shipped: int = PLAIN) -> None:
    await arrived(walk, "return_refund", shipped=shipped)
    await walk.takes("seller", "cases", "inspect", found)


async def goods_are_lost(walk: "Walk") -> None:
    await inspected(walk, ACCEPTS_ONE)
    await walk.takes("agent", "refused-goods-claims", "report_lost")


async def pickup_is_booked(walk: "Walk") -> None:
    await walk.opens("exchange")
    await walk.takes("seller", "cases", "approve")
    await walk.takes("buyer", "cases", "book_pickup")


async def replacement_is_missing(walk: "Walk") -> None:
    """The buyer has paid more for it."""
    await arrived(walk, "exchange")
    await walk.takes("seller", "cases", "inspect", ACCEPTS_ALL)
    await walk.takes("seller", "cases", "price_replacement", DEARER)
    await walk.takes("buyer", "cases", "agree_charge")
    await walk.takes("seller", "cases", "record_payment")
    await walk.takes("seller", "cases", "no_stock")


async def repair_is_not_possible(walk: "Walk") -> None:
    await arrived(walk, "repair")
    await walk.takes("seller", "cases", "cannot_repair")


async def repair_was_bad(walk: "Walk") -> None:
    await arrived(walk, "repair")
    await walk.takes("seller", "cases", "repaired")
    await walk.takes("seller", "cases", "ship_replacement", ANOTHER_PARCEL)
    await walk.takes("buyer", "cases", "report_anomaly")


async def repair_is_late(walk: "Walk") -> None:
    await arrived(walk, "repair", "paid_repair")
    await walk.passes(timedelta(days=15))


async def refund_has_failed(walk: "Walk") -> None:
    await walk.opens("refund_only")
    await walk.takes("seller", "cases", "approve")
    await walk.refunds_end(paid=False)


async def deposit_is_claimed(walk: "Walk") -> None:
    await refund_has_failed(walk)
    await walk.claims((await walk.newest("cases"))["id"], "merchant_deposit", "buyer")
    await walk.takes("seller", "guarantee-claims", "object")


async def parcel_was_refused(walk: "Walk") -> None:
    await walk.opens("refused_delivery", "refused_at_door")
    await walk.parcels_arrive()
    await walk.takes("seller", "cases", "inspect", ACCEPTS_ALL)
    await walk.refunds_end(paid=False)


async def replacement_was_sent_first(walk: "Walk") -> None:
    await walk.opens("fast_exchange")
    await walk.takes("buyer", "cases", "agree_hold")
    await walk.takes("seller", "cases", "approve")
    await walk.takes("seller", "cases", "ship_replacement")
    await walk.takes("buyer", "cases", "report_anomaly")


async def lower_price_is_offered(walk: "Walk") -> None:
    await walk.opens("price_adjust", "price_dropped")
    await walk.takes("seller", "cases", "offer")


async def verdict_is_appealed(walk: "Walk") -> None:
    await walk.opens("refund_only")
    await walk.takes("seller", "cases", "reject")
    await walk.takes("buyer", "cases", "dispute")
    await walk.takes("seller", "disputes", "answer")
    await walk.takes("arbitrator", "disputes", "decide", remedy="refund", amount=cny(100))
    await walk.takes("seller", "disputes", "appeal")


async def cancellation_waits(walk: "Walk") -> None:
    await walk.opens("cancel_unshipped", "changed_mind")
    await walk.takes("seller", "cases", "request_supplement")


async def too_much_was_paid(walk: "Walk") -> None:
    await verdict_is_appealed(walk)
    await walk.refunds_end(paid=True)
    await walk.takes("second arbitrator", "disputes", "replace_verdict", remedy="refund", amount=cny(50))


async def goods_are_late(walk: "Walk") -> None:
    """A verdict has ended their case."""
    await walk.opens("return_refund")
    await walk.takes("seller", "cases", "approve")
    await walk.takes("buyer", "cases", "ship")
    await walk.takes("agent", "cases", "dispute")
    await walk.takes("seller", "disputes", "answer")
    await walk.takes("arbitrator", "disputes", "decide", remedy="none")
    walk.last = (await walk.newest("cases"))["id"]


STARTS = (
    Start("paid", cancellation_waits),
    Start("delivered", lambda walk: inspected(walk, ACCEPTS_ALL)),
    Start("delivered", lambda walk: inspected(walk, ACCEPTS_ALL, WITH_FREIGHT)),
    Start("delivered", goods_are_lost),
    Start("delivered", lambda walk: arrived(walk, "exchange")),
    Start("received", lambda walk: arrived(walk, "repair", "paid_repair")),
    Start("received", repair_is_late),
    Start("received", repair_is_not_possible),
    Start("received", repair_was_bad),
    Start("delivered", pickup_is_booked),
    Start("delivered", replacement_is_missing),
    Start("delivered", refund_has_failed),
    Start("delivered", deposit_is_claimed),
    Start("shipped", parcel_was_refused),
    Start("received", replacement_was_sent_first),
    Start("delivered", lower_price_is_offered),
    Start("delivered", verdict_is_appealed),
    Start("delivered", too_much_was_paid),
    Start("delivered", goods_are_late),
)
