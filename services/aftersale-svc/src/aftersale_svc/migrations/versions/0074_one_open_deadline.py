"""A document has one open deadline: another one was set with each change of the freight that an open case shows."""

from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE deadlines AS earlier SET state = 'met', ended_at = later.set_at, reminds_at = NULL
          FROM (SELECT document_id, max(id) AS id, max(set_at) AS set_at FROM deadlines
                 WHERE ended_at IS NULL GROUP BY document_id HAVING count(*) > 1) AS later
         WHERE earlier.document_id = later.document_id AND earlier.ended_at IS NULL AND earlier.id <> later.id
        """
    )


def downgrade() -> None:
    """Which of them was open is not known any more, and earlier builds need none of them."""
