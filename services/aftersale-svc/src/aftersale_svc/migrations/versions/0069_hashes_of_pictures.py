"""A picture has a hash for each of its crops, in a table of its own, by which like pictures are looked up."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

# How much detail a picture has was not kept; the other picture's counts then.
_COPY = """
INSERT INTO picture_hashes (file_id, crop, value, detail)
SELECT id, 0, look, 64 FROM evidence_files WHERE look IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "picture_hashes",
        sa.Column("file_id", sa.Text(), sa.ForeignKey("evidence_files.id"), primary_key=True),
        sa.Column("crop", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.SmallInteger(), nullable=False),
    )
    op.execute(_COPY)
    for place in range(4):
        part = sa.text(f"((value >> {16 * place}) & 65535)")
        op.create_index(f"picture_hashes_part_{place}_idx", "picture_hashes", [part])


def downgrade() -> None:
    op.drop_table("picture_hashes")
