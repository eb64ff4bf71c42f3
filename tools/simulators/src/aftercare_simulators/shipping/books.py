"""What the couriers have in their books: accounts, orders, scans, subscriptions, and the fault of the next answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# Any: JSON, as the couriers' protocols have it.
Json = dict[str, Any]


class Fault(StrEnum):
    """What goes wrong with each answer until the fault is taken back."""

    LATE = "late"  # the answer comes after the client has given up
    FAILURE = "failure"  # status 500; nothing was carried out
    LOST_ANSWER = "lost_answer"  # carried out, and answered with status 502
    BAD_SIGNATURE = "bad_signature"  # refused as if it were signed with another secret
    UNAVAILABLE = "unavailable"  # the courier's words for a service behind it that does not answer
    REFUSED = "refused"  # the way is not served
    GARBAGE = "garbage"  # a page in HTML, with status 200
    HUGE = "huge"  # more than anybody reads
    WRONG_ENCODING = "wrong_encoding"  # JSON in GBK
    OTHER_ORDER = "other_order"  # about somebody else's order
    OTHER_WAYBILL = "other_waybill"  # scans of somebody else's parcel
    BAD_WAYBILL = "bad_waybill"  # a number that is none
    NO_WAYBILL_YET = "no_waybill_yet"  # the number is assigned after the fault is taken back


@dataclass(frozen=True, slots=True)
class Account:
    """The credentials of one merchant, with both couriers."""

    account_no: str = "SHOP1"
    secret: str = field(default="a-secret-of-no-courier", repr=False)
    key: str = field(default="a-key-of-no-courier", repr=False)


@dataclass(slots=True)
class Order:
    """A shipment that was ordered. `ordered` counts how often it was; it is one order all the same."""

    number: str
    carrier: str
    waybill_no: str
    task_no: str
    content: Json
    made_at: datetime
    ordered: int = 1
    collected: bool = False
    cancelled: bool = False
    pickup: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan of a parcel, in the words of the courier that is asked."""

    at: datetime
    code: str
    text: str


class Books:
    """The books. `price` is what every way costs, in minor units of CNY; waybills have serial numbers from `first` on."""

    def __init__(self, account: Account, clock: Callable[[], datetime], price: int = 1250, first: int = 1) -> None:
        self.account, self.clock, self.price, self._first = account, clock, price, first
        self.orders: dict[str, Order] = {}
        self.scans: dict[str, list[Scan]] = {}
        self.subscriptions: list[Json] = []
        self.intercepts: list[Json] = []
        self.fault: Fault | None = None
        self.calls: list[str] = []

    def order(self, number: str, carrier: str, prefix: str, content: Json) -> Order:
        """The order with this number: made now, or the one that there is."""
        known = self.orders.get(number)
        if known is not None:
            known.ordered += 1
            return known
        serial = self._first + len(self.orders)
        waybill_no = f"{prefix}{7_300_000_000_000 + serial}"
        task_no = f"{serial:032X}"
        order = Order(number, carrier, waybill_no, task_no, content, self.clock())
        self.orders[number] = order
        return order

    def of_task(self, task_no: str) -> Order | None:
        """The order with this number of Kuaidi100."""
        return next((each for each in self.orders.values() if each.task_no == task_no), None)

    def scan(self, waybill_no: str, code: str, text: str, at: datetime | None = None) -> None:
        """Scan a parcel; its order is collected from then on."""
        self.scans.setdefault(waybill_no, []).append(Scan(at or self.clock(), code, text))
        for order in self.orders.values():
            if order.waybill_no == waybill_no:
                order.collected = True
