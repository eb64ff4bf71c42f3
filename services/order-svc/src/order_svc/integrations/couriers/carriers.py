"""What partners that report for several carriers call them."""

from order_svc.domain.shipping.carriers import CARRIERS
from order_svc.integrations.couriers.fields import carrier_name

_CODES = {name: code for code, carrier in CARRIERS.items() for name in (code, carrier.at_kuaidi100, *carrier.others)}


def carrier_called(name: str) -> str:
    """The code of the carrier that a partner calls so; a carrier that is not listed keeps the name that the partner has for it.

    Raises:
        ValueError: it is no name that a code can be made of.
    """
    return _CODES.get(name.strip().lower()) or carrier_name(name)
