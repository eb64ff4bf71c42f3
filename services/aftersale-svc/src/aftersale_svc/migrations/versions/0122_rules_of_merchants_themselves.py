"""Merchants set rules of hours themselves."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0122"
down_revision = "0121"
branch_labels = None
depends_on = None
# Earlier builds do not know the code.
compatible_with = "0122"


def upgrade() -> None:
    allow_codes("deadlines", "rule_scope", "own")


def downgrade() -> None:
    forbid_codes("deadlines", "rule_scope", "own", instead="merchant")
