"""Request bodies: read whole within a size, checked for what no database stores and for repeated keys, and refused where none is accepted."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import Message, Receive

from aftercare_chassis.http.errors import MalformedJson, Overloaded
from aftercare_chassis.http.problems import MAX_ERRORS, has_json_content_type
from aftercare_chassis.http.schemas import In
from aftercare_chassis.http.validation_messages import validation_message
from aftercare_chassis.json_keys import has_repeated_key
from aftercare_chassis.refusals import Kind, Refusal

# Any: a JSON document has any JSON type.

# What may be an escaped NUL, an escaped half of a surrogate pair, or a number that JSON does not have.
_SUSPECT = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|NaN|Infinity")
_SURROGATE = re.compile("[\ud800-\udfff]")


class BodyTooLarge(Refusal):
    """The body is larger than the setting `max_body_bytes`."""

    kind, code = Kind.TOO_LARGE, "body_too_large"
    zh, en = "请求体不得超过 {limit_bytes} 字节。", "The body may have at most {limit_bytes} bytes."


class BodyTooSlow(Exception):
    """The body did not arrive within the setting `body_seconds`."""


class BodyEncoded(Exception):
    """The body has a Content-Encoding: none is decoded, so that no small body becomes a large one."""


class Disconnected(Exception):
    """The client went away before the response started."""


SMALL_BYTES = 16_384
"""Of each body that are not counted: that of most commands is smaller, and is read however much others send."""


class BodyMemory:
    """The memory that the bodies of all requests of a process may take, `limit` bytes beyond SMALL_BYTES of each."""

    def __init__(self, limit: int) -> None:
        self.limit, self.held = limit, 0

    def grow(self, before: int, after: int) -> None:
        """A body has grown. Raises: Overloaded where there is no memory for it."""
        more = _counted(after) - _counted(before)
        if more and self.held + more > self.limit:
            raise Overloaded
        self.held += more

    def free(self, size: int) -> None:
        """The body of a request that has ended is no longer needed."""
        self.held -= _counted(size)


def _counted(size: int) -> int:
    return max(0, size - SMALL_BYTES)


async def read(receive: Receive, headers: Mapping[bytes, bytes], limit: int, memory: BodyMemory) -> bytes:
    """The whole body, at most `limit` bytes. It is counted in `memory`, which the caller frees once it is returned.

    Raises: BodyTooLarge, Disconnected, Overloaded.
    """
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared[:20]) > limit:
        raise BodyTooLarge(limit_bytes=limit)
    chunks, size, more = [], 0, True
    try:
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            chunk = message.get("body", b"")
            if size + len(chunk) > limit:
                raise BodyTooLarge(limit_bytes=limit)
            memory.grow(size, size + len(chunk))
            size += len(chunk)
            chunks.append(chunk)
            more = message.get("more_body", False)
    except BaseException:
        memory.free(size)
        raise
    return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that returns the body that was read, and then what the server sends."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


class EmptyIn(In):
    """The body of a command that takes none: clients may leave it out or send an empty object."""


def require_empty(request: Request, body: bytes) -> None:
    """Accept no body, or `{}`.

    Raises:
        MalformedJson: the body is declared as JSON and is not.
        RequestValidationError: it is anything else; responded to with 415 or 422, as a wrong body is elsewhere.
    """
    try:
        EmptyIn.model_validate(json.loads(body) if has_json_content_type(request) else body)
    except ValidationError as error:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(errors, body=body) from None
    except (ValueError, RecursionError):
        raise MalformedJson from None


def unstorable(body: bytes, language: str) -> list[dict[str, str]]:
    """An entry for each place of a JSON body that holds a NUL, half a surrogate pair, NaN or an infinity."""
    if not _SUSPECT.search(body):
        return []
    try:
        places = _unstorable_places(json.loads(body), "")
        # A body may have a hundred thousand such places: the generator is not exhausted.
        return [_entry(place, kind, language) for place, kind in islice(places, MAX_ERRORS)]
    except (ValueError, RecursionError):
        return []  # not JSON: the route that parses it refuses it


class _Pairs(list[tuple[str, Any]]):
    """An object of a JSON document, with every pair that it has."""


def repeated_keys(body: bytes, language: str) -> list[dict[str, str]]:
    """An entry for each key that an object of a JSON body has already: parsers differ in which of its values they take."""
    if not has_repeated_key(body):
        return []
    try:
        places = _repeated_places(json.loads(body, object_pairs_hook=_Pairs), "")
        return [_entry(place, "key_repeated", language) for place in islice(places, MAX_ERRORS)]
    except (ValueError, RecursionError):
        return []  # not JSON behind that object: the route that parses it refuses it


def _repeated_places(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, _Pairs):
        seen = set[str]()
        for name, item in value:
            inside = _inside(place, name)
            if name in seen:
                yield inside
            seen.add(name)
            yield from _repeated_places(item, inside)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _repeated_places(item, f"{place}/{index}")


def _inside(place: str, name: str) -> str:
    """The JSON pointer of a key of the object at this place."""
    return f"{place}/{_SURROGATE.sub('?', name)[:100].replace('~', '~0').replace('/', '~1')}"


def _entry(place: str, kind: str, language: str) -> dict[str, str]:
    code, message = validation_message({"type": kind}, language)
    return {"pointer": place, "code": code, "message": message}


def _unstorable_places(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """The JSON pointer of each such place below `place`, with the kind of pydantic error that describes it."""
    match value:
        case str():
            if kind := _text_error(value):
                yield place, kind
        case float() if not math.isfinite(value):
            yield place, "finite_number"
        case list():
            for index, item in enumerate(value):
                yield from _unstorable_places(item, f"{place}/{index}")
        case dict():
            for name, item in value.items():
                inside = _inside(place, name)
                if kind := _text_error(name):
                    yield inside, kind
                yield from _unstorable_places(item, inside)


def _text_error(text: str) -> str | None:
    if "\x00" in text:
        return "control_character"
    return "string_unicode" if _SURROGATE.search(text) else None
