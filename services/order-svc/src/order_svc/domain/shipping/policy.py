"""What is checked before a courier is asked."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.carriers import CARRIERS
from order_svc.domain.shipping.errors import CountryNotServed, PickupTimeInvalid, ShippingAccountMissing
from order_svc.domain.shipping.model import Contact, CourierName, PickupWindow

SHORTEST, LONGEST = timedelta(hours=1), timedelta(hours=24)
PAUSES = (2.0, 10.0, 60.0, 300.0, 1800.0)
"""Seconds between the calls about a label whose outcome is open; the last one from then on."""
MOST_OPEN = timedelta(days=60)
"""For how long a parcel is polled that does not end."""
LONGEST_GOODS = 60
"""How many characters couriers take of what is in a parcel."""


def check_pickup(window: PickupWindow, now: datetime) -> None:
    """Check the time of a pickup; which times a courier offers is for the courier.

    Raises:
        PickupTimeInvalid: it does not begin in the future, or is shorter than an hour or longer than a day.
    """
    if window.begins_at <= now or not SHORTEST <= window.ends_at - window.begins_at <= LONGEST:
        raise PickupTimeInvalid(pointer="/pickup")


def account_for(accounts: Sequence[ShippingAccount], carrier: str, courier: CourierName | None) -> ShippingAccount:
    """The account through which a parcel of this carrier is ordered: that of the courier itself before that of an aggregator.

    Raises:
        ShippingAccountMissing: there is none.
    """
    found = [each for each in accounts if carries(each.courier, carrier) and courier in (None, each.courier)]
    if not found:
        raise ShippingAccountMissing(pointer="/carrier", carrier=carrier)
    return min(found, key=lambda each: each.courier is CourierName.KUAIDI100)


def carries(courier: CourierName, carrier: str) -> bool:
    """Whether parcels of this carrier can be ordered of the courier."""
    return carrier == "sf" if courier is CourierName.SF else carrier in CARRIERS


def serves(courier: CourierName, *ends: Contact) -> bool:
    """Whether the courier may carry between these: the orders of Kuaidi100 have no country. What SF does with one is for SF."""
    return courier is not CourierName.KUAIDI100 or not any(each.is_abroad for each in ends)


def check_served(courier: CourierName, *ends: Contact) -> None:
    """Check that the courier may carry between these. Raises: CountryNotServed."""
    if not serves(courier, *ends):
        abroad = next(each.country for each in ends if each.is_abroad)
        raise CountryNotServed(pointer="/carrier", courier=courier, country=abroad)


def carrier_for_pickup(accounts: Sequence[ShippingAccount], sent: Sequence[str]) -> str | None:
    """The carrier that collects goods of an order: one that has brought some of it, of `sent`, or else SF; None where no account has it."""
    known = (each for each in (*sent, "sf") if any(carries(account.courier, each) for account in accounts))
    return next(known, None)


def can_intercept(account: ShippingAccount) -> bool:
    """Whether the courier takes intercepts through this account: Kuaidi100 does with an account of the carrier only."""
    return account.courier is CourierName.SF or account.billing_no is not None


def pause(attempts: int) -> timedelta:
    """How long the next call waits after this many without a result."""
    return timedelta(seconds=PAUSES[min(attempts, len(PAUSES) - 1)])


def goods_named(titles: Iterable[str]) -> str:
    """What is in a parcel, in one line that couriers take."""
    return "、".join(dict.fromkeys(titles))[:LONGEST_GOODS]
