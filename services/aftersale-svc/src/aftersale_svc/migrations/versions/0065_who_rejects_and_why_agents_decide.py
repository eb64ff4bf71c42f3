"""Cases say who has rejected them, and why an agent has to decide."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

CODES = {
    "rejected_by": ("seller", "agent"),
    "reviewed_for": (
        *("review_handed_over", "agent_late", "return_not_delivered", "refund_late", "refund_failed"),
        *("return_address_missing", "answer_late", "replacement_late", "replacement_not_delivered"),
        *("replacement_anomaly", "repair_late", "return_refused", "offline_refund_denied", "return_missing"),
        "return_arrived_late",
    ),
}


def upgrade() -> None:
    for name, codes in CODES.items():
        op.add_column("cases", sa.Column(name, sa.Text()))
        listed = ", ".join(f"'{code}'" for code in codes)
        op.create_check_constraint(op.f(f"cases_{name}_check"), "cases", f"{name} IN ({listed})")


def downgrade() -> None:
    for name in CODES:
        op.drop_column("cases", name)
