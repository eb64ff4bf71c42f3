"""The metadata of this service's own database, and the columns that many tables share."""

from collections.abc import Iterable
from enum import StrEnum

from aftercare_chassis.database.schema import add_messaging_tables
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Integer, MetaData, Text
from sqlalchemy.schema import SchemaItem

# A CHECK of a column, or one without a name, would be left out of generated migrations: ours belong to their tables.
metadata = MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s_check"})
add_messaging_tables(metadata)


def text(name: str, *, null: bool = False) -> "Column[str]":
    """A text column."""
    return Column(name, Text, nullable=null)


def moment(name: str, *, null: bool = False) -> "Column[object]":
    """An instant with time zone."""
    return Column(name, DateTime(timezone=True), nullable=null)


def minor(name: str) -> tuple[SchemaItem, ...]:
    """Money in minor units, never negative."""
    return Column(name, BigInteger, nullable=False), CheckConstraint(f"{name} >= 0", name=name)


def quantity(name: str, least: int, *, default: int | None = None) -> tuple[SchemaItem, ...]:
    """A number of units; `default` is for writers that do not know the column yet."""
    initial = None if default is None else str(default)
    return Column(name, Integer, nullable=False, server_default=initial), CheckConstraint(
        f"{name} >= {least}", name=name
    )


def one_of(name: str, values: Iterable[StrEnum], *, null: bool = False) -> tuple[SchemaItem, ...]:
    """A text column that holds one of an enum's values and nothing else."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return Column(name, Text, nullable=null), CheckConstraint(f"{name} IN ({allowed})", name=name)
