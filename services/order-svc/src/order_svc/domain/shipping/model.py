"""Who sends what to whom, and through which account of a courier."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CourierName(StrEnum):
    """The couriers of which shipments can be ordered."""

    SF = "sf"
    KUAIDI100 = "kuaidi100"


HOME = "CN"
"""The country of couriers' services that have no field for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A sender or receiver. Personal data: it is given to the courier and printed on the label, and nowhere else. `country` is an ISO 3166-1
    alpha-2 code."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    province: str = field(repr=False)
    city: str = field(repr=False)
    district: str = field(repr=False)
    street: str = field(repr=False)
    country: str = field(default=HOME, repr=False)

    @property
    def is_abroad(self) -> bool:
        """Whether the address is in another country."""
        return self.country != HOME

    @property
    def whole_address(self) -> str:
        """The address as one text, without the name."""
        country = f" ({self.country})" if self.is_abroad else ""
        return "".join(each for each in (self.province, self.city, self.district, self.street, country) if each)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupWindow:
    """When a courier is to collect a parcel."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierAccount:
    """What a merchant has agreed with a courier. `secret` and `key` sign requests and are never shown.

    SF: `account_no` is the customer code (partnerID), `secret` the checkword, `billing_no` the number of the monthly account.
    Kuaidi100: `account_no` is the customer, `key` and `secret` are those of the enterprise account. `callback_url` is where the
    courier posts what it reports of parcels, `callback_secret` what it signs that with.
    """

    account_no: str
    secret: str = field(repr=False)
    key: str = field(default="", repr=False)
    billing_no: str | None = None
    callback_url: str = field(default="", repr=False)
    callback_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What a courier is asked to carry. `number` is ours: up to 32 characters, the courier's key to it for ever.

    `carrier` is who carries it, where the courier is an aggregator. `courier_ref` is the courier's own number of it, once it has one.
    """

    number: str
    carrier: str
    sender: Contact
    receiver: Contact
    goods: str
    weight_grams: int
    pickup: PickupWindow | None = None
    courier_ref: str | None = None
