"""Merchants set for which reasons they require evidence."""

from aftercare_chassis.database.codes import allow_codes

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("merchant_settings", "merchant_setting_versions"):
        allow_codes(table, "kind", "required_evidence")


def downgrade() -> None:
    """Rows of this kind stay; earlier builds do not ask for them."""
