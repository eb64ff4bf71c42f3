"""Two more reasons, which goods may give before they are shipped: below the standard of quality, damaged packaging."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = (
    "'changed_mind', 'wrong_size_or_model', 'ordered_by_mistake', 'price_dropped', 'not_as_described', 'quality_defect', "
    "'dead_on_arrival', 'wrong_item', 'missing_parts', 'short_quantity', 'counterfeit', 'expired_or_near_expiry', "
    "'no_licence_info', 'not_shipped_in_time', 'no_tracking', 'lost_in_transit', 'damaged_in_transit', 'empty_package', "
    "'delivered_not_received', 'refused_at_door', 'warranty_repair', 'recall', 'safety_incident', 'service_attitude', "
    "'invoice_problem'"
)


def upgrade() -> None:
    _allow(f"{BEFORE}, 'below_standard', 'packaging_damaged'")


def downgrade() -> None:
    op.execute("UPDATE cases SET reason = 'quality_defect' WHERE reason IN ('below_standard', 'packaging_damaged')")
    _allow(BEFORE)


def _allow(reasons: str) -> None:
    op.drop_constraint(op.f("cases_reason_check"), "cases", type_="check")
    op.create_check_constraint(op.f("cases_reason_check"), "cases", f"reason IN ({reasons})")
