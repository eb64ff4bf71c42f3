"""Manifests as Kubernetes gets them.

With `kubectl` or `kustomize` on the machine the renderings are theirs. Without, the base is still checked: it uses only
lists of resources, and following those needs no program. Overlays and components need the real thing and are skipped.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import kustomize
import pytest
import yaml
from kustomize import Manifest

ROOT = Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy" / "k8s"
SERVICES = ("order-svc", "aftersale-svc", "cs-svc", "kb-svc", "analytics-svc")
POD_OWNERS = ("Deployment", "Job")


def written(folder: Path, *, resources: list[Path], components: Sequence[Path] = (), **more: Any) -> Path:
    """An overlay in this folder; kustomize takes other folders by relative paths only."""
    kustomization = {
        "resources": [os.path.relpath(each, folder.resolve()) for each in resources],
        "components": [os.path.relpath(each, folder.resolve()) for each in components],
        **more,
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return folder


def rendered(folder: Path) -> list[Manifest]:
    """The folder, rendered by kustomize, which warns of nothing."""
    program = kustomize.command()
    if program is None:
        pytest.skip("neither kubectl nor kustomize is here")
    return kustomize.rendered(folder, program)


def listed(folder: Path) -> Iterator[Manifest]:
    """The manifests in the folder's lists of resources. Raises: AssertionError where a kustomization has anything else."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert set(kustomization) == {"apiVersion", "kind", "resources"}, f"{folder} does more than list resources"
    for resource in kustomization["resources"]:
        path = folder / resource
        if path.is_dir():
            yield from listed(path)
        else:
            yield from yaml.safe_load_all(path.read_text())


class Rendering:
    """A set of manifests, and the queries that the policies need."""

    def __init__(self, manifests: list[Manifest]) -> None:
        self.manifests = manifests

    def of(self, *kinds: str) -> list[Manifest]:
        return [each for each in self.manifests if each["kind"] in kinds]

    def one(self, kind: str, name: str) -> Manifest:
        (found,) = [each for each in self.of(kind) if name in (own := each["metadata"]["name"], without_hash(own))]
        return found

    def pods(self) -> list[tuple[str, Manifest, Manifest]]:
        """(name, pod spec, pod labels) of everything that creates pods."""
        return [
            (
                f"{each['kind']}/{each['metadata']['name']}",
                each["spec"]["template"]["spec"],
                each["spec"]["template"]["metadata"]["labels"],
            )
            for each in self.of(*POD_OWNERS)
        ]

    def containers(self) -> list[tuple[str, Manifest]]:
        return [
            (name, one) for name, spec, _ in self.pods() for one in spec["containers"] + spec.get("initContainers", [])
        ]

    def names(self, kind: str) -> set[str]:
        return {each["metadata"]["name"] for each in self.of(kind)}

    def deployments(self) -> list[Manifest]:
        return self.of("Deployment")


def without_hash(name: str) -> str:
    """A name without the hash that kustomize appends to that of a Job or ConfigMap."""
    return re.sub(r"-\w{10}$", "", name)


def secrets_in(volume: Manifest) -> set[str]:
    """The names of the Secrets of a volume."""
    projected = [each["secret"]["name"] for each in volume.get("projected", {}).get("sources", []) if "secret" in each]
    return {*projected, *([volume["secret"]["secretName"]] if "secret" in volume else [])}


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether matchLabels select these labels. An empty selector is always a mistake."""
    return bool(selector) and selector.items() <= labels.items()
