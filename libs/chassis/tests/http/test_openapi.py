"""The OpenAPI document that the chassis makes of a service's routes."""

import json
from typing import Any

import pytest
from aftercare_chassis.http import openapi
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import AllowedOut, Cursor, In, Limit, Money, Out, PageOut, Time
from aftercare_chassis.http.sse import EventStream
from aftercare_chassis.http.webhooks import WebhookRouter
from aftercare_chassis.refusals import Kind, Refusal
from fastapi import APIRouter, FastAPI, Request, Response

from .conftest import Colour


class ThingIn(In):
    name: str
    count: int
    price: Money | None = None
    colour: Colour | None = None


class ThingOut(Out):
    id: str
    version: int
    price: Money | None
    closed_at: Time | None
    colour: Colour | None = None
    allowed_actions: list[AllowedOut] = []  # noqa: RUF012


class SecretOut(Out):
    holds_secret = True
    secret: str


class ThingBroken(Refusal):
    kind, code = Kind.CONFLICT, "thing_broken"
    zh, en = "修理需 {price_minor:money}。", "It costs {price_minor:money} to mend it."


class ThingLocked(Refusal):
    kind, code = Kind.CONFLICT, "thing_locked"
    zh, en = "已锁定。", "It is locked."


router = APIRouter(prefix="/v1/things", tags=["things"], route_class=ApiRoute)
hooks = WebhookRouter("/v1/hooks", lambda partner, problem: Response(), tags=["hooks"])


@router.post("", status_code=201, operation_id="createThing")
async def create(body: ThingIn, tx: Tx) -> ThingOut:
    raise NotImplementedError


@router.get("", operation_id="listThings")
async def listing(
    read: Read, colour: Colour | None = None, limit: Limit = 20, cursor: Cursor = None
) -> PageOut[ThingOut]:
    raise NotImplementedError


@router.get("/{thing_id}", operation_id="getThing", dependencies=[require_role("buyer")])
async def get(thing_id: str, read: Read) -> ThingOut:
    raise NotImplementedError


@router.get("/live", operation_id="followThings", response_class=EventStream)
async def follow(read: Read) -> EventStream:
    raise NotImplementedError


@router.post("/secrets", operation_id="createSecret")
async def secret(tx: Tx) -> SecretOut:
    raise NotImplementedError


@router.post("/{thing_id}/close", operation_id="closeThing", responses=refusals(ThingBroken, ThingLocked))
async def close(thing_id: str, tx: Tx) -> ThingOut:
    raise NotImplementedError


@router.post("/compare", operation_id="compareThing", dependencies=[require_role("buyer")])
async def compare(body: ThingIn, read: Read) -> Out:
    raise NotImplementedError


@hooks.post("/{partner}", operation_id="receiveHook")
async def hook(partner: str, request: Request) -> Response:
    raise NotImplementedError


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = FastAPI(title="thing-svc", version="1")
    app.include_router(router)
    app.include_router(hooks)
    openapi.install(app)
    return app.openapi()


def operation(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path][method]
    return found


def names(operation: dict[str, Any]) -> set[str]:
    return {each.get("name") or each["$ref"].rpartition("/")[2] for each in operation["parameters"]}


def test_there_are_no_null_branches_and_no_one_of(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    assert "anyOf" not in text
    assert "oneOf" not in text
    assert '"null"' not in text
    assert "HTTPValidationError" not in text


def test_optional_fields_are_not_required(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["ThingOut"]["required"]) == {"id", "version"}
    assert set(schemas["ThingIn"]["required"]) == {"name", "count"}
    assert schemas["ThingOut"]["properties"]["price"] == {"$ref": "#/components/schemas/Money"}
    assert schemas["ThingIn"]["properties"]["count"]["format"] == "int64"


def codes(document: dict[str, Any], path: str, method: str) -> dict[str, list[str]]:
    """The codes of each problem that an operation may answer with, by status."""
    found = {}
    for status, response in operation(document, path, method)["responses"].items():
        if status.startswith(("4", "5")):
            shared = document["components"]["responses"].get(response.get("$ref", "").rpartition("/")[2])
            content = (shared or response)["content"]
            assert list(content) == ["application/problem+json"]
            problem, narrowed = content["application/problem+json"]["schema"]["allOf"]
            assert problem == {"$ref": "#/components/schemas/Problem"}
            found[status] = narrowed["properties"]["code"]["enum"]
    return found


def test_every_problem_lists_its_codes(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method in methods:
            assert all(codes(document, path, method).values()), (method, path)


def test_a_command_lists_what_it_declares_and_what_every_command_may_refuse(document: dict[str, Any]) -> None:
    listed = codes(document, "/v1/things/{thing_id}/close", "post")
    assert listed["404"] == ["not_found"]
    assert listed["409"] == ["concurrent_change", "idempotency_key_in_flight", "thing_broken", "thing_locked"]
    assert listed["412"] == ["stale_version"]
    assert listed["422"] == ["idempotency_key_reused", "validation_failed"]
    assert listed["503"] == ["overloaded", "time_limit_exceeded", "unavailable"]


def test_codes_follow_from_the_kind_of_the_route(document: dict[str, Any]) -> None:
    assert codes(document, "/v1/things", "get")["400"] == ["address_malformed", "cursor_invalid"]
    assert codes(document, "/v1/things/{thing_id}", "get")["403"] == ["forbidden"]
    assert codes(document, "/v1/things/live", "get")["400"] == ["address_malformed", "last_event_unknown"]
    assert "too_many_streams" in codes(document, "/v1/things/live", "get")["503"]
    assert "kept_answer_sealed" in codes(document, "/v1/things/secrets", "post")["409"]


def test_each_code_is_explained_by_its_english_text(document: dict[str, Any]) -> None:
    conflict = operation(document, "/v1/things/{thing_id}/close", "post")["responses"]["409"]
    assert "- `thing_broken`: It costs {price_minor} to mend it." in conflict["description"].splitlines()
    assert conflict["headers"] == {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/v1/things", "post", "201 400 401 408 409 412 413 415 422 429 500 503"),
        ("/v1/things", "get", "200 400 401 422 429 500 503"),
        ("/v1/things/{thing_id}", "get", "200 400 401 403 404 422 429 500 503"),
        ("/v1/things/{thing_id}/close", "post", "200 400 401 404 408 409 412 413 415 422 429 500 503"),
        ("/v1/things/compare", "post", "200 400 401 403 408 413 415 422 429 500 503"),
    ],
)
def test_each_route_lists_the_statuses_it_sends(
    document: dict[str, Any], path: str, method: str, statuses: str
) -> None:
    assert " ".join(operation(document, path, method)["responses"]) == statuses


def test_commands_need_a_key_and_accept_a_condition(document: dict[str, Any]) -> None:
    assert names(operation(document, "/v1/things", "post")) == {"IdempotencyKey", "AcceptLanguage"}
    assert names(operation(document, "/v1/things/{thing_id}/close", "post")) >= {"IdempotencyKey", "IfMatch"}
    assert names(operation(document, "/v1/things/compare", "post")) == {"AcceptLanguage"}
    assert names(operation(document, "/v1/things", "get")) == {"colour", "limit", "cursor", "AcceptLanguage"}
    assert document["components"]["parameters"]["IdempotencyKey"]["required"] is True


def test_responses_list_their_headers(document: dict[str, Any]) -> None:
    made = operation(document, "/v1/things", "post")["responses"]["201"]
    assert set(made["headers"]) == {"ETag", "Idempotent-Replayed"}
    assert "headers" not in operation(document, "/v1/things", "get")["responses"]["200"]


def test_partners_need_no_token(document: dict[str, Any]) -> None:
    assert operation(document, "/v1/things", "get")["security"] == [{"bearer": []}]
    hook = operation(document, "/v1/hooks/{partner}", "post")
    assert "security" not in hook
    assert set(hook["responses"]) == {"200", "default"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            found = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return found + [ref for value in node.values() for ref in references(value)]
        return [ref for value in node for ref in references(value)] if isinstance(node, list) else []

    for ref in references(document):
        node: Any = document
        for part in ref.removeprefix("#/").split("/"):
            node = node[part]
