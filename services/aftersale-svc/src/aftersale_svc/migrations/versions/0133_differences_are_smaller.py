"""Less is granted of a price adjustment, because the difference is smaller; the case keeps why."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0133"
down_revision = "0132"
branch_labels = None
depends_on = None
# Earlier builds cannot read the new code.
compatible_with = "0133"

CODES = (
    *(
        "outside_window",
        "final_sale_category",
        "used_or_affects_resale",
        "wrong_waybill",
        "not_our_item",
        "empty_return",
    ),
    *("parts_missing", "no_defect_found", "reason_untrue", "package_in_transit", "agreed_cancel", "difference_smaller"),
)
_COLUMNS = (("cases", "reject_reason"), ("inspections", "refuse_reason"))


def upgrade() -> None:
    for table, column in _COLUMNS:
        allow_codes(table, column, "difference_smaller")
    op.add_column("price_checks", sa.Column("reduction_reason", sa.Text(), nullable=True))
    allowed = ", ".join(f"'{code}'" for code in CODES)
    op.create_check_constraint(
        op.f("price_checks_reduction_reason_check"),
        "price_checks",
        f"reduction_reason IN ({allowed})",
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_column("price_checks", "reduction_reason")
    for table, column in _COLUMNS:
        forbid_codes(table, column, "difference_smaller", instead="reason_untrue")
