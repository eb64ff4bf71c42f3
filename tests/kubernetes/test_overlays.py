"""A real API server takes the base, every overlay and every combination of components, under Pod Security `restricted`."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import kustomize
import pytest
import yaml
from control_plane import Cluster
from manifests import K8S, Manifest, written

NEEDS: dict[str, tuple[str, ...]] = {"console-ready": ("gateway",), "keda-tls": ("keda", "strimzi")}
OVERLAYS = sorted(each.name for each in (K8S / "overlays").iterdir())
COMPONENTS = [each.name for each in sorted((K8S / "components").iterdir())]
# Whose changes build on those of others comes after them.
ORDER = [*(name for name in COMPONENTS if name not in NEEDS), *NEEDS]
COMBINATIONS = [{one} for one in COMPONENTS] + [set(pair) for pair in combinations(COMPONENTS, 2)] + [set(COMPONENTS)]
NAMESPACE = "combined"
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}

# The first test waits for the build of the API server, which takes half an hour on a busy machine.
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(3600)]


def text(manifests: list[Manifest]) -> str:
    return yaml.safe_dump_all(manifests)


def rendered(cluster: Cluster, folder: Path) -> list[Manifest]:
    return kustomize.rendered(folder, [str(cluster.kubectl), "kustomize"])


def pods(manifests: list[Manifest], namespace: str) -> Iterator[Manifest]:
    """A pod of each template. A template is only warned of; a pod is what Pod Security refuses."""
    for each in manifests:
        if "template" in each.get("spec", {}) and each["kind"] in ("Deployment", "StatefulSet", "Job"):
            name = f"{each['kind'].lower()}-{each['metadata']['name']}"
            template = each["spec"]["template"]
            labels = template["metadata"]["labels"]
            metadata = {"name": name, "namespace": namespace, "labels": labels}
            spec = template["spec"]
            for claim in each["spec"].get("volumeClaimTemplates", []):
                volume = {"name": claim["metadata"]["name"], "emptyDir": {}}
                spec = {**spec, "volumes": [*spec.get("volumes", []), volume]}
            yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def versions(cluster: Cluster, manifests: list[Manifest], namespace: str) -> dict[str, str]:
    """The resource version of each object in the cluster."""
    listed = yaml.safe_load(cluster.run("get", "-n", namespace, "-o", "yaml", "-f", "-", stdin=text(manifests)))
    return {
        f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["resourceVersion"] for each in listed["items"]
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_is_taken_and_its_pods_are_admitted(cluster: Cluster, overlay: str) -> None:
    manifests = rendered(cluster, K8S / "overlays" / overlay)
    [namespace] = [each for each in manifests if each["kind"] == "Namespace"]
    assert namespace["metadata"]["labels"].items() >= RESTRICTED.items()
    cluster.apply(text([namespace]))
    cluster.apply(text(manifests))
    cluster.apply(text(list(pods(manifests, namespace["metadata"]["name"]))), "--dry-run=server")


@pytest.mark.parametrize("words", [["--server-side"], []], ids=["server-side", "client-side"])
def test_another_apply_changes_nothing(cluster: Cluster, words: list[str]) -> None:
    """The second one still writes a default into the status of a Gateway, which no controller fills here."""
    manifests = rendered(cluster, K8S / "overlays" / "prod")
    namespace = f"twice{len(words)}"
    manifests = [each for each in manifests if each["kind"] != "Namespace"]
    for each in manifests:
        each["metadata"]["namespace"] = namespace
    cluster.run("create", "namespace", namespace)
    for _ in range(2):
        cluster.run("apply", *words, "-f", "-", stdin=text(manifests))
    before = versions(cluster, manifests, namespace)
    cluster.run("apply", *words, "-f", "-", stdin=text(manifests))
    assert versions(cluster, manifests, namespace) == before


@pytest.mark.parametrize(
    "chosen", COMBINATIONS, ids=lambda chosen: "+".join(sorted(chosen)) if len(chosen) < 3 else "all"
)
def test_each_combination_of_components_is_taken(cluster: Cluster, tmp_path: Path, chosen: set[str]) -> None:
    needed = chosen | {need for one in chosen for need in NEEDS.get(one, ())}
    folders = [K8S / "components" / one for one in ORDER if one in needed]
    folder = written(tmp_path, resources=[K8S / "base"], components=folders, namespace=NAMESPACE)
    manifests = rendered(cluster, folder)
    metadata = {"name": NAMESPACE, "labels": RESTRICTED}
    cluster.apply(text([{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}]))
    cluster.apply(text([each for each in manifests if each["kind"] == "ServiceAccount"]))
    cluster.apply(text([*manifests, *pods(manifests, NAMESPACE)]), "--dry-run=server")


@pytest.mark.parametrize("change", ["privileged", "hostNetwork", "root"])
def test_a_pod_that_is_not_restricted_is_refused(cluster: Cluster, change: str) -> None:
    """Else the tests above would show nothing."""
    manifests = rendered(cluster, K8S / "overlays" / "dev")
    cluster.apply(text([each for each in manifests if each["kind"] in ("Namespace", "ServiceAccount")]))
    [pod, *_] = pods(manifests, "aftercare-dev")
    if change == "privileged":
        pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    elif change == "hostNetwork":
        pod["spec"]["hostNetwork"] = True
    else:
        pod["spec"]["securityContext"]["runAsNonRoot"] = False
    done = cluster.attempt("apply", "--server-side", "--dry-run=server", "-f", "-", stdin=text([pod]))
    assert 'violates PodSecurity "restricted:latest"' in done.stderr


def test_an_unknown_field_is_refused(cluster: Cluster) -> None:
    manifests = rendered(cluster, K8S / "overlays" / "dev")
    cluster.apply(text([each for each in manifests if each["kind"] == "Namespace"]))
    [budget, *_] = [each for each in manifests if each["kind"] == "PodDisruptionBudget"]
    budget["spec"]["maxUnavailabel"] = 1
    with pytest.raises(AssertionError, match="maxUnavailabel"):
        cluster.apply(text([budget]))
