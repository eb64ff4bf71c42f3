"""The parts of the OpenAPI document that all services share: the conventions as text, problems, headers, parameters."""

from typing import Any

# Any: a node of a JSON document has any JSON type.

Node = dict[str, Any]

DESCRIPTION = """These conventions hold for every operation.

- **Authentication**: a bearer JWT of the identity provider, in `Authorization`.
- **Errors** are `application/problem+json` (RFC 9457). Each operation lists the values of `code` that it may respond with; they never change. `title`, `detail` and the messages in `errors` follow `Accept-Language` (zh-CN, the default, or en).
- **Idempotency**: every request that changes something needs an `Idempotency-Key`; a POST that changes nothing takes none. A repeated request gets the response to the first one, marked `Idempotent-Replayed: true`; keys are kept for 7 days.
- **Retries**: a response with `Retry-After` may be requested again after that many seconds, with the same `Idempotency-Key`.
- **Concurrency**: where a response has an `ETag`, the next change can be made conditional on it with `If-Match`; if the object has changed since, the response is 412.
- **Methods**: every address that supports GET supports HEAD. A 405 lists in `Allow` the methods of the address.
- **Limits**: an address of more than 8 KiB gets 414, headers of more than 32 KiB or 100 lines 431.
- **Bodies** are JSON. A POST without a documented body accepts no body, or `{}`. Unknown fields are refused.
- **Lists** are pages: pass `next_cursor` as `cursor`, with the same filters, while `has_more` is true.
- **Event streams**: paths that end in `/live` send server-sent events: first those that exist, then new ones as they are written. Reconnect with `Last-Event-ID` to continue after the last one received.
- **Money** is an integer amount in minor units of its currency, for example `{"amount": 19900, "currency": "CNY"}` for 199.00 CNY. **Times** are RFC 3339 with an offset.
- **Optional fields** may be absent or null; both mean the same.
- **Later releases** may add response fields, values of enumerations in responses, and codes of errors. Clients must accept values that they do not know.
"""

SCHEMAS: Node = {
    "Problem": {
        "title": "Problem",
        "type": "object",
        "description": "Problem details (RFC 9457). The facts of an error are further members.",
        "required": ["type", "title", "status", "detail", "code", "trace_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "A URN made of `code`."},
            "title": {"type": "string", "description": "The kind of error, in the reader's language."},
            "status": {"type": "integer", "description": "The HTTP status."},
            "detail": {"type": "string", "description": "A sentence for people, in the reader's language."},
            "code": {
                "type": "string",
                "description": "For programs: stable and never translated. Each operation lists its codes; treat a code that "
                "you do not know by its status.",
            },
            "trace_id": {"type": "string", "description": "Identifies the request in the logs of the services."},
            "errors": {
                "type": "array",
                "description": "The invalid parts of the request, at most 50.",
                "items": {"$ref": "#/components/schemas/ProblemPlace"},
            },
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
    },
    "ProblemPlace": {
        "title": "ProblemPlace",
        "type": "object",
        "description": "One invalid part of a request.",
        "required": ["pointer", "code", "message"],
        "properties": {
            "pointer": {
                "type": "string",
                "description": "JSON pointer (RFC 6901) into the body; `/name` for a parameter of that name.",
            },
            "code": {"type": "string", "description": "What is wrong, for programs: stable and never translated."},
            "message": {"type": "string", "description": "What is allowed, in the reader's language."},
            "in": {
                "type": "string",
                "description": "Where the parameter is: `query`, `path` or `header`. Absent for the body.",
            },
        },
    },
}

PARAMETERS: Node = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "The language of texts for people: zh-CN (default) or en.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "A new key for each intention; the same key when a request is repeated because its response was lost.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The last known ETag of the object, or a list of ETags: 412 if the object has another one now. Weak "
        "ETags never match.",
        "schema": {"type": "string"},
    },
}

HEADERS: Node = {
    "ETag": {"description": "The version of the object, for If-Match.", "schema": {"type": "string"}},
    "IdempotentReplayed": {
        "description": "`true` where this is the stored response to an earlier request with the same Idempotency-Key.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Seconds after which the same request may be sent again, with the same Idempotency-Key.",
        "schema": {"type": "integer"},
    },
}

SECURITY_SCHEMES: Node = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
