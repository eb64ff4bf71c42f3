"""The OpenAPI document of a service, in a form that client generators can read.

It has no `anyOf` with a null branch and no `oneOf`, which break the Swift and Kotlin generators: an optional field may be
absent or null, and both mean the same.
"""

from collections.abc import Iterator
from typing import Any, cast

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from aftercare_chassis.http import openapi_components as shared
from aftercare_chassis.http.openapi_components import Node
from aftercare_chassis.http.responses import SHARED, is_command, shared_responses
from aftercare_chassis.http.routing import ApiRoute

# Any: a node of a JSON document has any JSON type.


def install(app: FastAPI) -> None:
    """Let the app serve this document; it is made once, at the first request for it."""
    made: list[Node] = []

    def document() -> Node:
        if not made:
            made.append(openapi(app))
        return made[0]

    app.openapi = document  # type: ignore[method-assign]


def openapi(app: FastAPI) -> Node:
    """The OpenAPI document of the app's routes."""
    document = FastAPI.openapi(app)
    document["info"].setdefault("description", shared.DESCRIPTION)
    components = document.setdefault("components", {})
    schemas: Node = components.setdefault("schemas", {})
    for generated in ("HTTPValidationError", "ValidationError"):
        schemas.pop(generated, None)
    operations = list(_operations(document, app))
    # A command below the address of an object with a version can be made conditional on that version.
    versioned = tuple(path for path, _, route, methods in operations if "GET" in methods and _has_version(route))
    components["responses"] = shared_responses()
    for path, operation, route, _ in operations:
        is_conditional = "{" in path and path.startswith(versioned)
        _describe(operation, route, is_conditional, components["responses"])
    _simplify(document)
    schemas |= shared.SCHEMAS
    components |= {
        "parameters": shared.PARAMETERS,
        "headers": shared.HEADERS,
        "securitySchemes": shared.SECURITY_SCHEMES,
    }
    document["components"] = {name: dict(sorted(part.items())) for name, part in sorted(components.items())}
    return document


def _operations(document: Node, app: FastAPI) -> Iterator[tuple[str, Node, APIRoute, set[str]]]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            # The context is the route as it was included: with the prefixes of its routers.
            included = cast(APIRoute, context)
            methods = set(included.methods or ())
            for method in methods:
                path = included.path_format
                yield path, document["paths"][path][method.lower()], route, methods


def _describe(operation: Node, route: APIRoute, is_conditional: bool, responses: dict[str, Node]) -> None:
    if not isinstance(route, ApiRoute):
        _without_generated(operation["responses"])
        return
    command = is_command(route)
    headers = {"IdempotencyKey": command, "IfMatch": command and is_conditional, "AcceptLanguage": True}
    parameters = operation.setdefault("parameters", [])
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name, applies in headers.items() if applies]
    operation["security"] = [{"bearer": []}]
    operation["responses"] = _with_shared(operation["responses"], responses)
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            _headers(response, command, _has_version(route))


def _without_generated(responses: Node) -> None:
    """Remove the 422 that FastAPI generates: routes for partners document their refusals as `default`."""
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]


def _with_shared(responses: Node, shared_responses: dict[str, Node]) -> Node:
    """The responses in order of their status; those that equal a shared one refer to it."""
    refs = {status: f"#/components/responses/{name}" for status, name in SHARED.items()}
    return {
        status: {"$ref": refs[int(status)]}
        if status.isdigit() and response == shared_responses.get(SHARED.get(int(status), ""))
        else response
        for status, response in sorted(responses.items())
    }


def _headers(response: Node, command: bool, has_version: bool) -> None:
    headers = {"Idempotent-Replayed": command, "ETag": has_version}
    refs = {name: {"$ref": f"#/components/headers/{name.replace('-', '')}"} for name, sent in headers.items() if sent}
    if refs:
        response["headers"] = refs


def _has_version(route: APIRoute) -> bool:
    return "version" in getattr(route.response_model, "model_fields", {})


def _simplify(node: Any) -> None:
    """Remove null branches and the bounds of 64-bit integers, in place and everywhere below."""
    if isinstance(node, list):
        for item in node:
            _simplify(item)
    if isinstance(node, dict):
        _remove_optional_from_required(node)
        _remove_null_branch(node)
        _name_int64(node)
        for child in node.values():
            _simplify(child)


def _remove_optional_from_required(node: Node) -> None:
    properties = node.get("properties")
    if not isinstance(properties, dict) or "required" not in node:
        return
    optional = {name for name, schema in properties.items() if isinstance(schema, dict) and _has_null_branch(schema)}
    node["required"] = [name for name in node["required"] if name not in optional]
    if not node["required"]:
        del node["required"]


def _name_int64(node: Node) -> None:
    if node.get("type") == "integer" and node.get("minimum", 0) <= -(2**63) and node.get("maximum", 0) >= 2**63 - 1:
        del node["minimum"], node["maximum"]
        node["format"] = "int64"


def _has_null_branch(schema: Node) -> bool:
    return any(branch.get("type") == "null" for branch in schema.get("anyOf", []) if isinstance(branch, dict))


def _remove_null_branch(node: Node) -> None:
    if not _has_null_branch(node):
        return
    branches = [branch for branch in node["anyOf"] if branch.get("type") != "null"]
    if "default" in node and node["default"] is None:
        del node["default"]
    if len(branches) == 1:
        del node["anyOf"]
        node |= {**branches[0], **node}
    else:
        node["anyOf"] = branches
