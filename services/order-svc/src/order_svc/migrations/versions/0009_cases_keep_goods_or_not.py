"""Our copy of a case has the fact that order-svc needs of it, whether the goods stay where they are, beside its type.

A case that a build before this revision inserts meanwhile holds NULL until its next event is handled.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("keeps_goods", sa.Boolean(), nullable=True))
    op.execute("UPDATE cases SET keeps_goods = case_type = 'refund_only'")


def downgrade() -> None:
    op.drop_column("cases", "keeps_goods")
