"""The roles of the people who use the suite, as the claim `role` of their tokens names them. Every service accepts all."""

from collections.abc import Mapping

ROLES: Mapping[str, str | None] = {
    "buyer": None,
    "seller": "merchant_id",
    "agent": None,
    "arbitrator": None,
    "supplier": None,
    "courier": None,
    "finance": None,
    "admin": None,
}
"""Each role with the claim that names whom a person of the role acts for (None: themselves)."""

AUDITED = frozenset({"admin"})
"""The roles of which every command is recorded for auditors, with its name and the role."""
