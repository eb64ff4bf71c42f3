"""The plain text that snippets are cut from, and the version of the analyser that made an article's terms.

Old builds go on beside it: they leave both columns alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("search_documents", sa.Column("text", sa.Text(), nullable=True))
    op.add_column("search_documents", sa.Column("analyser", sa.SmallInteger(), server_default="1", nullable=False))
    op.create_index("search_documents_analyser_idx", "search_documents", ["analyser"], unique=False)


def downgrade() -> None:
    op.drop_index("search_documents_analyser_idx", table_name="search_documents")
    op.drop_column("search_documents", "analyser")
    op.drop_column("search_documents", "text")
