"""Offers about cases: a state, a table, and what a case keeps of them."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("state", "frozen_state"):
        allow_codes("cases", column, "offer_pending")
    op.add_column("cases", sa.Column("offered_in", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("offers_made", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("agreed_minor", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("cases_offered_in_check"), "cases", "offered_in IN ('pending_review', 'manual_review')"
    )
    op.create_check_constraint(op.f("cases_offers_made_check"), "cases", "offers_made >= 0")
    op.create_check_constraint(op.f("cases_agreed_minor_check"), "cases", "agreed_minor >= 0")
    op.create_table("offers", *_offers())


def downgrade() -> None:
    op.drop_table("offers")
    for column in ("offered_in", "offers_made", "agreed_minor"):
        op.drop_column("cases", column)
    op.execute("UPDATE cases SET whose_turn = 'merchant' WHERE state = 'offer_pending'")
    for column in ("state", "frozen_state"):
        forbid_codes("cases", column, "offer_pending", instead="pending_review")


def _offers() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("by IN ('buyer', 'seller', 'agent')", name=op.f("offers_by_check")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("offers_amount_minor_check")),
        sa.CheckConstraint("state IN ('open', 'accepted', 'declined', 'lapsed')", name=op.f("offers_state_check")),
        sa.CheckConstraint("number > 0", name=op.f("offers_number_check")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("offers_ended_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("offers_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("offers_pkey")),
    ]
