"""Changes of the codes that a column may hold, for migrations.

They read the codes of today from the database, so that revisions that were written side by side do not have to know of
each other's codes. The rows that there are are not read while the table is locked: `Migrations.upgrade` validates the new CHECK
after the revisions, in a transaction of its own.
"""

import re

from alembic import op
from sqlalchemy import text

_CODE = re.compile(r"'([^']*)'")


def allow_codes(table: str, column: str, *codes: str) -> None:
    """Let the column, which `columns.one_of` has declared, hold these codes as well."""
    _check(table, column, [*_allowed(table, column), *codes])


def forbid_codes(table: str, column: str, *codes: str, instead: str) -> None:
    """Take these codes away again. Rows that hold one of them get `instead`."""
    gone = ", ".join(f"'{code}'" for code in codes)
    op.execute(f"UPDATE {table} SET {column} = '{instead}' WHERE {column} IN ({gone})")  # noqa: S608 - of migrations alone
    _check(table, column, [code for code in _allowed(table, column) if code not in codes])


def _allowed(table: str, column: str) -> list[str]:
    definition = op.get_bind().scalar(
        text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:of)"
        ),
        {"name": _name(table, column), "of": table},
    )
    return _CODE.findall(definition)


def _check(table: str, column: str, codes: list[str]) -> None:
    allowed = ", ".join(f"'{code}'" for code in codes)
    op.drop_constraint(op.f(_name(table, column)), table, type_="check")
    op.create_check_constraint(op.f(_name(table, column)), table, f"{column} IN ({allowed})", postgresql_not_valid=True)


def _name(table: str, column: str) -> str:
    return f"{table}_{column}_check"
