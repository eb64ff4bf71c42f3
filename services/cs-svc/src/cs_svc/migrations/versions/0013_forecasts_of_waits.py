"""How long buyers were shown that they would wait, and how often that was right."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COUNTS = ("counted", "covered", "longer")


def upgrade() -> None:
    op.add_column("queue_entries", sa.Column("ahead", sa.Integer(), nullable=True))
    op.add_column("queue_entries", sa.Column("estimate", sa.Float(), nullable=True))
    op.create_table(
        "wait_coverage",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("group", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("below", sa.Float(), nullable=False),
        sa.Column("above", sa.Float(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(sa.CheckConstraint(f"{name} >= 0", name=op.f(f"wait_coverage_{name}_check")) for name in COUNTS),
        sa.PrimaryKeyConstraint("team_id", "group", name=op.f("wait_coverage_pkey")),
    )


def downgrade() -> None:
    op.drop_table("wait_coverage")
    op.drop_column("queue_entries", "estimate")
    op.drop_column("queue_entries", "ahead")
