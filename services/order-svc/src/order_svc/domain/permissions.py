"""Who may take a transition: the roles, and the reason shown to everybody else."""

from aftercare_chassis.lifecycle import Actor, Permission

BUYER = Permission("buyer_only", frozenset({"buyer"}))
BUYER_OR_SYSTEM = Permission("buyer_only", frozenset({"buyer", "system"}))
MERCHANT = Permission("merchant_only", frozenset({"seller"}))
PARTIES = Permission("parties_only", frozenset({"buyer", "seller", "agent"}))
OPERATOR = Permission("operator_only", frozenset({"agent", "admin"}))
ADMIN = Permission("admin_only", frozenset({"admin"}))
FINANCE = Permission("finance_only", frozenset({"finance", "admin"}))
OPERATOR_OR_FINANCE = Permission("operator_or_finance_only", frozenset({"agent", "finance", "admin"}))
SYSTEM_ONLY = Permission("system_only", frozenset({"system"}))
MERCHANT_OR_OPERATOR = Permission("merchant_or_operator_only", frozenset({"seller", "agent", "admin"}))
MERCHANT_OR_AGENT = Permission("merchant_or_agent_only", frozenset({"seller", "agent"}))
MERCHANT_AGENT_OR_SYSTEM = Permission("merchant_or_agent_only", frozenset({"seller", "agent", "system"}))
STAFF = frozenset({"agent", "finance", "admin"})
"""The roles of people who act for the platform."""


def is_party_as_staff(actor: Actor, buyer_id: str, merchant_id: str) -> bool:
    """Whether who acts for the platform is the buyer, or belongs to the merchant, of an order."""
    return actor.role in STAFF and (actor.id in (buyer_id, merchant_id) or actor.belongs_to(merchant_id))
