"""Pushes to order-svc in the formats of its courier partners, signed with their secrets."""

from aftercare_cli.couriers.partners import PARTNERS, Request, Scan
from aftercare_cli.couriers.posting import deliver, endpoint, push

__all__ = ["PARTNERS", "Request", "Scan", "deliver", "endpoint", "push"]
