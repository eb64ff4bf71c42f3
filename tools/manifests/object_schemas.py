"""Whether manifests have the fields of their kinds, and no others.

Built-in kinds are checked by the schemas of the package kubernetes-validate, kinds of operators by those in `deploy/k8s/schemas`.
A kind with neither is a fault. `kubernetes_validate.validate` reads 1.8 MB for each object: here they are read once.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import referencing
import referencing.jsonschema
from kustomize import Manifest

KUBERNETES = "1.37.0"
"""The version whose kinds and fields are known."""
FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "k8s" / "schemas"
BUILT_IN = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{KUBERNETES}-local-strict"
METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

# Any: a JSON schema.
Schema = dict[str, Any]


def faults(manifest: Manifest) -> list[str]:
    """What is wrong with the manifest, a sentence for each fault: its kind is unknown, or fields are unknown, missing or of
    another type."""
    name = f"{manifest.get('kind')}/{manifest.get('metadata', {}).get('name')}"
    validator = _validator(manifest.get("apiVersion", ""), manifest.get("kind", ""))
    if validator is None:
        return [f"{name}: {manifest.get('apiVersion')} has no such kind that is known here"]
    return [f"{name}: {error.json_path}: {_message(error)}" for error in validator.iter_errors(manifest)]


def _message(error: jsonschema.ValidationError) -> str:
    return error.message if len(error.message) < 300 else f"does not fit {error.validator}"


@cache
def _validator(version: str, kind: str) -> jsonschema.Draft202012Validator | None:
    schema = _built_in(version, kind) or custom_resources().get((version, kind))
    return jsonschema.Draft202012Validator(schema, registry=_registry()) if schema else None


def _built_in(version: str, kind: str) -> Schema | None:
    # The file of rbac.authorization.k8s.io/v1 ends in rbac-v1; groups of operators have no file.
    suffix = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", version)
    file = BUILT_IN / f"{kind.lower()}-{suffix}.json"
    if not file.is_file():
        return None
    schema: Schema = json.loads(file.read_text(encoding="utf-8"))
    return schema if version in schema["properties"]["apiVersion"]["enum"] else None


@cache
def _definitions() -> Schema:
    definitions: Schema = json.loads((BUILT_IN / "_definitions.json").read_text(encoding="utf-8"))
    return definitions


@cache
def _registry() -> referencing.jsonschema.SchemaRegistry:
    return referencing.Resource.from_contents(_definitions()) @ referencing.Registry()


@cache
def custom_resources() -> dict[tuple[str, str], Schema]:
    """The JSON schemas of the kinds of operators, by apiVersion and kind."""
    return {
        (f"{spec['group']}/{version['name']}", spec["names"]["kind"]): _object(version["schema"]["openAPIV3Schema"])
        for spec in map(_spec, sorted(FOLDER.glob("*.json")))
        for version in spec["versions"]
    }


def _spec(file: Path) -> Schema:
    spec: Schema = json.loads(file.read_text(encoding="utf-8"))["spec"]
    return spec


def _object(schema: Schema) -> Schema:
    closed: Schema = _closed(schema)
    closed["properties"]["metadata"] = {"$ref": f"{_definitions()['$id']}#/$defs/{METADATA}"}
    return closed


def _closed(schema: Any) -> Any:
    """The schema of a CustomResourceDefinition as a JSON schema that refuses unknown fields, as `kubectl apply` does."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items() if not key.startswith("x-") and key != "properties"}
    if "properties" in schema:
        closed["properties"] = {name: _closed(each) for name, each in schema["properties"].items()}
        if "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            closed["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        closed["type"] = ["integer", "string"]
    if closed.pop("nullable", False) and "type" in closed:
        closed["type"] = [closed["type"], "null"]
    return closed


def described(folder: Path) -> Iterator[tuple[str, str]]:
    """(kind, what its schema was made from) of each file in the folder."""
    for file in sorted(folder.glob("*.json")):
        definition = json.loads(file.read_text(encoding="utf-8"))
        yield definition["spec"]["names"]["kind"], definition["metadata"]["annotations"]["aftercare/source"]
