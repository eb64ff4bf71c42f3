"""Read what partners write in JSON, entry by entry: one that cannot be read does not hold up the others."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from order_svc.integrations.json_texts import check_keys

M = TypeVar("M", bound="Entry")
T = TypeVar("T")
R = TypeVar("R")
_MOST_FAULTS = 5
_VALUES = TypeAdapter[object](object)


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value] if value else None


Entries = Annotated[list[object] | None, BeforeValidator(_listed)]
"""The entries of a field. A single one may stand without its list, and an empty text or object where there are none."""


class Readable(NamedTuple, Generic[R]):
    """The entries of a push that were read, in order, and what is wrong with the first of the others."""

    found: list[R]
    faults: list[str]


class Entry(BaseModel):
    """An object of a partner: fields that are not named are ignored, and numbers may stand where text is expected."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


def read(model: type[M], value: object) -> M:
    """The value as this entry.

    Raises:
        ValueError: it is none, with the field and what is wrong with it, but nothing of its content.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ValueError(_explained(error)) from None


def read_json(model: type[M], text: str | bytes) -> M:
    """The JSON text as this entry.

    Raises:
        ValueError: as of `read`, or it is no JSON in UTF-8, or nested too deeply, or an object has a key twice.
    """
    check_keys(text)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ValueError(_explained(error)) from None


def read_list(text: str | bytes) -> list[object]:
    """The entries of a JSON list; another value is a list of itself.

    Raises:
        ValueError: it is no JSON in UTF-8, or nested too deeply, or an object has a key twice.
    """
    check_keys(text)
    try:
        value = _VALUES.validate_json(text)
    except ValidationError as error:
        raise ValueError(_explained(error)) from None
    return value if isinstance(value, list) else [value]


def read_each(entries: Iterable[T], read_one: Callable[[T], R]) -> Readable[R]:
    """All entries that can be read, and why the others cannot.

    Raises:
        ValueError: none can be read; the reason of the first.
    """
    found: list[R] = []
    faults: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            found.append(read_one(entry))
        except ValueError as error:
            faults.append(f"entry {number}: {error}")
    if faults and not found:
        raise ValueError(faults[0])
    return Readable(found, faults[:_MOST_FAULTS])


def read_beside(entries: Sequence[object], read_one: Callable[[], R | None]) -> tuple[R | None, list[str]]:
    """What a push states beside these entries, or None and why it cannot be read, which holds up none of them.

    Raises:
        ValueError: it cannot be read, and there are no entries.
    """
    try:
        return read_one(), []
    except ValueError as error:
        if not entries:
            raise
        return None, [f"beside the entries: {error}"]


def _explained(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
