"""Who may see the rows of this service that belong to a buyer and a merchant."""

from aftercare_chassis.database.mapping import SeenBy
from sqlalchemy import Table


def seen_by(table: Table) -> SeenBy:
    """The owner's column per role: buyers see their own rows, sellers those of their merchant, the platform sees all."""
    return {
        "buyer": table.c.buyer_id,
        "seller": table.c.merchant_id,
        "agent": None,
        "arbitrator": None,
        "admin": None,
    }
