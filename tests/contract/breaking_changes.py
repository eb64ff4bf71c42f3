"""Compares two schemas by PostgreSQL's catalogue: which changes break builds that were made for the earlier one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg

_OURS = "relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname NOT IN ('alembic_version', 'messaging_version')"
_COLUMNS = f"""
SELECT relname, attname, format_type(atttypid, atttypmod) AS type, attnotnull,
       attnotnull AND NOT atthasdef AND attidentity = '' AS required
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE {_OURS} AND attnum > 0 AND NOT attisdropped
"""
# Without the NOT NULL constraints of PostgreSQL 18, which the columns have already. One that is not validated yet refuses new rows as
# any other does.
_RULES = f"""
SELECT relname, conname AS name, replace(pg_get_constraintdef(pg_constraint.oid), ' NOT VALID', '') AS rule,
       ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)) AS columns
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE {_OURS} AND contype <> 'n'
UNION ALL
SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid), NULL
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE {_OURS} AND NOT tgisinternal
UNION ALL
SELECT relname, indexrelid::regclass::text, pg_get_indexdef(indexrelid), NULL
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE {_OURS} AND indisunique AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
"""
ONE_OF = re.compile(r"= ANY \(ARRAY\[([^\]]*)\]\)")


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns by (table, column) and rules (constraints, unique indexes, triggers) by (table, name)."""

    columns: dict[tuple[str, str], Any]
    rules: dict[tuple[str, str], Any]

    @classmethod
    async def read(cls, connection: asyncpg.Connection) -> "Schema":
        """The present schema of the database."""
        columns = {(row["relname"], row["attname"]): row for row in await connection.fetch(_COLUMNS)}
        rules = {(row["relname"], row["name"]): row for row in await connection.fetch(_RULES)}
        return cls(columns, rules)

    @property
    def tables(self) -> set[str]:
        return {table for table, _ in self.columns}


def breaking_changes(before: Schema, after: Schema) -> list[str]:
    """The changes that statements for `before` may fail with; empty where `after` only adds."""
    return sorted({*_columns(before, after), *_rules(before, after)})


def _columns(before: Schema, after: Schema) -> Iterator[str]:
    for place, old in before.columns.items():
        new, name = after.columns.get(place), ".".join(place)
        if new is None:
            yield f"{name} is gone"
        elif new["type"] != old["type"]:
            yield f"{name} was {old['type']} and is {new['type']}"
        elif new["attnotnull"] and not old["attnotnull"]:
            yield f"{name} is NOT NULL now"
        elif new["required"] and not old["required"]:
            yield f"{name} has lost its default"
    for place in after.columns.keys() - before.columns.keys():
        if place[0] in before.tables and after.columns[place]["required"]:
            yield f"{'.'.join(place)} is required"


def _rules(before: Schema, after: Schema) -> Iterator[str]:
    for (table, name), rule in after.rules.items():
        old = before.rules.get((table, name))
        fits = _wider(old["rule"], rule["rule"]) if old else _new_columns_alone(before, table, rule)
        if table in before.tables and not fits:
            yield f"{table}: new rule {name}"
    for (table, name), rule in before.rules.items():
        # An upsert needs its unique constraint. Statements do not depend on a CHECK or a foreign key.
        if table in after.tables and (table, name) not in after.rules and not _about_values(rule):
            yield f"{table}: {name} is gone"


def _about_values(rule: Any) -> bool:
    return str(rule["rule"]).startswith(("CHECK", "FOREIGN KEY"))


def _new_columns_alone(before: Schema, table: str, rule: Any) -> bool:
    """Whether the rule is about new columns only, which hold NULL or their default in rows of earlier builds."""
    return _about_values(rule) and not any((table, column) in before.columns for column in rule["columns"])


def _wider(old: str, new: str) -> bool:
    """Whether the new rule accepts everything that the old one did: it is the same, or has more values in a list."""
    if ONE_OF.sub("", old) != ONE_OF.sub("", new):
        return False
    choices = zip(ONE_OF.findall(old), ONE_OF.findall(new), strict=True)
    return all(set(fewer.split(", ")) <= set(more.split(", ")) for fewer, more in choices)
