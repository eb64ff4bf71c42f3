"""Disputes whose verdict is being paid wait for whoever has to act in their cases."""

from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        WITH turned AS (
            UPDATE disputes d SET whose_turn = c.whose_turn FROM cases c
             WHERE d.state = 'executing' AND c.id = d.case_id AND c.dispute_id = d.id AND c.whose_turn <> d.whose_turn
               AND c.whose_turn NOT IN ('nobody', 'platform')
            RETURNING d.id, d.whose_turn
        )
        UPDATE deadlines l SET turn = t.whose_turn FROM turned t WHERE l.document_id = t.id AND l.ended_at IS NULL
        """
    )


def downgrade() -> None:
    pass  # builds before show the same
