"""An appeal may wait for a test of the goods; claims keep who has acted for a party."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None
# A CHECK permits more than before, so builds since then work with it.
compatible_with = "0049"

CLAIMS = ("courier_claims", "guarantee_claims")
DECIDED = (
    "(state IN ('executing', 'executed', 'settled', 'appeal_window', 'appealed'))"
    " = (decided_at IS NOT NULL AND remedy IS NOT NULL AND grounds IS NOT NULL)"
)


def upgrade() -> None:
    op.add_column("disputes", sa.Column("tested_in", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("disputes_tested_in_check"), "disputes", "tested_in IN ('appealed')")
    _decided(DECIDED.replace("(state IN", "(tested_in IS NOT NULL OR state IN"))
    for table in CLAIMS:
        op.add_column(table, sa.Column("party_ids", ARRAY(sa.Text()), server_default="{}", nullable=False))


def downgrade() -> None:
    for table in CLAIMS:
        op.drop_column(table, "party_ids")
    # Earlier builds decide the appeal without the test.
    op.execute(
        "UPDATE disputes SET state = tested_in, whose_turn = 'platform', awaited = '{}', lab_test_id = NULL, tested_in = NULL"
        " WHERE tested_in IS NOT NULL"
    )
    _decided(DECIDED)
    op.drop_column("disputes", "tested_in")


def _decided(condition: str) -> None:
    op.drop_constraint(op.f("disputes_decided_check"), "disputes", type_="check")
    op.create_check_constraint(op.f("disputes_decided_check"), "disputes", condition)
