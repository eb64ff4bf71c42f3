"""CHECKs have the names that the tables declare: `<table>_<what>_check`.

Ten of the first revision had no `_check` at their end. Earlier builds also applied the naming convention to the full names of
that revision once more: `complaints_complaints_state_check_check`.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
# No statement of any build names a CHECK.
compatible_with = "0001"

_RENAME = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT relname, conname,
               relname || '_' || regexp_replace(conname, '^(' || relname || '_)+|(_check)+$', '', 'g') || '_check' AS name
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE contype = 'c' AND relnamespace = 'public'::regnamespace
          AND relname IN ('complaints', 'conversations', 'feedback', 'messages', 'ratings', 'rating_revisions')
    LOOP
        IF found.name <> found.conname THEN
            EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', found.relname, found.conname, found.name);
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(_RENAME)


def downgrade() -> None:
    """The names are not put back: nothing depends on them."""
