"""Being a courier: pushes in the partners' own formats, signed with their own secrets."""

from aftercare_cli.couriers.partners import PARTNERS, Scan
from aftercare_cli.couriers.push import deliver, endpoint, push

__all__ = ["PARTNERS", "Scan", "deliver", "endpoint", "push"]
