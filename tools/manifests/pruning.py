"""CustomResourceDefinitions reduced to what our manifests use: names and types, no descriptions.

Below a field that no manifest uses everything is accepted; beside one that is used, the names of all fields are kept, so that a
misspelt one is found.
"""

from collections.abc import Sequence
from typing import Any

# Any: a JSON schema, and values that it describes.
Schema = dict[str, Any]

KEPT = (
    "type", "enum", "format", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "required",
    "nullable", "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
)  # fmt: skip


def pruned(definition: Schema, source: str, examples: Sequence[Schema]) -> Schema:
    """The definition with the versions that the examples have, and the fields that they have or could have beside them."""
    spec = definition["spec"]
    used = {example["apiVersion"].partition("/")[2] for example in examples}
    versions = [each for each in spec["versions"] if each["name"] in used]
    approval = "api-approved.kubernetes.io"
    approved = {k: v for k, v in definition["metadata"].get("annotations", {}).items() if k == approval}
    return {
        "apiVersion": definition["apiVersion"],
        "kind": definition["kind"],
        "metadata": {"name": definition["metadata"]["name"], "annotations": {"aftercare/source": source, **approved}},
        "spec": {
            "group": spec["group"],
            "names": spec["names"],
            "scope": spec["scope"],
            "versions": [
                {
                    "name": each["name"],
                    "served": True,
                    "storage": number == 0,
                    "schema": {"openAPIV3Schema": _object(each["schema"]["openAPIV3Schema"], examples)},
                }
                for number, each in enumerate(versions)
            ],
        },
    }


def _object(schema: Schema, examples: Sequence[Schema]) -> Schema:
    """The schema of a whole object. Its metadata are the server's, which takes no description of them."""
    kept = _pruned(schema, examples)
    return {**kept, "properties": {**kept["properties"], "metadata": {"type": "object"}}}


def _pruned(schema: Schema, values: Sequence[Any]) -> Schema:
    kept = {key: schema[key] for key in KEPT if key in schema}
    if "properties" in schema and values:
        kept["properties"] = {
            name: _pruned(each, [value[name] for value in values if name in value])
            for name, each in schema["properties"].items()
        }
    elif schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        inner = [each for value in values for each in value.values()]
        kept["additionalProperties"] = _pruned(schema["additionalProperties"], inner)
    elif schema.get("type") == "object":
        kept = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    elif schema.get("type") == "array":
        kept["items"] = _pruned(schema["items"], [each for value in values for each in value])
        if "properties" not in kept["items"]:
            kept = {key: value for key, value in kept.items() if "list-" not in key}
    return kept
