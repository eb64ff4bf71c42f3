"""Decisions of appeals and settlements; steps of the timeline name their decision."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("decisions", "kind", "appeal", "settlement")
    op.add_column("case_timeline", sa.Column("decision_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("case_timeline", "decision_id")
    forbid_codes("decisions", "kind", "appeal", "settlement", instead="verdict")
