"""Every refusal and failure as an RFC 9457 problem, in the reader's language; for partners in their own format.

`code` is stable and never translated; no value that a client sent comes back, and no stack trace ever.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from aftercare_chassis.http.errors import ConcurrentChange, MalformedJson, Unavailable, ValidationFailed
from aftercare_chassis.http.languages import CHINESE, choose
from aftercare_chassis.http.validation_messages import pointer, validation_message
from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.code_places import code_places
from aftercare_chassis.refusals import Kind, Refusal

MEDIA_TYPE = "application/problem+json"
Problem = Mapping[str, Any]
Wording = Callable[[Problem], Response]
_MOST_ERRORS = 50
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StatusProblem:
    """The problem of a status that no refusal stands for."""

    code: str
    title_zh: str
    zh: str
    en: str


STATUS_PROBLEMS = {
    401: StatusProblem("unauthenticated", "未通过身份验证", "请先登录。", "Authentication is needed."),
    403: StatusProblem("forbidden", "无权操作", "无权执行此操作。", "This is not allowed."),
    404: StatusProblem("not_found", "未找到", "该地址不存在。", "There is nothing at this address."),
    405: StatusProblem(
        "method_not_allowed", "方法不允许", "该地址不支持此方法。", "This address does not take this method."
    ),
    406: StatusProblem(
        "not_acceptable", "无法提供所需格式", "无法提供所要求的格式。", "The wanted format is not available."
    ),
    408: StatusProblem("body_too_slow", "请求超时", "请求体发送过慢。", "The body took too long to arrive."),
    413: StatusProblem("body_too_large", "内容过大", "请求体过大。", "The body is too large."),
    415: StatusProblem(
        "unsupported_media_type",
        "不支持的媒体类型",
        "请求体必须是 application/json。",
        "The body must be application/json.",
    ),
    500: StatusProblem(
        "internal_error",
        "内部错误",
        "出现内部错误，请凭 trace_id 联系我们。",
        "Something went wrong; give us the trace_id.",
    ),
}


def word(request: Request, wording: Wording) -> None:
    """Answer every refusal of this request with `wording(problem)` instead of a problem document."""
    request.state.wording = wording


def is_worded(request: Request) -> bool:
    """True where a partner reads the answer, in a format of its own."""
    return hasattr(request.state, "wording")


def install(app: FastAPI) -> None:
    """Answer every refusal and failure of the app with a problem."""
    for each in (Refusal, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(each, _handle)


async def _handle(request: Request, error: Exception) -> Response:
    return response_to(request, error)


def response_to(request: Request, error: Exception) -> Response:
    """The problem that answers any exception; what nobody foresaw is logged and becomes a bare 500."""
    match error:
        case Refusal():
            return problem_response(request, error)
        case RequestValidationError():
            return _validation(request, error)
        case HTTPException():
            if error.status_code == 400:  # what FastAPI says of a body that breaks its parser: too deep, wrong encoding
                return problem_response(request, MalformedJson())
            if error.status_code == 405:  # raised by one route, which knows of no other at its address
                return status_response(request, 405, {"Allow": ", ".join(methods.allowed(request))})
            return status_response(request, error.status_code, error.headers)
    if is_unavailable(error) or isinstance(error, NewerRow):
        _log.warning("unavailable", error=type(error).__name__)
        return problem_response(request, Unavailable())
    if isinstance(error, asyncpg.UniqueViolationError | asyncpg.ExclusionViolationError):
        # Commands look before they insert: what is left is the race between two of them, which the database has decided.
        _log.warning("concurrent_change", reason=error.constraint_name)
        return problem_response(request, ConcurrentChange())
    _log.error("internal_error", error=type(error).__name__, where=code_places(error))
    return status_response(request, 500)


def problem_response(request: Request, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of one refusal."""
    language = choose(request.headers.get("accept-language"))
    detail = refusal.detail(language)
    problem: dict[str, Any] = _members(refusal.kind.status, refusal.code, refusal.kind.heading(language), detail)
    if refusal.pointer is not None:
        problem["errors"] = [{"pointer": refusal.pointer, "code": refusal.code, "message": detail}]
    for name, fact in refusal.facts.items():
        problem.setdefault(name, fact)
    more = dict(headers or {})
    if refusal.retry_after is not None:
        more["Retry-After"] = str(refusal.retry_after)
    if refusal.kind is Kind.UNAUTHENTICATED:
        known = refusal.code == "token_missing"
        more["WWW-Authenticate"] = "Bearer" if known else 'Bearer error="invalid_token"'
    return _render(request, problem, language, more)


def _validation(request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem_response(request, MalformedJson())
    if any(each["loc"] == ("body",) for each in found) and not says_json(request) and error.body:
        return status_response(request, 415)
    language = choose(request.headers.get("accept-language"))
    return validation_problem(request, [_one(each, language) for each in found[:_MOST_ERRORS]])


def validation_problem(request: Request, errors: list[dict[str, str]]) -> Response:
    """The 422 problem that names each place which does not fit."""
    language = choose(request.headers.get("accept-language"))
    refusal = ValidationFailed(count=len(errors))
    problem = _members(422, refusal.code, refusal.kind.heading(language), refusal.detail(language))
    return _render(request, problem | {"errors": errors}, language, {})


def _one(error: Mapping[str, Any], language: str) -> dict[str, str]:
    code, message = validation_message(error, language)
    place = {"pointer": pointer(error["loc"]), "code": code, "message": message}
    source = error["loc"][0] if error["loc"] else "body"
    return place if source == "body" else {**place, "in": str(source)}


def says_json(request: Request) -> bool:
    """Whether the request declares a JSON body."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def status_response(request: Request, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a bare HTTP status."""
    language = choose(request.headers.get("accept-language"))
    found = STATUS_PROBLEMS.get(status) or StatusProblem(
        f"http_{status}", f"HTTP {status}", "请求未能完成。", "The request failed."
    )
    title, detail = (found.title_zh, found.zh) if language == CHINESE else (_phrase(status), found.en)
    problem = _members(status, found.code, title, detail)
    return _render(request, problem, language, dict(headers or {}))


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


def _render(request: Request, problem: dict[str, Any], language: str, headers: dict[str, str]) -> Response:
    """A refusal as it is sent: a problem document, or the partner's format. Every layer's refusals are written here."""
    if is_worded(request):
        response: Response = request.state.wording(problem)
        response.headers.update(headers)
        return response
    # "replace": a field name of a client may hold a lone surrogate, which no UTF-8 body can carry.
    body = json.dumps(problem, ensure_ascii=False, default=_plain).encode("utf-8", "replace")
    headers |= {"Content-Language": language, "Vary": "Accept-Language"}
    return Response(body, status_code=problem["status"], media_type=MEDIA_TYPE, headers=headers)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return str(value)
