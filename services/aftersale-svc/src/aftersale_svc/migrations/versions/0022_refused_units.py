"""An inspection keeps why units of a line were not accepted, and the photos of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

REASONS = (
    "outside_window",
    "final_sale_category",
    "used_or_affects_resale",
    "wrong_waybill",
    "not_our_item",
    "empty_return",
    "parts_missing",
    "no_defect_found",
    "reason_untrue",
    "package_in_transit",
    "agreed_cancel",
)


def upgrade() -> None:
    op.add_column("inspections", sa.Column("refuse_reason", sa.Text(), nullable=True))
    op.add_column("inspections", sa.Column("photos", ARRAY(sa.Text()), nullable=True))
    allowed = ", ".join(f"'{reason}'" for reason in REASONS)
    op.create_check_constraint(op.f("inspections_refuse_reason_check"), "inspections", f"refuse_reason IN ({allowed})")


def downgrade() -> None:
    op.drop_constraint(op.f("inspections_refuse_reason_check"), "inspections", type_="check")
    op.drop_column("inspections", "photos")
    op.drop_column("inspections", "refuse_reason")
