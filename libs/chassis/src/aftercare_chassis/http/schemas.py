"""Request and response bodies: strict input, plain output, money, time and bounded strings.

`In` converts nothing: "1" is no integer, 1.0 is no integer, true is no number, and unknown fields are refused. The text under
a field is its description in the OpenAPI document, unless its type has one, as `Version` does.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, Protocol, Self, TypeVar

from aftercare_events import instants
from fastapi import Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from aftercare_chassis.auth import principals
from aftercare_chassis.characters import breaks_line, has_control, shows
from aftercare_chassis.currencies import EXPONENTS
from aftercare_chassis.lifecycle import Allowed

# Any: validators get whatever the client sent, and core schemas are nodes of any type.

_TIME_MESSAGE = "must be a time with a UTC offset, such as 2026-05-01T08:30:00+08:00"
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)

_INT64 = 2**63 - 1


def _tighten(node: Any) -> None:
    if isinstance(node, dict):
        match node.get("type"):
            case "int":
                node["strict"] = True
                if "ge" not in node and "gt" not in node:
                    node["ge"] = -_INT64 - 1
                if "le" not in node and "lt" not in node:
                    node["le"] = _INT64
            case "bool":
                node["strict"] = True
            case "float":
                node.update(strict=True, allow_inf_nan=False)
        for key, value in node.items():
            if key not in ("metadata", "default", "cls", "config"):
                _tighten(value)
    elif isinstance(node, list | tuple):
        for value in node:
            _tighten(value)


class In(BaseModel):
    """A request body: strict numbers, no unknown fields, integers of at most 64 bits, bounded strings."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=20_000, use_attribute_docstrings=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        # Not `strict=True` for the model: FastAPI validates parsed JSON, in which enums and times are still strings.
        _tighten(handler.resolve_ref_schema(schema))
        return schema


def example(**fields: Any) -> ConfigDict:
    """The `model_config` of a body with an example, for the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Out(BaseModel):
    """A response body. An optional field that is null and one that is absent mean the same.

    A response that `holds_secret` is stored encrypted for repeated requests.
    """

    holds_secret: ClassVar[bool] = False
    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)

    @classmethod
    def of_row(cls, row: object, **beside: Any) -> Self:
        """A row as a response: its attributes of the names of the fields, but for those that are given `beside` it.

        Raises:
            AttributeError: the row has no attribute of a field that is not given.
        """
        return cls(**{name: getattr(row, name) for name in cls.model_fields if name not in beside}, **beside)


def _rfc3339(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return instants.read(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("time_invalid", _TIME_MESSAGE) from None


def _utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise PydanticCustomError("time_invalid", _TIME_MESSAGE)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("time_invalid", "the time is out of range") from None


def _one_line(value: str) -> str:
    if breaks_line(value):
        raise PydanticCustomError("line_break", "must be one line without control characters")
    return value if shows(value) else ""


def _not_blank(value: str) -> str:
    if not shows(value):
        raise PydanticCustomError("string_blank", "must not be blank")
    return value


def _prose(value: str) -> str:
    if has_control(value):
        raise PydanticCustomError("control_character", "must not contain control characters")
    return _not_blank(value)


def _usable_principal(value: str) -> str:
    if not principals.is_usable(value):
        longest = {"longest": principals.LONGEST}
        raise PydanticCustomError("principal_unfit", "must be 1 to {longest} printable characters", longest)
    return value


def _known_currency(value: str) -> str:
    if value not in EXPONENTS:
        raise PydanticCustomError("currency_unknown", "must be an ISO 4217 currency code, such as CNY")
    return value


class EachOnce:
    """`Annotated[list[Code], EachOnce()]`: a list that has no value twice, as its schema says."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(_each_once, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "uniqueItems": True}


def _each_once(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise PydanticCustomError("value_repeated", "Must have each value once.", {"zh": "每个值只能出现一次。"})
    return values


Time = Annotated[datetime, AfterValidator(_utc), BeforeValidator(_rfc3339)]
"""An instant: RFC 3339 with any offset in requests (`instants.read`), UTC in the service and in responses."""

OneLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_one_line)]
"""One line for people of at most 200 characters, or blank: no control characters or line separators. White space around it
is removed, and text without visible characters (`characters.shows`) becomes the empty string."""

_VisibleLine = AfterValidator(lambda value: _not_blank(_one_line(value)))
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _VisibleLine]
"""One line for people of 1 to 200 characters, at least one of them visible."""

Utterance = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), _VisibleLine]
"""One line of 1 to 1,000 characters, as somebody might say it, at least one of them visible."""

Prose = AfterValidator(_prose)
"""Validates text in lines and paragraphs: at least one visible character, no control characters but tabs and line breaks."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=5_000), Prose]
"""Prose of at most 5000 characters."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A lower_snake code of at most 64 characters."""

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:\-]{0,99}$")]
"""An identifier, ours or a partner's: up to 100 letters, digits and `_ . : -`."""

PrincipalId = Annotated[
    str,
    AfterValidator(_usable_principal),
    Field(
        description=f"The id that the identity provider gave them: 1 to {principals.LONGEST} printable characters.",
        json_schema_extra={"minLength": 1, "maxLength": principals.LONGEST},
    ),
]
"""The id of a person, or of whom they act for, at the identity provider. Whatever a token may contain is valid (`principals.is_usable`)."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]
"""An active ISO 4217 code."""

Version = Annotated[
    int, Field(description='Increases with every change. `"v17"` in `ETag` and `If-Match` is version 17.')
]
CreatedAt = Annotated[Time, Field(description="When it was created.")]
UpdatedAt = Annotated[Time, Field(description="When it last changed.")]
DeadlineAt = Annotated[
    Time | None,
    Field(
        description="When the time to act is over and `deadline_effect` happens; null where nothing happens by itself."
    ),
]
"""Types of fields that most responses have, with their descriptions."""

Limit = Annotated[int, Query(ge=1, le=100, description="The number of items of a page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=1_000, description="The `next_cursor` of the previous page; the filters must be the same."),
]
"""Query parameters of every list: `limit: Limit = 20, cursor: Cursor = None`."""


class Money(BaseModel):
    """An amount in minor units of its currency."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True) | example(
        amount=19900, currency="CNY"
    )

    amount: Annotated[int, Field(strict=True, ge=0, le=10**13)]
    """Minor units of the currency: 19900 is 199.00 CNY, 199 is 199 JPY."""
    currency: Currency
    """The ISO 4217 code, such as `CNY`."""

    @classmethod
    def of(cls, minor: int, currency: str) -> "Money":
        """Money of a row's `…_minor` and `currency`, without validation: the CHECKs of the row have done it."""
        return cls.model_construct(amount=minor, currency=currency)


class _PageLike(Protocol[R_co]):
    @property
    def data(self) -> Sequence[R_co]: ...
    @property
    def has_more(self) -> bool: ...
    @property
    def next_cursor(self) -> str | None: ...


class PageOut(Out, Generic[T]):
    """One page of a list, newest first. `next_cursor` requests the next page; it is absent on the last one."""

    # For each `PageOut[...]` pydantic would look for attribute docstrings in the source of all its callers.
    model_config = ConfigDict(use_attribute_docstrings=False)

    data: list[T] = Field(description="The items, at most `limit`.")
    has_more: bool = Field(description="Whether there is a next page.")
    next_cursor: str | None = Field(
        default=None,
        description="The `cursor` of the next page: opaque, and valid with the same filters only. Absent on the last page.",
    )

    @classmethod
    def of(cls, page: _PageLike[Any], shape: Callable[[Any], T]) -> Self:
        """The page with each row converted: `PageOut[BookOut].of(page, BookOut.of)`."""
        return cls(data=[shape(row) for row in page.data], has_more=page.has_more, next_cursor=page.next_cursor)


class AllowedOut(Out):
    """One action, and whether the caller may take it now."""

    action: str
    """What may be done, as a code such as `cancel`."""
    allowed: bool
    """Whether the caller may take it in the present state."""
    why_not: str | None = Field(default=None, exclude_if=lambda value: value is None)
    """The code of the reason why the caller may not, such as `not_in_this_state`; absent where it is allowed."""

    @classmethod
    def of(cls, actions: Iterable[Allowed]) -> "list[AllowedOut]":
        """The actions as the lifecycle returns them, converted."""
        return list(_converted(tuple(actions)))


AllowedActions = Annotated[
    list[AllowedOut],
    Field(description="What may be done with it, each with whether the caller may do so now, and if not, why."),
]


@cache
def _converted(actions: tuple[Allowed, ...]) -> tuple[AllowedOut, ...]:
    # Cached: the result is the same for every document in a state, and building it costs a tenth of a request.
    construct = AllowedOut.model_construct
    return tuple(construct(action=each.action, allowed=each.allowed, why_not=each.why_not) for each in actions)
