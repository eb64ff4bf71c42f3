"""CHECKs have the names that the tables declare, and the version of an article the same CHECK as every aggregate.

Earlier builds applied the naming convention to the full names of the first revision once more:
`articles_articles_state_check_check`. In a database that this build creates there is nothing to rename.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
# No statement of any build names a CHECK, and of whole numbers `version >= 1` accepts the same ones.
compatible_with = "0001"

_RENAME = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT relname, conname, regexp_replace(conname, '^' || relname || '_(' || relname || '_.*_check)_check$', '\\1') AS name
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE contype = 'c' AND relnamespace = 'public'::regnamespace
    LOOP
        IF found.name <> found.conname THEN
            EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', found.relname, found.conname, found.name);
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(_RENAME)
    _replace("version > 0")


def downgrade() -> None:
    """The names are not put back: nothing depends on them."""
    _replace("version >= 1")


def _replace(condition: str) -> None:
    op.drop_constraint(op.f("articles_version_check"), "articles", type_="check")
    op.create_check_constraint(op.f("articles_version_check"), "articles", condition)
