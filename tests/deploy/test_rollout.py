"""A new version, applied with `kubectl apply -k`. A Job cannot be changed: each version needs Jobs with other names.

A ConfigMap has the hash of its content in its name as well: pods read it when they start, so that a change has to replace them.
"""

import pytest
import yaml
from manifests import K8S, SERVICES, Rendering, rendered, without_hash, written

HASHED = {"internal.config.kubernetes.io/needsHashSuffix": "enabled"}
JOBS = {*(f"{service}-migrate" for service in SERVICES), "cs-svc-seed", "kb-svc-seed"}


@pytest.fixture
def version(tmp_path):
    """Renders the development overlay with another tag and other changes."""

    def made(tag: str, **more) -> Rendering:
        folder = tmp_path / f"{tag}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        images = [{"name": f"aftercare/{service}", "newTag": tag} for service in SERVICES]
        return Rendering(rendered(written(folder, resources=[K8S / "overlays" / "dev"], images=images, **more)))

    return made


def test_every_job_is_named_by_its_content(base):
    assert base.names("Job") == JOBS
    assert all(each["metadata"]["annotations"] == HASHED for each in base.of("Job", "ConfigMap"))


def test_the_next_version_has_its_own_jobs_and_changes_the_rest(version):
    first, second = version("1.0.0"), version("1.1.0")
    assert len(first.names("Job") | second.names("Job")) == 2 * len(first.names("Job"))
    assert {without_hash(name) for name in second.names("Job")} == JOBS | {"topics"}
    for kind in {each["kind"] for each in first.manifests} - {"Job"}:
        assert first.names(kind) == second.names(kind)


def test_the_same_version_has_the_same_jobs(version):
    """A second apply runs nothing again, and a rollback finds its own Jobs."""
    assert version("1.0.0").of("Job") == version("1.0.0").of("Job")


def test_a_changed_setting_replaces_the_pods_of_its_service_and_no_job(version):
    changed = {"op": "replace", "path": "/data/AFTERCARE_LOG_LEVEL", "value": "debug"}
    target = {"kind": "ConfigMap", "name": "kb-svc"}
    first = version("1.0.0")
    second = version("1.0.0", patches=[{"patch": yaml.safe_dump([changed]), "target": target}])
    before, after = ({each["metadata"]["name"]: each for each in one.deployments()} for one in (first, second))
    replaced = {name for name, each in before.items() if each["spec"]["template"] != after[name]["spec"]["template"]}
    assert replaced == {"kb-svc-serve", "kb-svc-relay", "kb-svc-consume"}
    assert first.of("Job") == second.of("Job")


def test_any_change_of_a_job_is_another_job(version):
    more = [{"op": "replace", "path": "/spec/template/spec/containers/0/resources/limits/memory", "value": "512Mi"}]
    patched = version("1.0.0", patches=[{"patch": yaml.safe_dump(more), "target": {"kind": "Job"}}])
    assert not version("1.0.0").names("Job") & patched.names("Job")


def test_nothing_but_jobs_is_unchangeable(version):
    """Selectors cannot be changed either."""
    first, second = version("1.0.0"), version("1.1.0")
    for one, other in zip(first.deployments(), second.deployments(), strict=True):
        assert one["spec"]["selector"] == other["spec"]["selector"]


def test_annotations_for_kustomize_stay_out_of_the_cluster(k8s, base):
    annotated = [each for each in k8s.manifests if HASHED.items() <= each["metadata"].get("annotations", {}).items()]
    assert k8s is base or not annotated
