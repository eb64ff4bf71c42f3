"""Each partner's pushes by its name, which is that in the addresses of the shop unless it is another format (`adapter`)."""

from collections.abc import Mapping

from aftercare_simulators.couriers.partners.aftership import AfterShip
from aftercare_simulators.couriers.partners.easypost import EasyPost
from aftercare_simulators.couriers.partners.jt import JtExpress, JtVietnam
from aftercare_simulators.couriers.partners.kdniao import KdNiao
from aftercare_simulators.couriers.partners.kuaidi100 import Kuaidi100
from aftercare_simulators.couriers.partners.sf import Sf, SfXml
from aftercare_simulators.couriers.partners.standard_webhooks import StandardWebhooks
from aftercare_simulators.couriers.partners.yto import Yto
from aftercare_simulators.couriers.partners.zto import Zto
from aftercare_simulators.couriers.wire import Partner

_ALL: tuple[Partner, ...] = (
    Zto(),
    StandardWebhooks(),
    Kuaidi100(),
    KdNiao(),
    Sf(),
    SfXml(),
    Yto(),
    JtExpress("jt"),
    JtExpress("jt-my"),
    JtVietnam("jt-vn"),
    AfterShip(),
    EasyPost(),
)
PARTNERS: Mapping[str, Partner] = {each.name: each for each in _ALL}
