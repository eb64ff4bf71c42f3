"""Request bodies: read whole, within a size and a time, free of text that no database stores, and none where none is taken."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import Message, Receive

from aftercare_chassis.http.errors import MalformedJson
from aftercare_chassis.http.problems import says_json
from aftercare_chassis.http.schemas import In
from aftercare_chassis.http.validation_messages import validation_message
from aftercare_chassis.refusals import Kind, Refusal

# What may be an escaped NUL, an escaped half of a surrogate pair, or a number that JSON does not have.
_SUSPECT = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|NaN|Infinity")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_ERRORS = 50


class BodyTooLarge(Refusal):
    """The body is larger than this service takes."""

    kind, code = Kind.TOO_LARGE, "body_too_large"
    zh, en = "请求体不得超过 {limit_bytes} 字节。", "The body may have at most {limit_bytes} bytes."


class BodyTooSlow(Exception):
    """The body did not arrive in time."""


class Disconnected(Exception):
    """The client went away before it was answered."""


async def read(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """The whole body; BodyTooLarge or Disconnected."""
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared[:20]) > limit:
        raise BodyTooLarge(limit_bytes=limit)
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(limit_bytes=limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out the body read before, and then what the server says."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


class NothingIn(In):
    """The body of a command that takes none: clients may leave it out or send an empty object."""


def expect_nothing(request: Request, body: bytes) -> None:
    """Refuse what is neither nothing nor `{}`, as a body of the wrong shape is refused elsewhere: 400, 415 or 422."""
    try:
        NothingIn.model_validate(json.loads(body) if says_json(request) else body)
    except ValidationError as error:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(errors, body=body) from None
    except (ValueError, RecursionError):
        raise MalformedJson from None


def unstorable(body: bytes, language: str) -> list[dict[str, str]]:
    """The places of a JSON body that hold a NUL, half a surrogate pair or a number that is none; [] nearly always."""
    if not _SUSPECT.search(body):
        return []
    try:
        found = json.loads(body)
        # Sliced lazily: a body may hold a hundred thousand such places.
        return [
            _error(place, kind, language)
            for (place, kind), _ in zip(_walk(found, ""), range(_MOST_ERRORS), strict=False)
        ]
    except (ValueError, RecursionError):
        return []  # no JSON: whoever parses it next says so


def _error(place: str, kind: str, language: str) -> dict[str, str]:
    code, message = validation_message({"type": kind}, language)
    return {"pointer": place, "code": code, "message": message}


def _walk(value: Any, place: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            if kind := _bad_text(value):
                yield place, kind
        case float() if not math.isfinite(value):
            yield place, "finite_number"
        case list():
            for index, item in enumerate(value):
                yield from _walk(item, f"{place}/{index}")
        case dict():
            for name, item in value.items():
                inside = f"{place}/{_SURROGATE.sub('?', name)[:100].replace('~', '~0').replace('/', '~1')}"
                if kind := _bad_text(name):
                    yield inside, kind
                yield from _walk(item, inside)


def _bad_text(text: str) -> str | None:
    if "\x00" in text:
        return "control_character"
    return "string_unicode" if _SURROGATE.search(text) else None
