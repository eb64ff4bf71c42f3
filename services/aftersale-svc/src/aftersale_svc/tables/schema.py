"""The metadata of this service's own database, and the columns that many tables share."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from aftercare_chassis.database.schema import add_messaging_tables
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY

# Every CHECK has a name and stands beside its columns in the table, so that migrations see it.
metadata = MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s"})
add_messaging_tables(metadata)

Checked = tuple[Column[Any], CheckConstraint]


def text(name: str, *, null: bool = False) -> "Column[str]":
    """A text column."""
    return Column(name, Text, nullable=null)


def texts(name: str) -> "Column[list[str]]":
    """A list of texts, perhaps empty."""
    return Column(name, ARRAY(Text), nullable=False)


def moment(name: str, *, null: bool = False) -> "Column[object]":
    """An instant with time zone."""
    return Column(name, DateTime(timezone=True), nullable=null)


def minor(name: str, *, null: bool = False) -> Checked:
    """Money in minor units, never negative."""
    return Column(name, BigInteger, nullable=null), CheckConstraint(f"{name} >= 0", name=f"{name}_check")


def units(name: str, *, least: int = 0, null: bool = False) -> Checked:
    """A number of units."""
    return Column(name, Integer, nullable=null), CheckConstraint(f"{name} >= {least}", name=f"{name}_check")


def one_of(name: str, values: Iterable[StrEnum], *, null: bool = False) -> Checked:
    """A text column that holds one of an enum's values and nothing else."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return Column(name, Text, nullable=null), CheckConstraint(f"{name} IN ({allowed})", name=f"{name}_check")
