"""Who may see a row: the buyer and the merchant whom it concerns, and the platform's own roles."""

from aftercare_chassis.database.compiled import SeenBy
from sqlalchemy import FromClause

ADMIN_ONLY: SeenBy = {"admin": None}
"""Rows that concern no buyer and no merchant."""
FINANCE: SeenBy = {"finance": None, "admin": None}
"""Rows about the platform's accounts with the payment providers."""
OPERATOR_OR_FINANCE: SeenBy = {"agent": None, **FINANCE}
"""Rows that people of the platform follow with the payment providers; they name no buyer."""


def seen_by(table: FromClause) -> SeenBy:
    """Buyers see rows with their id in `buyer_id`, sellers those of their merchant, agents, arbitrators and admins all."""
    return {"buyer": table.c.buyer_id, "seller": table.c.merchant_id, "agent": None, "arbitrator": None, "admin": None}


def of_merchant(table: FromClause) -> SeenBy:
    """Sellers see rows of their merchant, agents, arbitrators and admins all; buyers none."""
    return {"seller": table.c.merchant_id, "agent": None, "arbitrator": None, "admin": None}
