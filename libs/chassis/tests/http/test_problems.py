"""Problem documents: refusals, invalid input and failures, in both languages."""

import json
from typing import Any, get_args

import asyncpg
import httpx
import pytest
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.http.languages import choose
from aftercare_chassis.http.validation_messages import validation_message
from pydantic_core import core_schema

EN = {"accept-language": "en"}
GOOD = {"lines": [{"sku": "KETTLE-1", "quantity": 1}]}


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["vary"] == "Accept-Language"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"].endswith(code)
    assert body["trace_id"] == response.headers["trace-id"]
    assert body["title"]
    assert body["detail"]
    return body


async def test_a_problem_is_in_the_readers_language(client: httpx.AsyncClient) -> None:
    chinese = await client.get("/refused")
    body = problem(chinese, 422, "too_many_kettles")
    assert body["detail"] == "最多 3 把水壶。"
    assert chinese.headers["content-language"] == "zh-CN"
    english = await client.get("/refused", headers=EN)
    assert english.headers["content-language"] == "en"
    assert problem(english, 422, "too_many_kettles")["errors"] == [
        {"pointer": "/lines/0/quantity", "code": "too_many_kettles", "message": "At most 3 kettles."}
    ]


async def test_facts_are_members_but_never_replace_those_of_a_problem(client: httpx.AsyncClient) -> None:
    body = problem(await client.get("/refused"), 422, "too_many_kettles")
    assert body["most"] == 3
    assert body["status"] == 422


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"lines": []}, "/lines", "too_few"),
        ({"lines": [{"sku": "a", "quantity": 1}] * 4}, "/lines", "too_many"),
        ({"lines": [{"sku": "a"}]}, "/lines/0/quantity", "required"),
        ({"lines": [{"sku": "a", "quantity": "1"}]}, "/lines/0/quantity", "wrong_type"),
        ({"lines": [{"sku": "a", "quantity": 100}]}, "/lines/0/quantity", "out_of_range"),
        ({"lines": [{"sku": 1, "quantity": 1}]}, "/lines/0/sku", "wrong_type"),
        ({"price": {"amount": 1.0, "currency": "CNY"}}, "/price/amount", "wrong_type"),
        ({"price": {"amount": 1, "currency": "XYZ"}}, "/price/currency", "currency_unknown"),
        ({"price": 1}, "/price", "wrong_type"),
        ({"at": "2026-05-01T08:00:00"}, "/at", "time_invalid"),
        ({"colour": "green"}, "/colour", "not_a_choice"),
        ({"even": 3}, "/even", "not_even"),
        ({"colour/~": 1}, "/colour~1~0", "unknown_field"),
    ],
)
async def test_each_invalid_field_is_named(
    client: httpx.AsyncClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    for language in ("zh-CN", "en"):
        response = await client.post("/orders", json=GOOD | change, headers={"accept-language": language})
        body = problem(response, 422, "validation_failed")
        [error] = body["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)
        assert error["message"].endswith("。" if language == "zh-CN" else ".")


async def test_an_invalid_choice_lists_the_valid_ones(client: httpx.AsyncClient) -> None:
    response = await client.post("/orders", json=GOOD | {"colour": "green"}, headers=EN)
    assert response.json()["errors"][0]["message"] == "Must be one of: red, blue."


async def test_an_invalid_parameter_is_named_with_its_place(client: httpx.AsyncClient) -> None:
    response = await client.post("/orders?limit=1000", json=GOOD, headers=EN)
    assert problem(response, 422, "validation_failed")["errors"] == [
        {"pointer": "/limit", "code": "out_of_range", "message": "Must be at most 100.", "in": "query"}
    ]


async def test_a_problem_contains_no_value_that_was_sent(client: httpx.AsyncClient) -> None:
    response = await client.post("/orders", json={"lines": "13800000000", "at": "王芳", "gift": "王芳"})
    assert "13800000000" not in response.text
    assert "王芳" not in response.text


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"a": 1} x', b"[" * 8_000, b'{"lines": ' + b"9" * 5_000 + b"}"])
async def test_invalid_json_is_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/orders", content=body, headers={"content-type": "application/json"})
    problem(response, 400, "malformed_json")


async def test_a_body_of_another_media_type_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/orders", content=json.dumps(GOOD), headers={"content-type": "text/plain"})
    problem(response, 415, "unsupported_media_type")


async def test_a_missing_body_is_required(client: httpx.AsyncClient) -> None:
    response = await client.post("/orders")
    assert problem(response, 422, "validation_failed")["errors"][0]["code"] == "required"


async def test_unknown_addresses_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    problem(await client.get("/nowhere"), 404, "not_found")
    response = await client.delete("/orders")
    problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


async def test_an_unexpected_error_shows_its_trace_id_and_nothing_else(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await client.get("/broken", headers=EN)
    body = problem(response, 500, "internal_error")
    assert body.keys() == {"type", "title", "status", "detail", "code", "trace_id"}
    logged = capsys.readouterr()
    assert "RuntimeError" in logged.out + logged.err
    assert "13800000000" not in response.text + logged.out + logged.err


@pytest.mark.parametrize(
    "error",
    [
        "ConnectionDoesNotExistError",
        "TooManyConnectionsError",
        "QueryCanceledError",
        "ReadOnlySQLTransactionError",
        "AdminShutdownError",
        "CannotConnectNowError",
        "DeadlockDetectedError",
    ],
)
async def test_an_unavailable_database_is_503_with_retry_after(client: httpx.AsyncClient, error: str) -> None:
    assert hasattr(asyncpg, error)
    response = await client.get("/database", params={"error": error})
    problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("message", "unavailable"),
    [
        ("cannot switch to state 15; another operation (2) is in progress", True),
        ('cannot switch to state 15; protocol is in the "failed" state', True),
        ("not connected", True),
        ("no binary format encoder for type x (OID 1)", False),
    ],
)
def test_only_broken_connections_among_the_drivers_errors_are_an_outage(message: str, unavailable: bool) -> None:
    assert is_unavailable(asyncpg.InternalClientError(message)) is unavailable


async def test_a_unique_violation_is_a_conflict(client: httpx.AsyncClient) -> None:
    response = await client.get("/database", params={"error": "UniqueViolationError"})
    problem(response, 409, "concurrent_change")
    assert response.headers["retry-after"] == "1"


async def test_an_error_in_a_statement_is_an_internal_error(client: httpx.AsyncClient) -> None:
    problem(await client.get("/database", params={"error": "UndefinedColumnError"}), 500, "internal_error")


PYTHON_ONLY = {
    *("no_such_attribute", "needs_python_object", "frozen_field", "frozen_instance", "get_attribute_error"),
    *("named_tuple_type", "ordered_dict_type", "counter_type", "default_factory_not_called", "missing_sentinel_error"),
    *("ellipsis_error", "is_instance_of", "is_subclass_of", "callable_type", "arguments_type", "missing_argument"),
    *("unexpected_keyword_argument", "missing_keyword_only_argument", "unexpected_positional_argument"),
    *("missing_positional_only_argument", "multiple_argument_values"),
}


@pytest.mark.parametrize("kind", [kind for kind in get_args(core_schema.ErrorType) if kind not in PYTHON_ONLY])
def test_every_validation_error_has_a_message(kind: str) -> None:
    vague = "内容不符合要求。"
    code, message = validation_message({"type": kind}, "zh-CN")
    assert code
    assert message != vague or kind in ("value_error", "assertion_error")
    assert validation_message({"type": kind}, "en")[0] == code


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB, en;q=0.9", "en"),
        ("zh-TW", "zh-CN"),
        ("fr", "zh-CN"),
        ("EN", "en"),
        ("ZH-cn, EN;q=0.9", "zh-CN"),
        ("de, en;q=0.2", "en"),
        ("en;q=0.5, zh;q=0.9", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("*", "zh-CN"),
        ("en;q=0.5, * ; q=0.7", "zh-CN"),
        ("en, zh", "en"),
        ("english, zhuang", "zh-CN"),
        ("en_US", "zh-CN"),
        ("zh;q=0.5, en;q=7", "zh-CN"),
        ("zh;q=0.5, en;q=nan", "zh-CN"),
        (";;,=;q=x", "zh-CN"),
        ("x" * 10_000, "zh-CN"),
    ],
)
def test_the_language_follows_accept_language(header: str | None, language: str) -> None:
    assert choose(header) == language
