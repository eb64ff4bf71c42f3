"""Policies for the component that lets the bot reach a generative model, set as its README says."""

import re

import pytest
import yaml
from cs_svc.settings import Settings
from manifests import K8S, Rendering, rendered, written
from network import Network, Pod

FOLDER = K8S / "components" / "generator"
CALLERS = {"Deployment/cs-svc-serve", "Deployment/cs-svc-consume"}
OUTSIDE = Pod({}, elsewhere={}, address="203.0.113.9")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    documented = yaml.safe_load(block)
    components = [K8S / "overlays" / "dev" / each for each in documented["components"]]
    folder = tmp_path_factory.mktemp("asked")
    patches = documented["patches"]
    return Rendering(rendered(written(folder, resources=[K8S / "base"], components=components, patches=patches)))


def reaching(found: Rendering, target: Pod, port: int) -> set[str]:
    """The pods of the suite that may connect to this one."""
    network = Network([each["spec"] for each in found.of("NetworkPolicy")], {})
    return {name for name, _, labels in found.pods() if network.reaches(Pod(labels), target, port)}


def test_the_settings_are_those_that_the_bot_reads(asked: Rendering) -> None:
    config = asked.one("ConfigMap", "cs-svc")["data"]
    names = [name.removeprefix("AFTERCARE_").lower() for name in config if name.startswith("AFTERCARE_GENERATOR_")]
    assert set(names) == {"generator_url", "generator_model"} <= set(Settings.model_fields)


@pytest.mark.parametrize("port", [8000, 8443])
def test_a_model_of_the_cluster_is_reached_by_two_processes_and_no_other(asked: Rendering, port: int) -> None:
    assert reaching(asked, Pod({}, elsewhere={"aftercare/generator": "true"}), port) == CALLERS
    assert reaching(asked, Pod({}, elsewhere={"some": "other"}), port) == set()


def test_its_address_is_reached_by_the_rules(asked: Rendering) -> None:
    address = asked.one("ConfigMap", "cs-svc")["data"]["AFTERCARE_GENERATOR_URL"]
    port = int(address.rpartition(":")[2])
    assert reaching(asked, Pod({}, elsewhere={"aftercare/generator": "true"}), port) == CALLERS


def test_a_model_outside_is_reached_by_https_alone(asked: Rendering) -> None:
    assert reaching(asked, OUTSIDE, 443) == CALLERS | {"Deployment/order-svc-consume"}
    assert reaching(asked, OUTSIDE, 80) == set()
    assert reaching(asked, Pod({}, elsewhere={}, address="10.1.2.3"), 443) == set()


def test_without_the_component_the_api_of_cs_svc_reaches_nothing_outside(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("silent")
    components = [K8S / "components" / "networkpolicy"]
    alone = Rendering(rendered(written(folder, resources=[K8S / "base"], components=components)))
    assert "Deployment/cs-svc-serve" not in reaching(alone, OUTSIDE, 443)
    assert reaching(alone, Pod({}, elsewhere={"aftercare/generator": "true"}), 8000) == set()
