"""The partners this service can hear."""

from order_svc.integrations.couriers.model import Courier
from order_svc.integrations.couriers.standard_webhooks import StandardWebhooks
from order_svc.integrations.couriers.zto import Zto

_COURIERS: tuple[Courier, ...] = (StandardWebhooks(), Zto())
PARTNERS: dict[str, Courier] = {courier.partner: courier for courier in _COURIERS}
