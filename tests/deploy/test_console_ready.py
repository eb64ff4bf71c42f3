"""Policies for the component that makes a place for a console."""

import pytest
from manifests import K8S, SERVICES, Rendering, rendered, written

ORIGIN = "https://console.aftercare.example"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    components = [K8S / "components" / name for name in ("gateway", "console-ready")]
    return Rendering(
        rendered(written(tmp_path_factory.mktemp("ready"), resources=[K8S / "base"], components=components))
    )


def test_every_service_takes_calls_from_its_origin(ready: Rendering) -> None:
    for service in SERVICES:
        assert ready.one("ConfigMap", service)["data"]["AFTERCARE_CORS_ORIGINS"] == ORIGIN


def test_its_host_has_a_listener_and_a_route_that_only_reads(ready: Rendering) -> None:
    listeners = {each["name"]: each for each in ready.one("Gateway", "aftercare")["spec"]["listeners"]}
    spec = ready.one("HTTPRoute", "console")["spec"]
    [parent] = spec["parentRefs"]
    assert spec["hostnames"] == [listeners[parent["sectionName"]]["hostname"]] == [ORIGIN.removeprefix("https://")]
    assert {match["method"] for rule in spec["rules"] for match in rule["matches"]} == {"GET"}
    assert len({each["hostname"] for each in listeners.values()}) == 3


def test_the_rest_of_the_gateway_stays_as_it_was(ready: Rendering) -> None:
    routes = {each["metadata"]["name"]: each["spec"]["hostnames"] for each in ready.of("HTTPRoute")}
    assert {name for name, hosts in routes.items() if hosts == ["api.aftercare.example"]} == set(SERVICES)
