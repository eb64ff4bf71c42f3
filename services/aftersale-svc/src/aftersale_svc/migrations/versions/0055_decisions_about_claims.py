"""What is decided about claims is recorded as decisions, and named by the steps of the claims."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("decisions", "kind", "guarantee_claim", "courier_claim")
    op.add_column("decisions", sa.Column("claim_id", sa.Text(), nullable=True))
    op.add_column("claim_steps", sa.Column("decision_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("claim_steps", "decision_id")
    # Earlier builds have no decisions about claims.
    op.execute("DELETE FROM decisions WHERE claim_id IS NOT NULL")
    op.drop_column("decisions", "claim_id")
    forbid_codes("decisions", "kind", "guarantee_claim", "courier_claim", instead="review")
