"""How contacts are stored as documents."""

from typing import TypeVar

from order_svc.domain.intercepts.model import InterceptAddress
from order_svc.domain.model import Address
from order_svc.domain.shipping.model import Contact


def contact_fields(contact: Contact) -> dict[str, str]:
    """The contact as a document; the country is in it where it is abroad, since earlier builds know of none."""
    country = {"country": contact.country} if contact.is_abroad else {}
    return {
        "name": contact.name,
        "phone": contact.phone,
        "province": contact.province,
        "city": contact.city,
        "district": contact.district,
        "street": contact.street,
        **country,
    }


AnyAddress = TypeVar("AnyAddress", Address, InterceptAddress)


def contact_of(address: AnyAddress) -> Contact:
    """The buyer as a sender or receiver, at the address of the order, or that of an intercept."""
    return Contact(
        name=address.name,
        phone=address.phone,
        province=address.province,
        city=address.city,
        district=address.district,
        street=address.street,
        country=address.country,
    )
