"""A case remembers the first scan of its return; waybills and carriers have one canonical form.

A return that was scanned before this revision is remembered with its next scan. Cases are found by their id, as the parcel's
events name it, and no longer by their waybill.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What was accepted so far is ASCII without blanks: only its case is left to settle.
CANONICAL = """
UPDATE cases
SET return_waybill_no = upper(return_waybill_no COLLATE "C"), return_carrier = lower(return_carrier COLLATE "C")
WHERE return_waybill_no <> upper(return_waybill_no COLLATE "C") OR return_carrier <> lower(return_carrier COLLATE "C")
"""


def upgrade() -> None:
    op.add_column("cases", sa.Column("return_scanned_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(CANONICAL)
    op.drop_index("cases_waybill_idx", table_name="cases")


def downgrade() -> None:
    op.create_index(
        "cases_waybill_idx",
        "cases",
        ["return_waybill_no"],
        postgresql_where=sa.text("return_waybill_no IS NOT NULL"),
    )
    op.drop_column("cases", "return_scanned_at")
