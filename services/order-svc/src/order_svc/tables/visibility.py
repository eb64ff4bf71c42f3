"""Who may see a row: the buyer and the merchant whom it concerns, and the platform's own roles."""

from aftercare_chassis.database.mapping import SeenBy
from sqlalchemy import Table

PLATFORM = ("agent", "arbitrator", "admin")
ADMIN_ONLY: SeenBy = {"admin": None}
"""Rows that concern no buyer and no merchant."""


def seen_by(table: Table, *platform: str) -> SeenBy:
    """Buyers see rows with their id in `buyer_id`, sellers those of their merchant, the `platform` roles all."""
    return {"buyer": table.c.buyer_id, "seller": table.c.merchant_id, **dict.fromkeys(platform)}
