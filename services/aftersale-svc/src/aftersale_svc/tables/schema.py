"""The metadata of this service's own database, and the columns that many tables share."""

from collections.abc import Iterable
from enum import StrEnum

from aftercare_chassis.tables import spine
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()
spine(metadata)


def text(name: str, *, null: bool = False) -> "Column[str]":
    """A text column."""
    return Column(name, Text, nullable=null)


def texts(name: str) -> "Column[list[str]]":
    """A list of texts, perhaps empty."""
    return Column(name, ARRAY(Text), nullable=False)


def moment(name: str, *, null: bool = False) -> "Column[object]":
    """An instant with time zone."""
    return Column(name, DateTime(timezone=True), nullable=null)


def minor(name: str, *, null: bool = False) -> "Column[int]":
    """Money in minor units, never negative."""
    return Column(name, BigInteger, CheckConstraint(f"{name} >= 0"), nullable=null)


def units(name: str, *, least: int = 0, null: bool = False) -> "Column[int]":
    """A number of units."""
    return Column(name, Integer, CheckConstraint(f"{name} >= {least}"), nullable=null)


def one_of(name: str, values: Iterable[StrEnum], *, null: bool = False) -> "Column[str]":
    """A text column that holds one of an enum's values and nothing else."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return Column(name, Text, CheckConstraint(f"{name} IN ({allowed})"), nullable=null)
