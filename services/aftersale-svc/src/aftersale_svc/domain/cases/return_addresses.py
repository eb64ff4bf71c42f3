"""Who has to say where the goods are to be sent back to, and when."""

from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.errors import ReturnAddressMissing
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.merchant_settings.model import SettingKind, used
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.permissions import MERCHANT


def lacks_address(full: FullCase) -> bool:
    """Whether the goods of the case go back to the merchant, and no address is known for that."""
    return TYPES[full.case.type].goods_come_back and full.return_.address is None


def with_address(full: FullCase, order: Order, address: dict[str, str] | None) -> FullCase:
    """The case with this address. Without one it keeps what it has; where it has none, it gets its merchant's default, if there is one."""
    if address is not None:
        return full.keeping(replace(full.return_, address=address, settings=None))
    default = order.setting(SettingKind.RETURN_ADDRESS)
    if default is None or not lacks_address(full):
        return full
    return full.keeping(replace(full.return_, address=default.content, settings=used(default)))


def check_address(approved: FullCase, actor: Actor) -> None:
    """Refuse an approval by the merchant that leaves open where the goods are to be sent.

    An agent, and the timer, may approve without an address, which they need not know: the merchant is then asked for it.

    Raises:
        ReturnAddressMissing: the merchant approves, and no address is known.
    """
    if actor.role in MERCHANT.roles and lacks_address(approved):
        raise ReturnAddressMissing(pointer="/return_address")
