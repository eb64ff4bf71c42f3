"""The columns that the tables of all services are declared with, and how their CHECKs are named.

A function that returns several items is unpacked into the table: `Table("orders", metadata, *minor("total_minor"), …)`.
Alembic sees a CHECK only where it has a name and is an argument of the table, not of a column.
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.schema import SchemaItem

Items = tuple[SchemaItem, ...]


def service_metadata() -> MetaData:
    """The metadata of one service's own database; a CHECK named `paid` of `orders` is `orders_paid_check` there."""
    return MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s_check"})


def aggregate() -> Items:
    """The columns of every aggregate: its id, and the version that counts its events."""
    return (
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        CheckConstraint("version > 0", name="version"),
    )


def text(name: str, *, null: bool = False) -> Column[str]:
    """A text column."""
    return Column(name, Text, nullable=null)


def texts(name: str) -> Column[list[str]]:
    """A list of texts, perhaps empty."""
    return Column(name, ARRAY(Text), nullable=False)


def timestamp(name: str, *, null: bool = False) -> Column[object]:
    """An instant with time zone."""
    return Column(name, DateTime(timezone=True), nullable=null)


def document(name: str, *, null: bool = False, default: str | None = None) -> Column[object]:
    """A JSON document; `default`, as JSON, is for builds that do not write the column yet."""
    return Column(name, JSONB(none_as_null=True), nullable=null, server_default=default)


def minor(name: str, *, null: bool = False, default: int | None = None) -> Items:
    """Money in minor units, never negative; `default` is for builds that do not write the column yet."""
    initial = None if default is None else str(default)
    return Column(name, BigInteger, nullable=null, server_default=initial), CheckConstraint(f"{name} >= 0", name=name)


def quantity(name: str, least: int = 0, *, null: bool = False, default: int | None = None) -> Items:
    """A number of units; `default` is for builds that do not write the column yet."""
    initial = None if default is None else str(default)
    column = Column(name, Integer, nullable=null, server_default=initial)
    return column, CheckConstraint(f"{name} >= {least}", name=name)


def one_of(name: str, values: Iterable[StrEnum], *, null: bool = False, default: StrEnum | None = None) -> Items:
    """A text column that holds one of an enum's values and nothing else; `default` is for builds that do not write the column yet."""
    allowed = ", ".join(f"'{value}'" for value in values)
    column = Column(name, Text, nullable=null, server_default=None if default is None else str(default))
    return column, CheckConstraint(f"{name} IN ({allowed})", name=name)
