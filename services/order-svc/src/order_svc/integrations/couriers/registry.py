"""The couriers that this service takes pushes of. A new one is a module beside this one and its line here."""

from collections.abc import Mapping
from types import MappingProxyType

from order_svc.integrations.couriers.aftership import AfterShip
from order_svc.integrations.couriers.easypost import EasyPost
from order_svc.integrations.couriers.jt import JT, JT_MALAYSIA, JT_VIETNAM
from order_svc.integrations.couriers.kdniao import KdNiao
from order_svc.integrations.couriers.kuaidi100 import Kuaidi100
from order_svc.integrations.couriers.port import Courier
from order_svc.integrations.couriers.sf import Sf
from order_svc.integrations.couriers.standard_webhooks import StandardWebhooks
from order_svc.integrations.couriers.yto import Yto
from order_svc.integrations.couriers.zto import Zto

_ALL: tuple[Courier, ...] = (
    StandardWebhooks(),
    Zto(),
    Kuaidi100(),
    KdNiao(),
    Sf(),
    Yto(),
    JT,
    JT_MALAYSIA,
    JT_VIETNAM,
    AfterShip(),
    EasyPost(),
)
COURIERS: Mapping[str, Courier] = MappingProxyType({each.partner: each for each in _ALL})
"""The adapters by their partners' names, which are part of the addresses that they post to."""
