"""Couriers refuse pickups; after the second time an agent decides."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0119"
down_revision = "0118"
branch_labels = None
depends_on = None
# Earlier builds know neither code.
compatible_with = "0119"


def upgrade() -> None:
    allow_codes("pickups", "missed_by", "courier_refused")
    allow_codes("cases", "reviewed_for", "pickup_refused")
    op.add_column("pickups", sa.Column("refused_by_courier", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("pickups_refused_by_courier_check"), "pickups", "refused_by_courier >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f("pickups_refused_by_courier_check"), "pickups", type_="check")
    op.drop_column("pickups", "refused_by_courier")
    forbid_codes("cases", "reviewed_for", "pickup_refused", instead="agent_late")
    forbid_codes("pickups", "missed_by", "courier_refused", instead="courier")
