"""What merchants have agreed with couriers, as rows."""

from dataclasses import dataclass, field
from datetime import datetime

from order_svc.domain.shipping.model import Contact, CourierAccount, CourierName


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingAccount:
    """The account of a merchant with a courier; one that is not revoked per courier.

    `sender` is where the merchant's parcels start and returns go to, as `Contact` has it. What the courier reports of parcels arrives at
    the endpoint.
    """

    id: str
    merchant_id: str
    courier: CourierName
    account_no: str
    secret: str = field(repr=False)
    key: str = field(repr=False)
    billing_no: str | None
    sender: dict[str, str] = field(repr=False)
    endpoint_id: str
    created_at: datetime
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def contact(self) -> Contact:
        """The merchant as a sender or receiver."""
        return Contact(**self.sender)

    def with_callback(self, url: str, secret: str) -> CourierAccount:
        """The account as an adapter takes it, with where the courier posts and what it signs that with."""
        return CourierAccount(
            account_no=self.account_no,
            secret=self.secret,
            key=self.key,
            billing_no=self.billing_no,
            callback_url=url,
            callback_secret=secret,
        )
