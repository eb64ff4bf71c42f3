"""The version of an order, a payment and a parcel is positive, as in the tables of the other services.

It counts the events of the row.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
# A row is inserted together with its first event, whose sequence is its version, by every build.
compatible_with = "0001"

AGGREGATES = ("orders", "parcels", "payments")


def upgrade() -> None:
    for table in AGGREGATES:
        op.create_check_constraint(op.f(f"{table}_version_check"), table, "version > 0")


def downgrade() -> None:
    for table in AGGREGATES:
        op.drop_constraint(op.f(f"{table}_version_check"), table, type_="check")
