"""Complaints are resolved by the settlement of their dispute."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("complaints", "outcome", "dispute_settled")


def downgrade() -> None:
    forbid_codes("complaints", "outcome", "dispute_settled", instead="verdict_executed")
