"""Accounts with couriers, in requests and responses."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    CreatedAt,
    In,
    Name,
    OneLine,
    Out,
    Time,
    example,
)
from pydantic import StringConstraints

from order_svc.api.schemas.addresses import Country, Phone
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.model import HOME, Contact, CourierName

Credential = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
_CONTACT = {
    "name": "仓库",
    "phone": "13900000000",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 1 号",
}
_CHECKWORD = "the-checkword"


class ContactIn(In):
    """A sender, as couriers need it."""

    name: Name
    """Who hands the parcel over, or takes it."""
    phone: Phone
    """For the courier."""
    province: OneLine = ""
    """Province or state; empty where there is none."""
    city: Name
    """At least one visible character."""
    district: OneLine = ""
    """District or county; empty where there is none."""
    street: Name
    """Street and number, and what else the courier needs to find the door."""
    country: Country = HOME
    """ISO 3166-1 alpha-2 code, such as `CN`."""

    def contact(self) -> Contact:
        """The contact as the command takes it."""
        return Contact(**dict(self))


class ContactOut(Out):
    """A merchant as a sender."""

    name: str
    """Who hands the parcel over, or takes it."""
    phone: str
    """For the courier."""
    province: str
    """Province or state; empty where there is none."""
    city: str
    """The city."""
    district: str
    """District or county; empty where there is none."""
    street: str
    """Street and number."""
    country: str = HOME
    """ISO 3166-1 alpha-2 code, such as `CN`."""


class ShippingAccountIn(In):
    """An account with a courier."""

    model_config = example(courier="sf", account_no="CLIENT01", secret=_CHECKWORD, sender=_CONTACT)

    courier: CourierName
    """`sf` 顺丰丰桥, or `kuaidi100` 快递100, which orders of other carriers."""
    account_no: Credential
    """SF: the customer code (partnerID). Kuaidi100: the customer."""
    secret: Credential
    """SF: the checkword. Kuaidi100: the secret. No response shows it."""
    key: Credential | None = None
    """Kuaidi100: the key; needed there. No response shows it."""
    billing_no: Credential | None = None
    """SF: the number of the monthly account 月结卡号. Kuaidi100: the account with the carrier, which intercepts need."""
    sender: ContactIn
    """Where parcels start, and returns go to."""


class SecretIn(In):
    """The next credentials of an account."""

    model_config = example(secret=_CHECKWORD)

    secret: Credential
    """What requests are signed with from now on."""
    key: Credential | None = None
    """Kuaidi100: the next key; the one before where it is left out."""


class SenderIn(In):
    """Where parcels start from now on."""

    model_config = example(sender=_CONTACT)

    sender: ContactIn
    """The merchant as a sender."""


class ShippingAccountOut(Out):
    """An account with a courier, without its credentials."""

    id: str
    """Identifies the account: `sacc_…`."""
    merchant_id: str
    """Whose account it is."""
    courier: CourierName
    """The courier."""
    account_no: str
    """SF: the customer code. Kuaidi100: the customer."""
    billing_no: str | None
    """The number that the courier bills; null where there is none."""
    sender: ContactOut
    """Where parcels start, and returns go to."""
    endpoint_id: str
    """The endpoint at which the courier reports scans."""
    created_at: CreatedAt
    rotated_at: Time | None
    """When the credentials were last changed; null where they never were."""
    revoked_at: Time | None
    """Since when nothing is ordered through it; null where it is in use."""

    @classmethod
    def of(cls, account: ShippingAccount) -> "ShippingAccountOut":
        """Without the credentials."""
        return cls.model_validate(account)


class ConnectedAccountOut(ShippingAccountOut):
    """A new account, with where the courier is to report scans: no other response shows that."""

    holds_secret = True
    callback_path: str
    """Below the address of this service. Kuaidi100 is given it with each shipment; for SF, register it at 丰桥."""

    @classmethod
    def showing(cls, account: ShippingAccount, query: str) -> Self:
        """With the address, and the query that proves the courier's pushes, if there is one."""
        path = f"/v1/courier-webhooks/{account.courier}/{account.endpoint_id}{query}"
        return cls(**dict(ShippingAccountOut.of(account)), callback_path=path)
