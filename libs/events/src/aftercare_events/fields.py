"""The types of fields: ids, codes, amounts, times and digests; never a name, a phone number or a text."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from aftercare_events.waybills import canonical_carrier, canonical_waybill


def _utc(value: datetime) -> datetime:
    try:
        return value if value.tzinfo is UTC else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


Time = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A time with offset; read into UTC."""

Id = Annotated[str, Field(min_length=1, max_length=200)]
PrincipalId = Annotated[str, Field(min_length=1, max_length=255)]
"""The identity provider's id of a person or merchant. OpenID Connect allows 255 characters."""

Code = Annotated[str, Field(min_length=1, max_length=200)]
"""A code, lower_snake. The known ones are in a `Vocabulary`; readers accept others."""

Hash = Annotated[
    str, Field(min_length=1, max_length=200, description="digest of a text or file that stays with the publisher")
]


def digest(text: str) -> str:
    """Return the value of a `Hash` field for this text: `sha256:` and the SHA-256 of its UTF-8 bytes in hexadecimal."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


Minor = Annotated[int, Field(strict=True, ge=0, description="money in minor units of `currency`")]
Quantity = Annotated[int, Field(strict=True, ge=0)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217 code")]

OrderId = Annotated[Id, Field(description="the order")]
LineId = Annotated[Id, Field(description="the order's line")]
PaymentId = Annotated[Id, Field(description="the payment")]
RefundId = Annotated[Id, Field(description="the refund; also the provider's idempotency key, which is never reused")]
ParcelId = Annotated[Id, Field(description="the parcel")]
CaseId = Annotated[Id, Field(description="the after-sale case")]
DisputeId = Annotated[Id, Field(description="the dispute")]
ComplaintId = Annotated[Id, Field(description="the complaint")]
ConversationId = Annotated[Id, Field(description="the conversation")]
BuyerId = Annotated[PrincipalId, Field(description="the buyer")]
MerchantId = Annotated[PrincipalId, Field(description="the merchant")]
WaybillNo = Annotated[
    str,
    Field(min_length=1, max_length=200, description="the courier's number of the parcel"),
    AfterValidator(canonical_waybill),
]
Carrier = Annotated[Code, Field(description="the courier company's code"), AfterValidator(canonical_carrier)]
PreviousCarrier = Annotated[
    Carrier | None, Field(description="the courier that was named before; absent where none was")
]
PreviousWaybillNo = Annotated[
    WaybillNo | None, Field(description="the waybill that was named before; absent where none was")
]
DeadlineAt = Annotated[Time | None, Field(description="until when somebody has to act; absent where nobody has to")]
AnswerDueAt = Annotated[Time, Field(description="when the answer was due")]

Retells = Annotated[
    Code | None,
    Field(
        description="type of an older version with the same fact, published beside this event; a consumer of that version ignores this event"
    ),
]
"""The type of the optional field `retells`, which every version has that is published beside its predecessor.

Builds in production look for the field under this name in types that they do not know."""
