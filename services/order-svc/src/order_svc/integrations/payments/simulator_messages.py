"""The messages of the payment simulator as far as they are read."""

from typing import Annotated

from pydantic import BaseModel, Field, JsonValue, StringConstraints

from order_svc.domain.payments.statements import EntryKind

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Operation(BaseModel):
    """The response about a payment or refund."""

    status: str
    amount: int | None = Field(None, strict=True)
    reference: Text | None = None
    authorised: int | None = Field(None, strict=True)
    failure_code: Text | None = None


class CallbackData(BaseModel):
    payment_id: Text | None = None
    refund_id: Text | None = None
    reference: Text | None = None
    amount: int = Field(strict=True)
    currency: Text
    failure_code: Text | None = None


class ChargeBackData(BaseModel):
    charge_back_id: Text
    payment_id: Text
    amount: int = Field(strict=True, gt=0)
    currency: Text
    reason: Text = "unknown"


class StatementLine(BaseModel):
    kind: EntryKind
    id: Text
    reference: Text
    amount: int = Field(strict=True)
    currency: Text


class Statement(BaseModel):
    data: list[StatementLine]


class Callback(BaseModel):
    type: str
    data: dict[str, JsonValue]
