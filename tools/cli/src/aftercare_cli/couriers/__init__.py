"""Being a courier: pushes in the partners' own formats, signed with their own secrets."""

from aftercare_cli.couriers.partners import PARTNERS, Request, Scan
from aftercare_cli.couriers.posting import deliver, endpoint, push

__all__ = ["PARTNERS", "Request", "Scan", "deliver", "endpoint", "push"]
