"""Amounts of money in requests."""

from typing import Annotated

from aftercare_chassis.http.schemas import Money
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError


def _above_zero(amount: Money) -> Money:
    if not amount.amount:
        raise PydanticCustomError("amount_zero", "The amount must be above zero.", {"zh": "金额必须大于零。"})
    return amount


PositiveMoney = Annotated[Money, AfterValidator(_above_zero)]
"""An amount above zero."""
