"""The OpenAPI document of every service: current, consistent, and readable by client generators."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.http.openapi_docs import document, installed
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[2] / "docs" / "openapi"
HTTP = {"get", "post", "put", "patch", "delete"}
READING_POSTS = {
    "previewCase",
    "askBot",
}  # questions that need a body; what becomes of one is recorded, a repetition is another one


@pytest.fixture(params=installed())
def package(request: pytest.FixtureRequest) -> str:
    return str(request.param)


text_of = cache(document)  # to make the largest takes seconds


@pytest.fixture
def spec(package: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text_of(package))
    return found


def operations(spec: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in spec["paths"].items() for method, each in methods.items()]


def test_every_service_has_a_document() -> None:
    assert len(installed()) == 5


def test_the_committed_document_is_current(package: str) -> None:
    path = FOLDER / f"{package.replace('_', '-')}.json"
    assert path.read_text() == text_of(package), "run: python -m aftercare_chassis.http.openapi_docs"


def test_paths_are_plural_kebab_nouns_under_v1(spec: dict[str, Any]) -> None:
    for path, _, _ in operations(spec):
        assert re.fullmatch(r"/v1(/([a-z]+(-[a-z]+)*|\{[a-z_]+\}))+", path), path


def test_operations_have_one_tag_and_a_unique_lower_camel_name(spec: dict[str, Any]) -> None:
    names = [each["operationId"] for _, _, each in operations(spec)]
    assert len(names) == len(set(names))
    for path, _, each in operations(spec):
        assert re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)*", each["operationId"]), each["operationId"]
        assert len(each["tags"]) == 1, path
        assert each.get("summary"), path


def test_every_refusal_is_a_problem(spec: dict[str, Any]) -> None:
    for path, method, each in operations(spec):
        if "default" in each["responses"]:  # partners get responses in their own format
            assert each["responses"].keys() == {"200", "default"}, path
            continue
        refused = {code: response for code, response in each["responses"].items() if code >= "400"}
        if "security" in each:
            assert {"401"} <= refused.keys(), (path, method)
        assert {"400", "429", "500", "503"} <= refused.keys(), (path, method)
        for status, response in refused.items():
            content = resolved(spec, response)["content"]
            assert list(content) == ["application/problem+json"], (path, method, status)
            assert problem_codes(content), (path, method, status)


def resolved(spec: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """The response, or the shared one that it refers to."""
    if "$ref" not in response:
        return response
    found: dict[str, Any] = spec["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return found


def problem_codes(content: dict[str, Any]) -> list[str]:
    """The codes of a response that is a problem and nothing else."""
    problem, narrowed = content["application/problem+json"]["schema"]["allOf"]
    assert problem == {"$ref": "#/components/schemas/Problem"}
    codes: list[str] = narrowed["properties"]["code"]["enum"]
    return codes


def test_commands_need_an_idempotency_key(spec: dict[str, Any]) -> None:
    for path, method, each in operations(spec):
        names = {parameter.get("$ref", "").rpartition("/")[2] for parameter in each.get("parameters", [])}
        needs_key = method != "get" and "security" in each and each["operationId"] not in READING_POSTS
        assert ("IdempotencyKey" in names) == needs_key, (path, method)


def test_every_body_has_an_example_that_fits(spec: dict[str, Any]) -> None:
    for path, method, each in operations(spec):
        for content in each.get("requestBody", {}).get("content", {}).values():
            body = spec["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            assert len(body.get("examples", [])) == 1, (path, method)
            Draft202012Validator({**content["schema"], "components": spec["components"]}).validate(body["examples"][0])


def test_generators_for_swift_and_kotlin_can_read_it(spec: dict[str, Any]) -> None:
    text = json.dumps(spec)
    for trap in ('"anyOf"', '"oneOf"', '"null"', '"const"'):
        assert trap not in text, trap


def test_fields_are_snake_case_and_amounts_are_integers(spec: dict[str, Any]) -> None:
    for name, schema in spec["components"]["schemas"].items():
        for field, shape in schema.get("properties", {}).items():
            assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field), (name, field)
            if field.endswith(("amount", "_minor", "quantity")):
                assert shape.get("type") in ("integer", None), (name, field)


def test_every_field_has_a_description(spec: dict[str, Any]) -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in spec["components"]["schemas"].items()
        for field, shape in schema.get("properties", {}).items()
        if not shape.get("description")
    ]
    assert not bare, bare


def test_every_parameter_has_a_description(spec: dict[str, Any]) -> None:
    shared = spec["components"]["parameters"].values()
    inline = [each for _, _, operation in operations(spec) for each in operation.get("parameters", [])]
    bare = {each["name"] for each in [*shared, *inline] if "$ref" not in each and not each.get("description")}
    assert not bare, bare
