"""Returns that earlier builds have rejected as empty: nothing was received of them, so nothing is owed back."""

from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without it, all units of a line count as received, and go back to the buyer although the merchant does not have them.
    op.execute(
        """
        WITH found AS (
            SELECT l.case_id, jsonb_agg(
                jsonb_build_object('line_id', l.line_id, 'quantity', coalesce(i.accepted, 0)) ORDER BY l.line_id
            ) AS received
            FROM cases c
            JOIN case_lines l ON l.case_id = c.id
            LEFT JOIN inspections i ON i.case_id = l.case_id AND i.line_id = l.line_id
            WHERE i.refuse_reason = 'empty_return' AND i.accepted < l.quantity
                OR i.case_id IS NULL AND c.reject_reason = 'empty_return'
                AND (c.state IN ('rejected', 'closed') OR c.state = 'disputed' AND c.frozen_state = 'rejected')
            GROUP BY l.case_id
        )
        UPDATE returns r SET received = found.received
        FROM found WHERE r.case_id = found.case_id AND r.received IS NULL AND r.delivered_at IS NOT NULL
        """
    )


def downgrade() -> None:
    """What was received stays: builds that know the column wrote it since 0079."""
