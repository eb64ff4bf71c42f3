"""Who opens cases."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.codes import Initiator

INITIATORS: Mapping[str, Initiator] = {
    "buyer": Initiator.BUYER,
    "seller": Initiator.MERCHANT,
    "agent": Initiator.AGENT,
    "admin": Initiator.PLATFORM,
    "system": Initiator.SYSTEM,
}
"""By the role of the actor. Each of them opens cases of every type; the system only what a courier reports."""


def initiator_of(role: str) -> Initiator:
    """Who opened a case, by the role; of any other role, the platform."""
    return INITIATORS.get(role, Initiator.PLATFORM)
