"""What buyers have paid for something that does not come is owed back to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

CHECKS = {
    "returned": "returned_at IS NULL OR owed_back_at IS NOT NULL",
    "return_reference": "(returned_at IS NULL) = (return_reference IS NULL)",
}


def upgrade() -> None:
    op.add_column("charges", sa.Column("owed_back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("charges", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("charges", sa.Column("return_reference", sa.Text(), nullable=True))
    op.add_column("charges", sa.Column("return_evidence", ARRAY(sa.Text()), server_default="{}", nullable=False))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"charges_{name}_check"), "charges", condition)
    op.create_index(
        "charges_to_return_idx",
        "charges",
        ["case_id"],
        postgresql_where=sa.text("owed_back_at IS NOT NULL AND returned_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("charges_to_return_idx", table_name="charges")
    for name in CHECKS:
        op.drop_constraint(op.f(f"charges_{name}_check"), "charges")
    for column in ("return_evidence", "return_reference", "returned_at", "owed_back_at"):
        op.drop_column("charges", column)
