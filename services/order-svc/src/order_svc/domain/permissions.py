"""Who may take a transition: the roles, and the reason shown to everybody else."""

from aftercare_chassis.lifecycle import Permission

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
