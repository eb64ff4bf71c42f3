"""Refusals: the exceptions that a command raises where a rule forbids what was asked for.

A service declares one class per refusal in its `domain/errors.py`; the chassis turns it into a problem response
(`http/problems.py`). Only the standard library is used here, so that `domain` may import it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from aftercare_chassis.sentences import fill, is_chinese


class Kind(StrEnum):
    """The kinds of refusals; each has one HTTP status and one title."""

    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"

    @property
    def status(self) -> int:
        """The HTTP status of this kind."""
        return _STATUS[self]

    def heading(self, language: str) -> str:
        """The short title of this kind in `language`."""
        zh, en = _TITLES[self]
        return zh if is_chinese(language) else en


_STATUS = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
_TITLES = {
    Kind.MALFORMED: ("请求格式有误", "Malformed request"),
    Kind.UNAUTHENTICATED: ("未通过身份验证", "Not authenticated"),
    Kind.FORBIDDEN: ("无权操作", "Not allowed"),
    Kind.NOT_FOUND: ("未找到", "Not found"),
    Kind.CONFLICT: ("与当前状态冲突", "Conflict with the present state"),
    Kind.STALE: ("版本已过期", "Stale version"),
    Kind.TOO_LARGE: ("内容过大", "Content too large"),
    Kind.INVALID: ("内容不符合要求", "Invalid content"),
    Kind.TOO_MANY: ("请求过于频繁", "Too many requests"),
    Kind.UNAVAILABLE: ("暂时不可用", "Temporarily unavailable"),
}


class Refusal(Exception):
    """A refusal with a stable code. `zh` and `en` are templates, filled in from the facts (see `sentences`).

    `pointer` is the JSON pointer of the field that is refused. The facts become extension members of the problem, where
    amounts stay integers in minor units. `awaits` is the id of an aggregate of another service whose next event may make
    the command possible: the server waits for that event for a moment and tries the command again before it refuses (see
    `http.awaited_events`).
    """

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "refused"
    zh: ClassVar[str] = "请求被拒绝。"
    en: ClassVar[str] = "The request was refused."
    retry_after: ClassVar[int | None] = None

    def __init__(self, *, pointer: str | None = None, awaits: str | None = None, **facts: object) -> None:
        super().__init__(self.code)
        self.pointer, self.awaits = pointer, awaits
        self.facts: Mapping[str, object] = facts

    def detail(self, language: str) -> str:
        """The sentence, in Chinese for `zh…`, else in English."""
        return fill(self.zh if is_chinese(language) else self.en, self.facts, language)

    def __str__(self) -> str:
        # Only the code: exceptions are logged, and the facts may hold personal data.
        return self.code


class NotFound(Refusal):
    """The object does not exist, or the actor may not see it."""

    kind, code = Kind.NOT_FOUND, "not_found"
    zh, en = "未找到该对象。", "There is no such object."


class Forbidden(Refusal):
    """The role of the actor does not permit this."""

    kind, code = Kind.FORBIDDEN, "forbidden"
    zh, en = "当前角色无权执行此操作。", "This role may not do this."


class Stale(Refusal):
    """If-Match names another version than the present one, or the object was changed since it was read."""

    kind, code = Kind.STALE, "stale_version"
    zh, en = "该对象已被修改，请重新读取后再试。", "The object has changed meanwhile; read it again."
