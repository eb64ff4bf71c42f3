"""Policies for the component of the embedder, as kustomize adds it to the base."""

import pytest
from manifests import K8S, Rendering, rendered, written
from network import Network, Pod

FOLDER = K8S / "components" / "embedder"
EMBEDDER = Pod({"app.kubernetes.io/name": "embedder"}, {"http": 8000})


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    components = [K8S / "components" / "networkpolicy", FOLDER]
    folder = written(tmp_path_factory.mktemp("searched"), resources=[K8S / "base"], components=components)
    return Rendering(rendered(folder))


@pytest.mark.parametrize("service", ["kb-svc", "cs-svc"])
def test_services_are_configured_with_its_address(searched, service):
    url = searched.one("ConfigMap", service)["data"]["AFTERCARE_EMBEDDINGS_URL"]
    [listening] = searched.one("Service", url.removeprefix("http://"))["spec"]["ports"]
    assert listening["port"] == 80


def test_it_runs_under_the_restricted_standard(searched):
    spec = searched.one("Deployment", "embedder")["spec"]["template"]["spec"]
    [container] = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"].keys() == {"requests", "limits"}


@pytest.mark.parametrize(
    ("service", "reaches"), [("kb-svc", True), ("cs-svc", True), ("order-svc", False), ("analytics-svc", False)]
)
def test_two_services_reach_it_and_it_reaches_none(searched, service, reaches):
    network = Network([each["spec"] for each in searched.of("NetworkPolicy")], {})
    pod = Pod({"app.kubernetes.io/name": service, "app.kubernetes.io/part-of": "aftercare"}, {"http": 8000})
    assert network.reaches(pod, EMBEDDER, 8000) is reaches
    assert not network.reaches(EMBEDDER, pod, 8000)
