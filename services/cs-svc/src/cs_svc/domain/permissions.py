"""The roles that may take the transitions of the documents of cs-svc, and the reason shown to all others."""

from aftercare_chassis.lifecycle import Permission

BUYER = Permission("buyer_only", frozenset({"buyer"}))
AGENT = Permission("agent_only", frozenset({"agent"}))
AGENT_OR_SELLER = Permission("agent_or_seller_only", frozenset({"agent", "seller"}))
AGENT_OR_SYSTEM = Permission("agent_only", frozenset({"agent", "system"}))
BUYER_OR_AGENT = Permission("buyer_or_agent_only", frozenset({"buyer", "agent"}))
PARTIES_AND_AGENTS = Permission("parties_and_agents_only", frozenset({"buyer", "seller", "agent"}))
AGENT_OR_ADMIN = Permission("agent_or_admin_only", frozenset({"agent", "admin"}))
SYSTEM_ONLY = Permission("system_only", frozenset({"system"}))
