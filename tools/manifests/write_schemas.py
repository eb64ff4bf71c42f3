"""`python tools/manifests/write_schemas.py SOURCE FILE …`: write `deploy/k8s/schemas` from the CustomResourceDefinitions of an operator.

SOURCE says whose they are and of which version, such as "KEDA v2.21.0". Kinds that no manifest of ours has are left out.
"""

import json
import re
import sys
from pathlib import Path

import kustomize
import object_schemas
import pruning

K8S = object_schemas.FOLDER.parent


def examples() -> list[kustomize.Manifest]:
    """All manifests of overlays and components: as files, and as they are rendered, for the fields that patches add."""
    program = kustomize.command()
    overlays = [folder for folder in (K8S / "overlays").iterdir() if program]
    rendered = [each for folder in overlays for each in kustomize.rendered(folder, program or [])]
    components = [each for folder in (K8S / "components").iterdir() for each in kustomize.sources(folder)]
    return rendered + components


def definitions(file: Path) -> list[kustomize.Manifest]:
    """The CustomResourceDefinitions in the file."""
    # PyYAML takes a plain = for a tag of YAML 1.1.
    text = re.sub(r"^(\s*- )=$", r"\1'='", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [each for each in kustomize.parsed(text) if each["kind"] == "CustomResourceDefinition"]


def main(source: str, *files: str) -> None:
    manifests = examples()
    for definition in [each for file in files for each in definitions(Path(file))]:
        group, kind = definition["spec"]["group"], definition["spec"]["names"]["kind"]
        used = [each for each in manifests if (each["apiVersion"].partition("/")[0], each["kind"]) == (group, kind)]
        if used:
            # A field to a line, so that a diff can be read.
            written = json.dumps(pruning.pruned(definition, source, used), separators=(",", ":"), sort_keys=True)
            target = object_schemas.FOLDER / f"{definition['metadata']['name']}.json"
            target.write_text(written.replace(',"', ',\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
