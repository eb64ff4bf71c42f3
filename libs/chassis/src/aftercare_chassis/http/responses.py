"""The problems that a route may answer with, as OpenAPI responses that enumerate their codes.

A route names the refusals of its command: `responses=refusals(BookUnknown, BookOnLoan)`. Those that follow from its
kind (it needs a token, changes something, takes a cursor, streams events) are added here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from aftercare_chassis.auth.errors import TokenExpired, TokenInvalid, TokenMalformed, TokenMissing
from aftercare_chassis.database.cursors import CursorInvalid
from aftercare_chassis.http import errors
from aftercare_chassis.http.encryption import ResponseEncrypted
from aftercare_chassis.http.errors import STATUS_PROBLEMS
from aftercare_chassis.http.idempotency import KeyInFlight, KeyInvalid, KeyMissing, KeyReused
from aftercare_chassis.http.problems import MEDIA_TYPE
from aftercare_chassis.http.request_body import BodyTooLarge
from aftercare_chassis.http.sse import EventStream, LastEventUnknown, TooManyStreams
from aftercare_chassis.refusals import Forbidden, Kind, NotFound, Refusal, Stale

# Any: a node of a JSON document has any JSON type.

Node = dict[str, Any]
Responses = dict[int | str, Node]

_DECLARED = "refusals"  # the key under which `refusals` hands its classes to `ApiRoute`
_FORMAT = re.compile(r"\{(\w+):(?:[^|}]*\|([^}]*)|[^}]*)\}")  # of `{left_minor:money}` or `{count:unit|units}`

EVERY_ROUTE = (
    errors.AddressMalformed,
    TokenMissing,
    TokenMalformed,
    TokenInvalid,
    TokenExpired,
    errors.TooManyRequests,
    errors.ShareUsedUp,
    errors.Overloaded,
    errors.Unavailable,
    errors.TimeLimitExceeded,
)
COMMANDS = (
    KeyMissing,
    KeyInvalid,
    errors.MalformedJson,
    KeyInFlight,
    errors.ConcurrentChange,
    Stale,
    BodyTooLarge,
    errors.ValidationFailed,
    KeyReused,
)
SHARED = {
    401: "Unauthenticated",
    403: "Forbidden",
    404: "NotFound",
    408: "BodyTooSlow",
    412: "StaleVersion",
    413: "BodyTooLarge",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    500: "InternalError",
    503: "Unavailable",
}
"""Statuses whose response is the same for many operations, with its name in `#/components/responses`."""


@dataclass(frozen=True, slots=True, order=True)
class PossibleProblem:
    """One status and code that an operation may answer with, and its English text with the facts as placeholders."""

    status: int
    code: str
    text: str
    has_retry_after: bool = False

    @classmethod
    def of(cls, refusal: type[Refusal]) -> "PossibleProblem":
        """The problem that answers this refusal."""
        retries = refusal.retry_after is not None or refusal.kind is Kind.TOO_MANY
        return cls(refusal.kind.status, refusal.code, _placeholders(refusal.en), retries)

    @classmethod
    def of_status(cls, status: int) -> "PossibleProblem":
        """The problem that answers a status without a refusal."""
        return cls(status, STATUS_PROBLEMS[status].code, STATUS_PROBLEMS[status].en)


def _placeholders(template: str) -> str:
    """The template with plain placeholders: `{count:unit|units}` as `{count} units`."""
    return _FORMAT.sub(lambda found: f"{{{found[1]}}} {found[2]}" if found[2] else f"{{{found[1]}}}", template)


def refusals(*classes: type[Refusal]) -> Responses:
    """`responses=refusals(BookUnknown, BookOnLoan)`: what the command of an `ApiRoute` refuses.

    What follows from the kind of the route is not named: see `implied`.
    """
    declared: Responses = {}
    for each in classes:
        declared.setdefault(each.kind.status, {_DECLARED: []})[_DECLARED].append(each)
    return declared


def possible_problems(route: APIRoute, *, limited: bool) -> list[PossibleProblem]:
    """Every problem of this route: the refusals it declares and those of its kind. `limited`: only some roles may call it."""
    declared = [each for response in route.responses.values() for each in response.get(_DECLARED, ())]
    found = {PossibleProblem.of(each) for each in (*declared, *implied(route, limited=limited))}
    found |= {PossibleProblem.of_status(status) for status in ((500, 408, 415) if _takes_body(route) else (500,))}
    return sorted(found)


def implied(route: APIRoute, *, limited: bool) -> Iterator[type[Refusal]]:
    """The refusals that follow from the kind of the route."""
    parameters = {each.name for each in get_flat_params(route.dependant)}
    yield from EVERY_ROUTE
    if limited:
        yield Forbidden
    if "{" in route.path:
        yield NotFound
    if is_command(route):
        yield from COMMANDS
    else:
        yield errors.ValidationFailed
        if _takes_body(route):
            yield from (errors.MalformedJson, BodyTooLarge)
    if "cursor" in parameters:
        yield CursorInvalid
    if route.response_class is EventStream:
        yield from (LastEventUnknown, TooManyStreams)
    if getattr(route.response_model, "holds_secret", False):
        yield ResponseEncrypted


def is_command(route: APIRoute) -> bool:
    """Whether the route changes something."""
    return not ((route.methods or set()) <= {"GET", "HEAD"} or getattr(route, "only_reads", False))


def _takes_body(route: APIRoute) -> bool:
    """Whether a body is read: every command may have one, a read only where it needs more than an address."""
    return is_command(route) or route.body_field is not None


def described(problems: Iterable[PossibleProblem], others: Responses) -> Responses:
    """The OpenAPI responses of these problems by status, beside those `others` that are no problems."""
    by_status: dict[int, list[PossibleProblem]] = {}
    for each in problems:
        by_status.setdefault(each.status, []).append(each)
    kept = {status: response for status, response in others.items() if _DECLARED not in response}
    return {**kept, **{status: _response(status, found) for status, found in by_status.items()}}


def shared_responses() -> dict[str, Node]:
    """The responses that many operations share, by their names in `SHARED`."""
    problems = [PossibleProblem.of(each) for each in (*EVERY_ROUTE, *COMMANDS, Forbidden, NotFound)]
    problems += [PossibleProblem.of_status(status) for status in (408, 415, 500)]
    return {SHARED[int(status)]: each for status, each in described(problems, {}).items() if int(status) in SHARED}


def _response(status: int, problems: list[PossibleProblem]) -> Node:
    lines = [f"- `{each.code}`: {each.text}" for each in sorted(problems)]
    codes = {"type": "string", "enum": [each.code for each in sorted(problems)]}
    narrowed = {"type": "object", "required": ["code"], "properties": {"code": codes}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}
    response: Node = {
        "description": "\n".join([f"{HTTPStatus(status).phrase}. `code` is one of:", "", *lines]),
        "content": {MEDIA_TYPE: {"schema": schema}},
    }
    if any(each.has_retry_after for each in problems):
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return response
