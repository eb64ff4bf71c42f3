"""Which pods may connect to which, by the policies of the development overlay; they are read from its files."""

import itertools
import re
from dataclasses import replace

import pytest
from kustomize import sources
from manifests import K8S, SERVICES, Rendering
from network import Network, Pod

DEV = K8S / "overlays" / "dev"
HTTP, KAFKA, POSTGRES, DNS, OTLP = 8000, 9092, 5432, 53, 4318
# Pods of others in the namespace, with unknown labels.
BROKER, DATABASE = Pod({"app": "kafka"}), Pod({"app": "postgresql"})
RESOLVER = Pod({"k8s-app": "kube-dns"}, elsewhere={"kubernetes.io/metadata.name": "kube-system"})


@pytest.fixture(scope="module")
def dev_files() -> Rendering:
    return Rendering(list(sources(DEV)))


@pytest.fixture(scope="module")
def network(dev_files: Rendering) -> Network:
    (namespace,) = dev_files.of("Namespace")
    return Network([each["spec"] for each in dev_files.of("NetworkPolicy")], namespace["metadata"]["labels"])


@pytest.fixture(scope="module")
def pods(dev_files: Rendering) -> dict[str, Pod]:
    """All pods of the suite by name: `order-svc-serve`, `kb-svc-seed`, `payment-simulator`, …"""
    found = {}
    for name, spec, labels in dev_files.pods():
        ports = {port["name"]: port["containerPort"] for each in spec["containers"] for port in each.get("ports", [])}
        found[name.partition("/")[2]] = Pod(labels, ports)
    return found


def suite(pods: dict[str, Pod]) -> dict[str, Pod]:
    return {name: pod for name, pod in pods.items() if name != "payment-simulator"}


def test_every_pod_of_ours_is_isolated(network, pods):
    outsider = Pod({"app": "outsider"})
    for name, pod in pods.items():
        for other, port in ((outsider, HTTP), (outsider, 443), (replace(outsider, elsewhere={}), HTTP)):
            assert not network.reaches(other, pod, port), f"{name} from outside"
            assert not network.reaches(pod, other, port), f"{name} to the outside"


def test_the_readme_labels_each_namespace_that_a_policy_selects():
    folder = K8S / "components" / "networkpolicy"
    given = re.findall(r"(aftercare/[\w-]+)=true", (folder / "README.md").read_text(encoding="utf-8"))
    policies = "".join(each.read_text(encoding="utf-8") for each in folder.glob("*.yaml"))
    assert set(given) == set(re.findall(r'(aftercare/[\w-]+): "true"', policies))


def test_no_service_reaches_another(network, pods):
    for (here, source), (there, target) in itertools.permutations(suite(pods).items(), 2):
        for port in (HTTP, KAFKA, POSTGRES):
            answered = port in target.ports.values()
            assert not (answered and network.reaches(source, target, port)), f"{here} reaches {there}"


def test_the_object_store_is_reached_by_what_checks_files_alone(network, pods):
    store = Pod({"app": "object-store"}, elsewhere={"aftercare/object-store": "true"})
    reaching = {name for name, pod in suite(pods).items() if network.reaches(pod, store, 9000)}
    assert reaching == {"aftersale-svc-consume", "cs-svc-consume"}


@pytest.mark.parametrize("place", ["in the same namespace", "in a namespace of its own"])
@pytest.mark.parametrize(
    ("server", "port", "label"), [(BROKER, KAFKA, "aftercare/kafka"), (DATABASE, POSTGRES, "aftercare/postgresql")]
)
def test_every_process_reaches_kafka_and_its_database(network, pods, place, server, port, label):
    there = server if place == "in the same namespace" else replace(server, elsewhere={label: "true"})
    for name, pod in suite(pods).items():
        assert network.reaches(pod, there, port), name
        assert network.reaches(pod, RESOLVER, DNS), name


@pytest.mark.parametrize("port", [KAFKA, 9090, 9093, POSTGRES, 8443])
def test_other_servers_of_the_namespace_are_not_restricted(network, port):
    """Connections between pods that do not belong to the suite: brokers, an operator, a replica of the database."""
    for source, target in itertools.product((BROKER, DATABASE), repeat=2):
        assert network.reaches(source, target, port)
    assert network.reaches(BROKER, RESOLVER, DNS)


def test_requests_come_in_through_the_gateway_and_figures_go_to_prometheus(network, pods):
    gateway, prometheus = (
        Pod({}, elsewhere={"aftercare/gateway": "true"}),
        Pod({}, elsewhere={"aftercare/monitoring": "true"}),
    )
    collector = Pod({}, elsewhere={"aftercare/telemetry": "true"})
    for service, process in itertools.product(SERVICES, ("serve", "relay", "consume")):
        pod = pods[f"{service}-{process}"]
        assert network.reaches(gateway, pod, HTTP) is (process == "serve")
        assert network.reaches(prometheus, pod, HTTP)
        assert network.reaches(pod, collector, OTLP)


def test_the_payment_simulator_is_connected_to_order_svc_only(network, pods):
    simulator = pods["payment-simulator"]
    assert [name for name, pod in suite(pods).items() if network.reaches(pod, simulator, HTTP)] == ["order-svc-consume"]
    assert [name for name, pod in suite(pods).items() if network.reaches(simulator, pod, HTTP)] == ["order-svc-serve"]
    assert network.reaches(simulator, RESOLVER, DNS)
    assert not network.reaches(simulator, BROKER, KAFKA)
    assert not network.reaches(simulator, DATABASE, POSTGRES)


def test_kustomize_changes_nothing_about_the_policies(dev, dev_files):
    def specs(rendering: Rendering) -> dict[str, dict]:
        return {each["metadata"]["name"]: each["spec"] for each in rendering.of("NetworkPolicy")}

    assert specs(dev) == specs(dev_files)
