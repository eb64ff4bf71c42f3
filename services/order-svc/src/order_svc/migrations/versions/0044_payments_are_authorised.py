"""Payments are authorised first, and captured or released."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None
# Earlier builds do not know the states, nor that what is captured of a payment is less than what was authorised.
compatible_with = "0044"

_STATES = ("pending", "authorised", "capturing", "releasing", "succeeded", "failed")
_EARLIER = ("pending", "succeeded", "failed")


def upgrade() -> None:
    op.add_column("payments", sa.Column("authorised_minor", sa.BigInteger(), nullable=True))
    op.add_column("payments", sa.Column("authorised_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("payments_authorised_minor_check"), "payments", "authorised_minor >= 0")
    op.create_check_constraint(op.f("payments_authorised_check"), "payments", "amount_minor <= authorised_minor")
    _allow(_STATES)


def downgrade() -> None:
    _allow(_EARLIER)
    op.drop_constraint(op.f("payments_authorised_check"), "payments", type_="check")
    op.drop_constraint(op.f("payments_authorised_minor_check"), "payments", type_="check")
    op.drop_column("payments", "authorised_until")
    op.drop_column("payments", "authorised_minor")


def _allow(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("payments_state_check"), "payments", type_="check")
    named = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("payments_state_check"), "payments", f"state IN ({named})")
