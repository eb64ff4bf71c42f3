"""The partners this service can hear."""

from order_svc.couriers.model import Courier
from order_svc.couriers.standard_webhooks import StandardWebhooks
from order_svc.couriers.zto import Zto

_COURIERS: tuple[Courier, ...] = (StandardWebhooks(), Zto())
PARTNERS: dict[str, Courier] = {courier.partner: courier for courier in _COURIERS}
