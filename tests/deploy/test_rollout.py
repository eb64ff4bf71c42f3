"""A new version, applied with `kubectl apply -k`. A Job cannot be changed: each version needs Jobs with other names."""

import pytest
import yaml
from manifests import K8S, SERVICES, Rendering, rendered, written

HASHED = {"internal.config.kubernetes.io/needsHashSuffix": "enabled"}
JOBS = {*(f"{service}-migrate" for service in SERVICES), "kb-svc-seed"}


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
    assert all(job["metadata"]["annotations"] == HASHED for job in base.of("Job"))


def test_the_next_version_has_its_own_jobs_and_changes_the_rest(version):
    first, second = version("1.0.0"), version("1.1.0")
    assert len(first.names("Job") | second.names("Job")) == 2 * len(JOBS)
    assert {name.rpartition("-")[0] for name in second.names("Job")} == JOBS
    for kind in {each["kind"] for each in first.manifests} - {"Job"}:
        assert first.names(kind) == second.names(kind)


def test_the_same_version_has_the_same_jobs(version):
    """A second apply runs nothing again, and a rollback finds its own Jobs."""
    assert version("1.0.0").of("Job") == version("1.0.0").of("Job")


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
