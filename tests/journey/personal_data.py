"""Texts about people that occur nowhere else: planted in every text field of a request, and searched in what the suite writes down."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Any: OpenAPI documents, and the bodies that fit them.

DOCUMENTS = Path(__file__).parents[2] / "docs" / "openapi"
NAME, PHONE, STREET, MAIL = "卡纳莉", "19900005555", "金丝雀路", "canary@people.example"
TEXT = f"{NAME} {PHONE} {STREET} 7 号 {MAIL}"
PLANTED = (NAME, PHONE, STREET, MAIL)
_IDS = re.compile(r"(^|_)(id|ids|sub|key|hash|code|sku|currency|carrier|waybill_no)$")
_DEPTH = 6


class Operation:
    """One operation of a service, with a body and an address in which every text field says something about a person."""

    def __init__(self, document: dict[str, Any], path: str, method: str) -> None:
        self._document, self._spec = document, document["paths"][path][method]
        self.method, self.id = method.upper(), self._spec["operationId"]
        self.address = re.sub(r"\{[^}]+\}", PHONE, path)

    @property
    def query(self) -> dict[str, str]:
        """A value for each parameter of the query."""
        parameters = (self._resolved(each) for each in self._spec.get("parameters", ()))
        return {each["name"]: TEXT for each in parameters if each["in"] == "query"}

    def body(self) -> Any:
        """A body that fits the schema, or comes close; None where the operation takes none."""
        content = self._spec.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return None if schema is None else self._value(schema, "", 0)

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _value(self, schema: dict[str, Any], name: str, depth: int) -> Any:
        schema = self._resolved(schema)
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self._value(schema[choice][0], name, depth)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        match schema.get("type"):
            case "object" if depth < _DEPTH:
                properties = schema.get("properties", {})
                return {key: self._value(each, key, depth + 1) for key, each in properties.items()}
            case "array" if depth < _DEPTH:
                return [self._value(schema.get("items", {}), name, depth + 1)]
            case "string":
                return self._text(schema, name)
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
        return None

    @staticmethod
    def _text(schema: dict[str, Any], name: str) -> str:
        if schema.get("format") == "date-time":
            return "2026-03-01T10:00:00Z"
        if _IDS.search(name):
            return str((schema.get("examples") or ["x-1"])[0])
        return PHONE if "phone" in name else TEXT[: schema.get("maxLength", len(TEXT))]


def operations() -> Iterator[tuple[str, Operation]]:
    """Every operation of every service, with the service's name."""
    for file in sorted(DOCUMENTS.glob("*.json")):
        document = json.loads(file.read_text())
        for path, methods in document["paths"].items():
            for method in methods:
                if method in ("get", "post", "put", "patch", "delete"):
                    yield file.stem, Operation(document, path, method)
