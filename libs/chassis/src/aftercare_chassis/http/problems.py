"""Problem documents (RFC 9457): every refusal and failure as a response, in the reader's language.

`code` is stable and never translated. A problem never contains a value that the client sent, nor a stack trace. Where a
partner reads the response, a renderer of the partner's format takes the place of the document.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.revisions import NewerRow
from aftercare_chassis.http import methods
from aftercare_chassis.http.errors import (
    STATUS_PROBLEMS,
    ConcurrentChange,
    MalformedJson,
    StatusProblem,
    Unavailable,
    ValidationFailed,
)
from aftercare_chassis.http.languages import CHINESE, choose
from aftercare_chassis.http.validation_messages import pointer, validation_message
from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.code_places import code_places
from aftercare_chassis.refusals import Kind, Refusal

# Any: the members of a problem, and the errors of pydantic, have any JSON type.

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 50  # entries of `errors` in one problem
Problem = Mapping[str, Any]
ProblemRenderer = Callable[[Problem], Response]
_log = structlog.get_logger()


def render_with(request: Request, renderer: ProblemRenderer) -> None:
    """Let `renderer` make the responses to every refusal of this request, in place of problem documents."""
    request.state.problem_renderer = renderer


def has_renderer(request: Request) -> bool:
    """Whether refusals of this request are rendered in a partner's format."""
    return hasattr(request.state, "problem_renderer")


def install(app: FastAPI) -> None:
    """Respond to every refusal and failure of the app with a problem."""
    for each in (Refusal, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(each, _handle)


async def _handle(request: Request, error: Exception) -> Response:
    return response_to(request, error)


def response_to(request: Request, error: Exception) -> Response:
    """The problem that answers any exception. An unexpected one is logged and becomes 500 `internal_error`."""
    match error:
        case Refusal():
            return problem_response(request, error)
        case RequestValidationError():
            return _validation_response(request, error)
        case HTTPException():
            if (
                error.status_code == 400
            ):  # raised by FastAPI for a body that breaks its parser: too deep, wrong encoding
                return problem_response(request, MalformedJson())
            if error.status_code == 405:  # raised by one route, which does not know the others at its address
                return status_response(request, 405, {"Allow": ", ".join(methods.allowed(request))})
            return status_response(request, error.status_code, error.headers)
    if is_unavailable(error) or isinstance(error, NewerRow):
        _log.warning("unavailable", error=type(error).__name__)
        return problem_response(request, Unavailable())
    if isinstance(error, asyncpg.UniqueViolationError | asyncpg.ExclusionViolationError):
        # Commands check before they insert: what is left is the race between two of them, which the database decided.
        _log.warning("concurrent_change", reason=error.constraint_name)
        return problem_response(request, ConcurrentChange())
    _log.error("internal_error", error=type(error).__name__, where=code_places(error))
    return status_response(request, 500)


def problem_response(request: Request, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a refusal."""
    language = _language(request)
    detail = refusal.detail(language)
    problem = _members(refusal.kind.status, refusal.code, refusal.kind.heading(language), detail)
    if refusal.pointer is not None:
        problem["errors"] = [{"pointer": refusal.pointer, "code": refusal.code, "message": detail}]
    for name, fact in refusal.facts.items():
        problem.setdefault(name, fact)
    more = dict(headers or {})
    if refusal.retry_after is not None:
        more["Retry-After"] = str(refusal.retry_after)
    if refusal.kind is Kind.UNAUTHENTICATED:
        is_missing = refusal.code == "token_missing"
        more["WWW-Authenticate"] = "Bearer" if is_missing else 'Bearer error="invalid_token"'
    return _render(request, problem, more)


def status_response(request: Request, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a bare HTTP status."""
    found = STATUS_PROBLEMS.get(status) or StatusProblem(
        f"http_{status}", f"HTTP {status}", "请求未能完成。", "The request failed."
    )
    is_chinese = _language(request) == CHINESE
    title, detail = (found.title_zh, found.zh) if is_chinese else (_phrase(status), found.en)
    return _render(request, _members(status, found.code, title, detail), dict(headers or {}))


def validation_problem(request: Request, errors: list[dict[str, str]]) -> Response:
    """The 422 problem whose `errors` name each invalid part of the request."""
    language, refusal = _language(request), ValidationFailed(count=len(errors))
    problem = _members(422, refusal.code, refusal.kind.heading(language), refusal.detail(language))
    return _render(request, problem | {"errors": errors}, {})


def has_json_content_type(request: Request) -> bool:
    """Whether the request declares a JSON body."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _validation_response(request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem_response(request, MalformedJson())
    if any(each["loc"] == ("body",) for each in found) and not has_json_content_type(request) and error.body:
        return status_response(request, 415)
    language = _language(request)
    return validation_problem(request, [_entry(each, language) for each in found[:MAX_ERRORS]])


def _entry(error: Mapping[str, Any], language: str) -> dict[str, str]:
    """One entry of `errors`."""
    code, message = validation_message(error, language)
    entry = {"pointer": pointer(error["loc"]), "code": code, "message": message}
    source = error["loc"][0] if error["loc"] else "body"
    return entry if source == "body" else {**entry, "in": str(source)}


def _language(request: Request) -> str:
    return choose(request.headers.get("accept-language"))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"


def _members(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    context = tracing.current() or tracing.TraceContext.fresh()
    return {
        "type": f"urn:aftercare:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "trace_id": context.trace_id,
    }


def _render(request: Request, problem: dict[str, Any], headers: dict[str, str]) -> Response:
    """The response that every refusal of every layer becomes: a problem document, or the partner's format."""
    if has_renderer(request):
        response: Response = request.state.problem_renderer(problem)
        response.headers.update(headers)
        return response
    # "replace": a field name of a client may hold a lone surrogate, which no UTF-8 body can contain.
    body = json.dumps(problem, ensure_ascii=False, default=_as_json).encode("utf-8", "replace")
    headers |= {"Content-Language": _language(request), "Vary": "Accept-Language"}
    return Response(body, status_code=problem["status"], media_type=MEDIA_TYPE, headers=headers)


def _as_json(fact: object) -> object:
    if isinstance(fact, datetime):
        return fact.isoformat()
    if isinstance(fact, set | frozenset):
        return sorted(fact)
    if hasattr(fact, "model_dump"):
        return fact.model_dump(mode="json")
    return str(fact)
