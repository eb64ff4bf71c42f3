"""Who may open a case of which type."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.codes import Initiator
from aftersale_svc.domain.cases.errors import InitiatorUnsuitable
from aftersale_svc.domain.cases.types import TypeRow

INITIATORS: Mapping[str, Initiator] = {
    "buyer": Initiator.BUYER,
    "seller": Initiator.MERCHANT,
    "agent": Initiator.AGENT,
    "admin": Initiator.PLATFORM,
    "system": Initiator.SYSTEM,
}
"""By the role of the actor."""


def check_initiator(type_: TypeRow, role: str) -> Initiator:
    """Return who opens a case of this type.

    Raises:
        InitiatorUnsuitable: this role does not open cases of this type.
    """
    initiator = INITIATORS.get(role)
    if initiator is None or initiator not in type_.initiators:
        raise InitiatorUnsuitable(pointer="/type", allowed=sorted(type_.initiators))
    return initiator


def initiator_of(role: str) -> Initiator:
    """Who opened a case, by the role; of any other role, the platform."""
    return INITIATORS.get(role, Initiator.PLATFORM)
