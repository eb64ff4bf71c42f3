"""Policies for the component that lets tokens of issuers with an address in."""

from pathlib import Path

import pytest
from manifests import K8S, SERVICES, Rendering, rendered, written
from network import Network, Pod

FOLDER = K8S / "components" / "oidc"


@pytest.fixture(scope="module")
def oidc(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    components = [K8S / "components" / "networkpolicy", FOLDER]
    folder = written(tmp_path_factory.mktemp("oidc"), resources=[K8S / "base"], components=components)
    return Rendering(rendered(folder))


@pytest.mark.parametrize("service", SERVICES)
def test_the_files_are_in_a_folder_that_is_mounted(oidc, service):
    config = oidc.one("ConfigMap", service)["data"]
    assert "AFTERCARE_JWKS_FILE" not in config
    folders = {str(Path(config[f"AFTERCARE_{name}_FILE"]).parent) for name in ("ISSUERS", "WITHDRAWN")}
    [container] = oidc.one("Deployment", f"{service}-serve")["spec"]["template"]["spec"]["containers"]
    assert folders <= {mount["mountPath"] for mount in container["volumeMounts"]}


def test_only_the_api_reaches_an_identity_provider_of_the_cluster(oidc):
    network = Network([each["spec"] for each in oidc.of("NetworkPolicy")], {})
    provider = Pod({}, elsewhere={"aftercare/identity": "true"})
    for name, _, labels in oidc.pods():
        expected = labels["app.kubernetes.io/component"] == "serve"
        assert network.reaches(Pod(labels), provider, 8443) is expected, name
