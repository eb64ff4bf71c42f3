"""Lists of agents and merchants by state, and by who serves, do not read all of their conversations."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_TABLE = "conversations"


def upgrade() -> None:
    indexes.create("conversations_all_of_agent_idx", _TABLE, ["agent_id", "id"])
    for name, rows in (("open", "state = 'open'"), ("serves", "served_by = 'merchant'")):
        indexes.create(
            f"conversations_merchant_{name}_idx", _TABLE, ["merchant_id", "id"], postgresql_where=sa.text(rows)
        )


def downgrade() -> None:
    for name in ("all_of_agent", "merchant_open", "merchant_serves"):
        op.drop_index(f"conversations_{name}_idx", table_name=_TABLE)
