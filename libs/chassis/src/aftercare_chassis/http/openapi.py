"""The OpenAPI document as clients need it: what is really sent, problems included, in a form generators can read.

No `anyOf` with a null branch and no `oneOf` (they break Swift and Kotlin generators): an optional field may be absent or
null, and both mean the same.
"""

from collections.abc import Iterator
from typing import Any, cast

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from aftercare_chassis.http.responses import SHARED, is_command, shared_responses
from aftercare_chassis.http.routing import ApiRoute

Node = dict[str, Any]

_DESCRIPTION = """All five services of Aftercare speak alike.

- Errors are `application/problem+json` (RFC 9457); `code` is stable, `title` and `detail` follow `Accept-Language` (zh-CN, en).
- Every call that changes something needs an `Idempotency-Key`; a repeated call gets the first answer, marked `Idempotent-Replayed: true`.
- An answer with an `ETag` can be made the condition of the next change with `If-Match`.
- Wherever there is a GET there is a HEAD; a 405 names in `Allow` the methods that the address has.
- A POST without a described body takes nothing or `{}`.
- Lists are pages: pass `next_cursor` as `cursor`.
- Paths that end in `/live` are server-sent events: what is there and then what comes. Come back with `Last-Event-ID`, and nothing is missed.
- Money is an integer in minor units with its currency; times are RFC 3339 with offset.
- An optional field may be absent or null; both mean the same.
"""
_PROBLEM: Node = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457 problem details. The facts of a refusal come along as further members.",
    "required": ["type", "title", "status", "detail", "code", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {
            "type": "string",
            "description": "Stable, never translated. Each operation lists the codes it answers with. A later release may "
            "add some: treat a code that you do not know by its status.",
        },
        "trace_id": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemPlace"}},
    },
    "additionalProperties": True,
    "examples": [
        {
            "type": "urn:aftercare:problem:not_found",
            "title": "Not found",
            "status": 404,
            "detail": "There is no such object.",
            "code": "not_found",
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
        }
    ],
}
_PLACE: Node = {
    "title": "ProblemPlace",
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer into the body, or `/name` of a parameter."},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "in": {
            "type": "string",
            "description": "Where the parameter is: `query`, `path` or `header`; absent for the body.",
        },
    },
}
_PARAMETERS: Node = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "Language of titles and details: zh-CN (default) or en.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "A new key for each new intention; the same key to repeat a call whose answer was lost.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag last seen, or several; 412 when the object has changed since. Weak ETags never match.",
        "schema": {"type": "string"},
    },
}
_ETAG: Node = {"description": "The object's version, for If-Match.", "schema": {"type": "string"}}
_REPLAYED: Node = {
    "description": "`true` when this is the kept answer of an earlier call.",
    "schema": {"type": "string"},
}
_RETRY_AFTER: Node = {
    "description": "After how many seconds the same request may be sent again, with the same Idempotency-Key.",
    "schema": {"type": "integer"},
}


def install(app: FastAPI) -> None:
    """Let the app serve the shaped document."""
    made: list[Node] = []

    def document() -> Node:
        if not made:
            made.append(shape(app))
        return made[0]

    app.openapi = document  # type: ignore[method-assign]


def shape(app: FastAPI) -> Node:
    """The app's OpenAPI, shaped."""
    document = FastAPI.openapi(app)
    document["info"].setdefault("description", _DESCRIPTION)
    components = document.setdefault("components", {})
    schemas: Node = components.setdefault("schemas", {})
    for generated in ("HTTPValidationError", "ValidationError"):
        schemas.pop(generated, None)
    operations = list(_operations(document, app))
    # Below the address of something with a version, a command can be made conditional on it.
    versioned = tuple(path for path, _, route, methods in operations if "GET" in methods and _has_version(route))
    shared = shared_responses()
    for path, operation, route, _ in operations:
        _describe(operation, route, path.startswith(versioned) if "{" in path else False, shared)
    _plain(document)
    schemas |= {"Problem": _PROBLEM, "ProblemPlace": _PLACE}
    components["parameters"] = _PARAMETERS
    components["headers"] = {"ETag": _ETAG, "IdempotentReplayed": _REPLAYED, "RetryAfter": _RETRY_AFTER}
    components["responses"] = shared
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    document["components"] = {name: dict(sorted(part.items())) for name, part in sorted(components.items())}
    return document


def _operations(document: Node, app: FastAPI) -> Iterator[tuple[str, Node, APIRoute, set[str]]]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            # The context stands for the route as it was included: with the prefixes of its routers.
            included = cast(APIRoute, context)
            methods = set(included.methods or ())
            for method in methods:
                path = included.path_format
                yield path, document["paths"][path][method.lower()], route, methods


def _describe(operation: Node, route: APIRoute, conditional: bool, shared: dict[str, Node]) -> None:
    if not isinstance(route, ApiRoute):
        _without_generated(operation["responses"])
        return
    command = is_command(route)
    refs = ["IdempotencyKey"] if command else []
    if command and conditional:
        refs.append("IfMatch")
    known = operation.setdefault("parameters", [])
    known += [{"$ref": f"#/components/parameters/{name}"} for name in [*refs, "AcceptLanguage"]]
    operation["security"] = [{"bearer": []}]
    operation["responses"] = _with_shared(operation["responses"], shared)
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            _headers(response, command, _has_version(route))


def _without_generated(responses: Node) -> None:
    """Drop FastAPI's own 422: what a partner's call may meet is told by its route, as `default`."""
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]


def _with_shared(responses: Node, shared: dict[str, Node]) -> Node:
    """The responses in order of their status; those that equal a shared one refer to it."""
    refs = {status: f"#/components/responses/{name}" for status, name in SHARED.items()}
    return {
        status: {"$ref": refs[int(status)]}
        if status.isdigit() and response == shared.get(SHARED.get(int(status), ""))
        else response
        for status, response in sorted(responses.items())
    }


def _headers(response: Node, command: bool, versioned: bool) -> None:
    headers = {"IdempotentReplayed": "Idempotent-Replayed"} if command else {}
    if versioned:
        headers["ETag"] = "ETag"
    if headers:
        response["headers"] = {shown: {"$ref": f"#/components/headers/{ref}"} for ref, shown in headers.items()}


def _has_version(route: APIRoute) -> bool:
    return "version" in getattr(route.response_model, "model_fields", {})


def _plain(node: Any) -> None:
    """Take null branches out of unions, everywhere below; a field that had one is no longer required."""
    if isinstance(node, list):
        for item in node:
            _plain(item)
    if not isinstance(node, dict):
        return
    properties = node.get("properties")
    if isinstance(properties, dict):
        optional = {name for name, schema in properties.items() if isinstance(schema, dict) and _takes_null(schema)}
        if "required" in node:
            node["required"] = [name for name in node["required"] if name not in optional]
            if not node["required"]:
                del node["required"]
    _without_null(node)
    if node.get("type") == "integer" and node.get("minimum", 0) <= -(2**63) and node.get("maximum", 0) >= 2**63 - 1:
        del node["minimum"], node["maximum"]
        node["format"] = "int64"
    for child in node.values():
        _plain(child)


def _takes_null(schema: Node) -> bool:
    return any(branch.get("type") == "null" for branch in schema.get("anyOf", []) if isinstance(branch, dict))


def _without_null(node: Node) -> None:
    if not _takes_null(node):
        return
    branches = [branch for branch in node["anyOf"] if branch.get("type") != "null"]
    if "default" in node and node["default"] is None:
        del node["default"]
    if len(branches) == 1:
        del node["anyOf"]
        node |= {**branches[0], **node}
    else:
        node["anyOf"] = branches
