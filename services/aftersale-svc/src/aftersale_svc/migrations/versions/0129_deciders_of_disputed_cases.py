"""Who has decided about a case decides no dispute about it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0129"
down_revision = "0128"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disputes", sa.Column("decider_ids", ARRAY(sa.Text()), server_default="{}", nullable=False))
    # Of others they are read again with the first appeal.
    op.execute(
        """
        UPDATE disputes
        SET decider_ids = ARRAY(
                SELECT DISTINCT decided_by FROM decisions
                WHERE decisions.case_id = disputes.case_id AND basis = 'person'
                    AND kind NOT IN ('verdict', 'appeal', 'guarantee_claim', 'courier_claim', 'refused_goods_claim')
                ORDER BY decided_by
            ),
            party_ids = party_ids || (SELECT for_buyer_ids FROM cases WHERE cases.id = disputes.case_id)
        WHERE state NOT IN ('executed', 'settled', 'withdrawn')
        """
    )


def downgrade() -> None:
    op.drop_column("disputes", "decider_ids")
