"""Like pictures are looked up among those of the newest files."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None
_PARTS = [f"((value >> {16 * place}) & 65535)" for place in range(4)]


def upgrade() -> None:
    for place, part in enumerate(_PARTS):
        indexes.create(f"picture_hashes_newest_{place}_idx", "picture_hashes", [sa.text(part), "file_id"])
        op.drop_index(f"picture_hashes_part_{place}_idx", "picture_hashes", if_exists=True)


def downgrade() -> None:
    for place, part in enumerate(_PARTS):
        op.create_index(f"picture_hashes_part_{place}_idx", "picture_hashes", [sa.text(part)])
        op.drop_index(f"picture_hashes_newest_{place}_idx", "picture_hashes")
