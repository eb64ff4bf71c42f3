"""The gate for the REST API: changes that break a client of the last release are reported, additions are not."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.http.openapi_compatibility import breaking_changes
from aftercare_chassis.http.openapi_release import main, releases

REPAIR = "/v1/repairs/{repair_id}"
PROBLEM = "application/problem+json"


def repairs() -> dict[str, Any]:
    """The document of a service with one command and one read."""
    body = {"type": "object", "additionalProperties": False, "required": ["item"]}
    body["properties"] = {
        "item": {"type": "string", "maxLength": 20},
        "urgency": {"type": "string", "enum": ["low", "high"]},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/PartIn"}},
    }
    shown = {"type": "object", "required": ["id", "state"]}
    shown["properties"] = {
        "id": {"type": "string"},
        "state": {"type": "string", "enum": ["open", "done"]},
        "follow_up": {"$ref": "#/components/schemas/RepairOut"},
    }
    listed = {"properties": {"code": {"type": "string", "enum": ["repair_closed", "item_unknown"]}}}
    conflict = {"$ref": "#/components/responses/Conflict"}
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/RepairOut"}}}}
    return {
        "paths": {
            "/v1/repairs": {
                "post": {
                    "operationId": "createRepair",
                    "parameters": [{"$ref": "#/components/parameters/Key"}],
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RepairIn"}}}
                    },
                    "responses": {"201": {**answer, "headers": {"ETag": {}}}, "409": conflict},
                }
            },
            REPAIR: {
                "get": {
                    "operationId": "getRepair",
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
                    ],
                    "responses": {"200": answer},
                }
            },
        },
        "components": {
            "responses": {
                "Conflict": {
                    "content": {PROBLEM: {"schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, listed]}}}
                }
            },
            "parameters": {"Key": {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}},
            "schemas": {
                "RepairIn": body,
                "RepairOut": shown,
                "PartIn": {"type": "object", "properties": {"sku": {"type": "string", "pattern": "^[A-Z]+$"}}},
            },
        },
    }


Change = Callable[[dict[str, Any]], Any]


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def get(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][REPAIR]["get"]
    return found


def post(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/v1/repairs"]["post"]
    return found


def codes(document: dict[str, Any]) -> list[str]:
    found: list[str] = document["components"]["responses"]["Conflict"]["content"][PROBLEM]["schema"]["allOf"][1][
        "properties"
    ]["code"]["enum"]
    return found


BREAKING: dict[str, tuple[Change, str]] = {
    "an operation is removed": (lambda d: d["paths"].pop(REPAIR), f"GET {REPAIR}: removed"),
    "an operation is renamed": (
        lambda d: get(d).update(operationId="readRepair"),
        f"GET {REPAIR}: operationId was getRepair, is readRepair",
    ),
    "a token is required": (lambda d: get(d).update(security=[{"bearer": []}]), f"GET {REPAIR}: requires a token"),
    "a parameter is removed": (lambda d: get(d)["parameters"].clear(), f"GET {REPAIR} parameter limit: removed"),
    "a parameter is required": (
        lambda d: d["components"]["parameters"]["Key"].update(required=True),
        "POST /v1/repairs parameter Idempotency-Key: is required",
    ),
    "a new parameter is required": (
        lambda d: get(d)["parameters"].append({"name": "shop", "in": "query", "required": True, "schema": {}}),
        f"GET {REPAIR} parameter shop: new and required",
    ),
    "a bound of a request is tightened": (
        lambda d: get(d)["parameters"][0]["schema"].update(maximum=50),
        f"GET {REPAIR} parameter limit: maximum was 100, is 50",
    ),
    "a bound of a request is new": (
        lambda d: schema(d, "RepairIn")["properties"]["item"].update(minLength=3),
        "POST /v1/repairs body .item: minLength was absent, is 3",
    ),
    "a request field is removed": (
        lambda d: schema(d, "RepairIn")["properties"].pop("urgency"),
        "POST /v1/repairs body .urgency: removed",
    ),
    "a request field is required": (
        lambda d: schema(d, "RepairIn")["required"].append("urgency"),
        "POST /v1/repairs body .urgency: is required",
    ),
    "a request value is removed": (
        lambda d: schema(d, "RepairIn")["properties"]["urgency"].update(enum=["low"]),
        "POST /v1/repairs body .urgency: enum was low|high, is low",
    ),
    "a pattern inside a list is changed": (
        lambda d: schema(d, "PartIn")["properties"]["sku"].update(pattern="^[0-9]+$"),
        "POST /v1/repairs body .parts[] .sku: pattern was ^[A-Z]+$, is ^[0-9]+$",
    ),
    "the body is required": (
        lambda d: post(d)["requestBody"].update(required=True),
        "POST /v1/repairs body: is required",
    ),
    "the body is removed": (lambda d: post(d).pop("requestBody"), "POST /v1/repairs body: removed"),
    "a media type is removed": (
        lambda d: post(d)["requestBody"].update(content={"text/csv": {}}),
        "POST /v1/repairs body application/json: removed",
    ),
    "a success is removed": (lambda d: post(d)["responses"].pop("201"), "POST /v1/repairs 201: removed"),
    "a header is removed": (
        lambda d: post(d)["responses"]["201"]["headers"].clear(),
        "POST /v1/repairs 201 header ETag: removed",
    ),
    "a response field is removed": (
        lambda d: schema(d, "RepairOut")["properties"].pop("id"),
        f"GET {REPAIR} 200 .id: removed",
    ),
    "a response field becomes optional": (
        lambda d: schema(d, "RepairOut")["required"].remove("state"),
        f"GET {REPAIR} 200 .state: may be absent",
    ),
    "a type is changed": (
        lambda d: schema(d, "RepairOut")["properties"]["id"].update(type="integer"),
        f"GET {REPAIR} 200 .id: type was string, is integer",
    ),
    "a code of a problem is removed": (
        lambda d: codes(d).remove("repair_closed"),
        "POST /v1/repairs 409 code repair_closed: removed",
    ),
    "an enumeration of a request is new": (
        lambda d: schema(d, "RepairIn")["properties"]["item"].update(enum=["kettle"]),
        "POST /v1/repairs body .item: enum was absent, is kettle",
    ),
    "an enumeration of a response is dropped": (
        lambda d: schema(d, "RepairOut")["properties"]["state"].pop("enum"),
        f"GET {REPAIR} 200 .state: enum was open|done, is absent",
    ),
    "an unknown keyword appears": (
        lambda d: schema(d, "RepairOut")["properties"]["id"].update(contentEncoding="base64"),
        f"GET {REPAIR} 200 .id: contentEncoding was absent, is base64",
    ),
}

ALLOWED: dict[str, Change] = {
    "nothing": lambda d: None,
    "a new operation": lambda d: d["paths"].update({"/v1/visits": {"get": {"operationId": "listVisits"}}}),
    "a new optional parameter": lambda d: get(d)["parameters"].append(
        {"name": "shop", "in": "query", "schema": {"type": "string"}}
    ),
    "a bound of a request is relaxed": lambda d: get(d)["parameters"][0]["schema"].update(maximum=500, minimum=0),
    "a pattern of a request is dropped": lambda d: schema(d, "PartIn")["properties"]["sku"].pop("pattern"),
    "a new optional request field": lambda d: schema(d, "RepairIn")["properties"].update(note={"type": "string"}),
    "a request field becomes optional": lambda d: schema(d, "RepairIn").update(required=[]),
    "a new request value": lambda d: schema(d, "RepairIn")["properties"]["urgency"]["enum"].append("middle"),
    "a new response field": lambda d: schema(d, "RepairOut")["properties"].update(note={"type": "string"}),
    "a new response value": lambda d: schema(d, "RepairOut")["properties"]["state"]["enum"].append("lost"),
    "an enumeration of a response is new": lambda d: schema(d, "RepairOut")["properties"]["id"].update(enum=["r_1"]),
    "an enumeration of a request is dropped": lambda d: schema(d, "RepairIn")["properties"]["urgency"].pop("enum"),
    "a bound of a response": lambda d: schema(d, "RepairOut")["properties"]["id"].update(maxLength=40),
    "a new code of a problem": lambda d: codes(d).append("repair_locked"),
    "a problem of another status": lambda d: post(d)["responses"].update({"422": {}}),
    "a description": lambda d: schema(d, "RepairOut")["properties"]["id"].update(description="the id"),
}


@pytest.mark.parametrize(("change", "reported"), BREAKING.values(), ids=BREAKING)
def test_a_breaking_change_is_reported(change: Change, reported: str) -> None:
    released, current = repairs(), repairs()
    change(current)
    assert reported in list(breaking_changes(released, current))


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_a_compatible_change_is_not_reported(change: Change) -> None:
    released, current = repairs(), repairs()
    change(current)
    assert list(breaking_changes(released, current)) == []


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "repair-svc.json").write_text(json.dumps(repairs()))
    return tmp_path


def test_a_release_is_kept_once(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--freeze", "v0.9.0", "--documents", str(documents)]) == 0
    assert main(["--freeze", "v0.10.0", "--documents", str(documents)]) == 0
    with pytest.raises(FileExistsError):
        main(["--freeze", "v0.10.0", "--documents", str(documents)])
    assert [path.name for path in releases(documents)] == ["v0.9.0", "v0.10.0"]
    assert main(["--check", "--documents", str(documents)]) == 0


def test_a_breaking_change_fails_the_check_and_the_next_release(
    documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--freeze", "v0.1.0", "--documents", str(documents)])
    broken = copy.deepcopy(repairs())
    del broken["paths"][REPAIR]
    (documents / "repair-svc.json").write_text(json.dumps(broken))
    assert main(["--check", "--documents", str(documents)]) == 1
    assert f"repair-svc: GET {REPAIR}: removed (released in v0.1.0)" in capsys.readouterr().err
    assert main(["--freeze", "v0.2.0", "--documents", str(documents)]) == 1


def test_a_removed_document_fails_the_check(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--freeze", "v0.1.0", "--documents", str(documents)])
    (documents / "repair-svc.json").unlink()
    assert main(["--check", "--documents", str(documents)]) == 1
    assert "repair-svc: removed" in capsys.readouterr().err


def test_without_any_release_the_check_fails(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--documents", str(documents)]) == 1
    assert "no release is kept" in capsys.readouterr().err


def test_an_accepted_change_passes(documents: Path) -> None:
    main(["--freeze", "v0.1.0", "--documents", str(documents)])
    broken = copy.deepcopy(repairs())
    del broken["paths"][REPAIR]
    (documents / "repair-svc.json").write_text(json.dumps(broken))
    accepted = documents / "released" / "v0.1.0" / "accepted.txt"
    accepted.write_text(f"# nobody called it\nrepair-svc: GET {REPAIR}: removed\n")
    assert main(["--check", "--documents", str(documents)]) == 0
