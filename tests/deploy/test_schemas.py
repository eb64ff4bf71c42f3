"""Every object has the fields of its kind and no others, those of operators included."""

import copy
import json
from collections.abc import Sequence

import kustomize
import object_schemas
import pytest
from manifests import K8S, Manifest, Rendering, rendered
from pruning import pruned

COMPONENTS = sorted(each.name for each in (K8S / "components").iterdir())


def test_objects_have_the_fields_of_their_kind_and_no_others(k8s: Rendering) -> None:
    assert len(k8s.manifests) > 50
    assert [fault for each in k8s.manifests for fault in object_schemas.faults(each)] == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_so_have_those_of_components_which_no_overlay_has(name: str) -> None:
    found = kustomize.sources(K8S / "components" / name)
    assert [fault for each in found for fault in object_schemas.faults(each)] == []


@pytest.fixture(scope="module")
def prod() -> Rendering:
    return Rendering(rendered(K8S / "overlays" / "prod"))


@pytest.mark.parametrize(
    ("kind", "name", "path", "fault"),
    [
        ("Deployment", "kb-svc-serve", ("spec", "template", "spec", "containers", 0), "'misspelt' was unexpected"),
        ("Cluster", "kb-svc-db", ("spec", "bootstrap", "initdb"), "'misspelt' was unexpected"),
        ("Kafka", "aftercare", ("spec", "kafka", "listeners", 0), "'misspelt' was unexpected"),
        ("ScaledObject", "cs-svc-consume", ("spec", "triggers", 0), "'misspelt' was unexpected"),
        ("HTTPRoute", "partners", ("spec", "rules", 0, "matches", 0, "path"), "'misspelt' was unexpected"),
        ("ExternalSecret", "cs-svc", ("spec", "dataFrom", 0, "extract"), "'misspelt' was unexpected"),
        ("PodMonitor", "aftercare", ("metadata",), "'misspelt' was unexpected"),
    ],
)
def test_a_misspelt_field_is_found(
    prod: Rendering, kind: str, name: str, path: Sequence[str | int], fault: str
) -> None:
    changed = inner = copy.deepcopy(prod.one(kind, name))
    for step in path:
        inner = inner[step]
    inner["misspelt"] = 1
    [found] = object_schemas.faults(changed)
    assert fault in found


def test_a_missing_field_a_wrong_type_and_a_wrong_value_are_found(prod: Rendering) -> None:
    cluster = copy.deepcopy(prod.one("Cluster", "kb-svc-db"))
    del cluster["spec"]["instances"]
    cluster["spec"]["enableSuperuserAccess"] = "no"
    cluster["spec"]["primaryUpdateStrategy"] = "never"
    found = " ".join(object_schemas.faults(cluster))
    assert all(each in found for each in ("instances", "enableSuperuserAccess", "primaryUpdateStrategy"))


@pytest.mark.parametrize("version", ["apps/v1beta1", "example.com/v1"])
def test_an_unknown_kind_is_a_fault(version: str) -> None:
    [found] = object_schemas.faults({"apiVersion": version, "kind": "Deployment", "metadata": {"name": "old"}})
    assert found == f"Deployment/old: {version} has no such kind that is known here"


def test_the_schemas_are_those_of_the_kinds_that_manifests_have() -> None:
    folders = [*(K8S / "components").iterdir(), *(K8S / "overlays").iterdir()]
    groups = {each["apiVersion"] for folder in folders for each in kustomize.sources(folder)}
    used = {(each["apiVersion"], each["kind"]) for folder in folders for each in kustomize.sources(folder)}
    known = object_schemas.custom_resources()
    assert known.keys() <= used
    assert {version for version, _ in known} <= groups


def test_the_readme_names_what_each_schema_was_made_from() -> None:
    readme = (object_schemas.FOLDER / "README.md").read_text(encoding="utf-8")
    made = list(object_schemas.described(object_schemas.FOLDER))
    assert len(made) == len(object_schemas.custom_resources())
    for kind, source in made:
        assert f"`{kind}`" in readme
        assert f"| {source} |" in readme


def example(**spec: object) -> Manifest:
    return {"apiVersion": "example.com/v1", "kind": "Parcel", "metadata": {"name": "one"}, "spec": spec}


def test_a_pruned_schema_has_the_names_beside_used_fields_and_nothing_below_unused_ones() -> None:
    text = {"type": "string", "description": "Long."}
    box = {"type": "object", "required": ["width"], "properties": {"width": text, "note": text}}
    spec = {"type": "object", "properties": {"box": box, "crate": box, "lid": text, "old": text}}
    version = {"name": "v1", "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "parcels.example.com"},
        "spec": {"group": "example.com", "names": {}, "scope": "Namespaced", "versions": [version, {"name": "v0"}]},
    }
    kept = pruned(definition, "Example 1", [example(box={"width": "1"})])
    [only] = kept["spec"]["versions"]
    properties = only["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    assert properties["box"]["properties"].keys() == {"width", "note"}
    assert properties["crate"] == {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    assert properties["lid"] == {"type": "string"}
    assert "Long." not in json.dumps(kept)
