"""Shipping addresses in requests and responses."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import In, Name, OneLine, Out, example
from pydantic import StringConstraints

from order_svc.domain.model import Address

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()\-]{2,38}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
EXAMPLE_ADDRESS = {
    "name": "王芳",
    "phone": "13800000000",
    "country": "CN",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 1 号",
}


class AddressIn(In):
    """A shipping address."""

    name: Name
    """Who receives the goods."""
    phone: Phone
    """For the courier: digits, spaces, `-`, `(` and `)`, with or without a leading `+`."""
    country: Country = "CN"
    """ISO 3166-1 alpha-2 code, such as `CN`."""
    province: OneLine = ""
    """Province or state; empty where there is none."""
    city: Name
    """At least one visible character."""
    district: OneLine = ""
    """District or county; empty where there is none."""
    street: Name
    """Street and number, and what else the courier needs to find the door."""
    postal_code: OneLine = ""
    """Empty where there is none."""

    def address(self) -> Address:
        """The address as a row, without its order."""
        return Address(order_id="", salt="", **dict(self))


class ChangeAddressIn(In):
    """The complete new address."""

    model_config = example(shipping_address=EXAMPLE_ADDRESS)

    shipping_address: AddressIn
    """Replaces the whole address: a field that is left out is empty afterwards."""


class AddressOut(Out):
    """The shipping address."""

    name: str
    """Who receives the goods."""
    phone: str
    """For the courier."""
    country: str
    """ISO 3166-1 alpha-2 code, such as `CN`."""
    province: str
    """Province or state; empty where there is none."""
    city: str
    """Empty where the order has no address, and nowhere else."""
    district: str
    """District or county; empty where there is none."""
    street: str
    """Street and number, and what else the courier needs to find the door."""
    postal_code: str
    """Empty where there is none."""

    @classmethod
    def of_any(cls, address: Address | None) -> Self:
        """The address as a response; its fields are empty where there is none."""
        return cls(**dict.fromkeys(cls.model_fields, "")) if address is None else cls.model_validate(address)
