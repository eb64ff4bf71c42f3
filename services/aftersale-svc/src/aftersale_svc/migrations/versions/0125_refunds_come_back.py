"""Refunds that were paid come back to the merchant."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0125"
down_revision = "0124"
branch_labels = None
depends_on = None
# Earlier builds know neither the code nor refunds that fail after they were paid.
compatible_with = "0125"

_CAME_BACK = "came_back_minor = 0 OR state <> 'succeeded' AND owed_again"


def upgrade() -> None:
    allow_codes("cases", "reviewed_for", "refund_reversed")
    op.drop_constraint(op.f("refunds_given_back_minor_check"), "refunds", type_="check")
    op.add_column("refunds", sa.Column("came_back_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("refunds", sa.Column("owed_again", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_check_constraint(op.f("refunds_came_back_minor_check"), "refunds", "came_back_minor >= 0")
    op.create_check_constraint(op.f("refunds_came_back_check"), "refunds", _CAME_BACK)


def downgrade() -> None:
    op.drop_constraint(op.f("refunds_came_back_check"), "refunds", type_="check")
    op.drop_constraint(op.f("refunds_came_back_minor_check"), "refunds", type_="check")
    op.drop_column("refunds", "owed_again")
    op.drop_column("refunds", "came_back_minor")
    op.execute("UPDATE refunds SET given_back_minor = 0 WHERE given_back_minor < 0")
    op.create_check_constraint(op.f("refunds_given_back_minor_check"), "refunds", "given_back_minor >= 0")
    forbid_codes("cases", "reviewed_for", "refund_reversed", instead="refund_failed")
