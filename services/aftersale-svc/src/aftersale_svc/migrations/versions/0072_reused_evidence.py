"""A case has a note where it cites, or has, a file that was used elsewhere, too."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

_NOTE = """
INSERT INTO reused_evidence (case_id, found_at)
SELECT c.id, min(m.found_at)
FROM evidence_matches m
JOIN evidence_files f ON f.id IN (m.file_id, m.other_id)
JOIN cases c ON c.order_id = f.order_id
WHERE f.case_id = c.id OR EXISTS (
    SELECT FROM case_timeline t WHERE t.case_id = c.id AND t.evidence @> ARRAY[f.sha256]
)
GROUP BY c.id
"""


def upgrade() -> None:
    op.create_table(
        "reused_evidence",
        sa.Column("case_id", sa.Text(), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(_NOTE)


def downgrade() -> None:
    op.drop_table("reused_evidence")
