"""The metadata of this service's own database, and the columns that many tables share."""

from collections.abc import Iterable
from enum import StrEnum

from aftercare_chassis.tables import spine
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, MetaData, Text

metadata = MetaData()
spine(metadata)


def text(name: str, *, null: bool = False) -> "Column[str]":
    """A text column."""
    return Column(name, Text, nullable=null)


def moment(name: str, *, null: bool = False) -> "Column[object]":
    """An instant with time zone."""
    return Column(name, DateTime(timezone=True), nullable=null)


def minor(name: str) -> "Column[int]":
    """Money in minor units, never negative."""
    return Column(name, BigInteger, CheckConstraint(f"{name} >= 0"), nullable=False)


def one_of(name: str, values: Iterable[StrEnum], *, null: bool = False) -> "Column[str]":
    """A text column that holds one of an enum's values and nothing else."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return Column(name, Text, CheckConstraint(f"{name} IN ({allowed})"), nullable=null)
