"""A deposit may pay a part of a failed refund; the rest can be refunded, or claimed again."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None
# Builds of 0131 refuse another refund of a case of which the deposit has paid a part.
compatible_with = "0131"

_UNPAID = "'nothing_owed', 'failed', 'cancelled'"


def upgrade() -> None:
    column = sa.Column("deposit_minor", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("refunds", column, if_not_exists=True)
    indexes.create(
        "guarantee_claims_open_key",
        "guarantee_claims",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text(f"state NOT IN ({_UNPAID}, 'paid')"),
    )
    indexes.create(
        "guarantee_claims_freight_key",
        "guarantee_claims",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text(f"kind = 'freight_insurance' AND state NOT IN ({_UNPAID})"),
    )
    op.drop_index("guarantee_claims_once_key", table_name="guarantee_claims", if_exists=True)
    op.create_check_constraint(op.f("refunds_deposit_minor_check"), "refunds", "deposit_minor >= 0")


def downgrade() -> None:
    op.create_index(
        "guarantee_claims_once_key",
        "guarantee_claims",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text(f"state NOT IN ({_UNPAID})"),
    )
    for name in ("guarantee_claims_freight_key", "guarantee_claims_open_key"):
        op.drop_index(name, table_name="guarantee_claims")
    op.drop_column("refunds", "deposit_minor")
