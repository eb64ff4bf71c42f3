"""A difference may be that a statement has a payment or refund a second time."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None
# Earlier builds cannot read a difference of the new cause.
compatible_with = "0071"

_NAME = "payment_differences_cause_check"
_BEFORE = "'unknown_here', 'not_succeeded_here', 'other_amount', 'missing_there'"
_OPPOSITE = "'chargeback', 'reversal'"


def upgrade() -> None:
    op.drop_constraint(op.f(_NAME), "payment_differences", type_="check")
    op.create_check_constraint(op.f(_NAME), "payment_differences", f"cause IN ({_BEFORE}, 'listed_twice', {_OPPOSITE})")


def downgrade() -> None:
    op.execute("DELETE FROM payment_differences WHERE cause = 'listed_twice'")
    op.drop_constraint(op.f(_NAME), "payment_differences", type_="check")
    op.create_check_constraint(op.f(_NAME), "payment_differences", f"cause IN ({_BEFORE}, {_OPPOSITE})")
