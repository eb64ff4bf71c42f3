"""Parcels are voided before their courier has them: their stock is reserved again, and a scan afterwards is an anomaly."""

from aftercare_chassis.database.codes import allow_codes, forbid_codes

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None
# Earlier builds do not know the movements of stock, and would follow a parcel that is voided.
compatible_with = "0058"


def upgrade() -> None:
    allow_codes("stock_movements", "kind", "reversed")
    allow_codes("parcel_anomalies", "kind", "scanned_after_void")


def downgrade() -> None:
    forbid_codes("parcel_anomalies", "kind", "scanned_after_void", instead="misrouted")
    forbid_codes("stock_movements", "kind", "reversed", instead="returned")
