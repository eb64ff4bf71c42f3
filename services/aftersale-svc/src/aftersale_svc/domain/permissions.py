"""Who may take a transition: the roles, and the reason shown to everybody else; and whose merchant it is."""

from collections.abc import Sequence

from aftercare_chassis.lifecycle import NOT_IN_THIS_STATE, Actor, Permission
from aftercare_chassis.refusals import Forbidden, NotFound

BUYER = Permission("buyer_only", frozenset({"buyer"}))
BUYER_OR_AGENT = Permission("buyer_only", frozenset({"buyer", "agent"}))
BUYER_OR_SYSTEM = Permission("buyer_only", frozenset({"buyer", "system"}))
MERCHANT = Permission("merchant_only", frozenset({"seller"}))
MERCHANT_OR_AGENT = Permission("merchant_only", frozenset({"seller", "agent"}))
MERCHANT_AGENT_OR_SYSTEM = Permission("merchant_only", frozenset({"seller", "agent", "system"}))
MERCHANT_OR_SYSTEM = Permission("merchant_only", frozenset({"seller", "system"}))
ANYBODY_OF_CASE = Permission("parties_only", frozenset({"buyer", "seller", "agent", "system"}))
"""Each side, an agent, and the system."""
PARTIES = Permission("parties_only", frozenset({"buyer", "seller"}))
AGENT = Permission("agent_only", frozenset({"agent"}))
ARBITRATOR = Permission("arbitrator_only", frozenset({"arbitrator"}))
ARBITRATOR_OR_ADMIN = Permission("arbitrator_only", frozenset({"arbitrator", "admin"}))
DISPATCHERS = Permission("dispatchers_only", frozenset({"agent", "admin"}))
DISPATCHERS_OR_SYSTEM = Permission("dispatchers_only", frozenset({"agent", "admin", "system"}))
"""Who gives work to somebody; the system, where the installation has it do so."""
END_OF_DISPUTE = Permission("arbitrator_only", frozenset({"arbitrator", "buyer", "seller", "system"}))
"""Whoever ends a dispute: by a verdict, which may wait for the time to appeal, a settlement or a withdrawal."""
VERDICT_REPLACED = Permission(NOT_IN_THIS_STATE, frozenset({"arbitrator"}))
"""Who decides an appeal. For everybody else the action does not exist in this state."""
COUNTER_OFFER_TO_MERCHANT = Permission(NOT_IN_THIS_STATE, frozenset({"seller"}))
COUNTER_OFFER_TO_AGENT = Permission(NOT_IN_THIS_STATE, frozenset({"agent"}))
"""Who answers a counter-offer. For everybody else, the buyer whose offer was withdrawn too, there is no offer in this state."""
SIDES = frozenset({"buyer", "seller"})
"""The roles that act for a party."""
STAFF = frozenset({"agent", "arbitrator", "admin"})
"""The roles that act for the platform."""
BUYER_OR_PLATFORM = Permission("buyer_only", frozenset({"buyer", "agent", "arbitrator"}))
SYSTEM_ONLY = Permission("system_only", frozenset({"system"}))
SYSTEM_UNSEEN = Permission(NOT_IN_THIS_STATE, frozenset({"system"}))
"""For everybody else the action does not exist in this state."""


PLATFORM_OWNER = "platform"
"""Whose settings and rules of hours hold where a merchant has none. No merchant has this id."""


class PersonNeeded(Forbidden):
    """A program decides nothing for the platform."""

    zh, en = "平台方的决定须由人作出，程序不能代为决定。", "A person decides for the platform, not a program."


def check_decider(actor: Actor) -> None:
    """Refuse a program that would decide for the platform. That of a merchant decides for its merchant. Raises: PersonNeeded."""
    if actor.is_machine and actor.role in STAFF:
        raise PersonNeeded


def check_setter(actor: Actor, merchant_id: str) -> None:
    """Refuse who may not set something for this merchant: what is the platform's, its administrators set.

    Raises:
        NotFound: see `check_merchant`.
        Forbidden: it is the platform's.
    """
    check_merchant(actor, merchant_id)
    if merchant_id == PLATFORM_OWNER and actor.role != "admin":
        raise Forbidden(allowed_roles=["admin"])


def check_merchant(actor: Actor, merchant_id: str) -> None:
    """Refuse a seller of another merchant. Raises: NotFound."""
    if actor.role in MERCHANT.roles and (actor.tenant or actor.id) != merchant_id:
        raise NotFound(what="merchant")


def is_side(actor: Actor, buyer_id: str, merchant_id: str, known: Sequence[str] = ()) -> bool:
    """Whether this person, in whatever role, is the buyer, or belongs to the merchant, or is one of those known to have acted for one."""
    return actor.id in (buyer_id, merchant_id, *known) or actor.belongs_to(merchant_id)


def with_actor(known: Sequence[str], actor: Actor) -> list[str]:
    """The people who have acted for a party, with who acts now, where that is as the buyer or for the merchant."""
    return [*known, actor.id] if actor.role in SIDES and actor.id not in known else list(known)
