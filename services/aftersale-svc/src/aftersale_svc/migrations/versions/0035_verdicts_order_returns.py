"""Verdicts may order that goods come back, that others are sent, or money for a buyer who keeps the goods."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

REMEDIES = ("return", "exchange", "compensation")


def upgrade() -> None:
    for table in ("disputes", "settlement_proposals"):
        allow_codes(table, "remedy", *REMEDIES)
    allow_codes("refunds", "cause", "compensation")


def downgrade() -> None:
    forbid_codes("refunds", "cause", "compensation", instead="verdict")
    for table in ("disputes", "settlement_proposals"):
        forbid_codes(table, "remedy", *REMEDIES, instead="resume")
