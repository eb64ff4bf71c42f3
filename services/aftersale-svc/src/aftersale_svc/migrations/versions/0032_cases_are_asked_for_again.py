"""A case may take the place of one that was rejected."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("cases", "close_cause", "reapplied")
    op.add_column("cases", sa.Column("reapplication_of", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "reapplication_of")
    forbid_codes("cases", "close_cause", "reapplied", instead="rejection_accepted")
