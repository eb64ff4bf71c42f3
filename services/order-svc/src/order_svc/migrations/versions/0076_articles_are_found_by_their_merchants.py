"""Articles are found among those of their merchant, and a frequent word among some of them.

Until the builds of the previous release are replaced, they search without an index of the pairs alone.
"""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

_TAGGED, _HASH = sa.text("array_append(pairs, '=' || merchant_id)"), sa.text("hashtextextended(text, 0)")


def upgrade() -> None:
    indexes.create("sold_articles_tagged_idx", "sold_articles", [_TAGGED], postgresql_using="gin")
    indexes.create("sold_articles_hash_idx", "sold_articles", [_HASH])
    indexes.create("sold_articles_merchant_hash_idx", "sold_articles", ["merchant_id", _HASH])
    op.drop_index("sold_articles_pairs_idx", "sold_articles", if_exists=True)


def downgrade() -> None:
    op.create_index("sold_articles_pairs_idx", "sold_articles", ["pairs"], postgresql_using="gin")
    for name in ("merchant_hash", "hash", "tagged"):
        op.drop_index(f"sold_articles_{name}_idx", "sold_articles")
