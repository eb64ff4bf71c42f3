"""A review may wait for more from the buyer."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("state", "frozen_state"):
        allow_codes("cases", column, "await_supplement")
    op.add_column("cases", sa.Column("asked_in", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("supplement_rounds", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("cases_asked_in_check"), "cases", "asked_in IN ('pending_review', 'manual_review')")
    op.create_check_constraint(op.f("cases_supplement_rounds_check"), "cases", "supplement_rounds >= 0")


def downgrade() -> None:
    op.drop_column("cases", "supplement_rounds")
    op.drop_column("cases", "asked_in")
    op.execute("UPDATE cases SET whose_turn = 'merchant' WHERE state = 'await_supplement'")
    for column in ("state", "frozen_state"):
        forbid_codes("cases", column, "await_supplement", instead="pending_review")
