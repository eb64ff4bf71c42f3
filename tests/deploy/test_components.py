"""Policies for the opt-in components, as the production overlay puts them together: they fit the code and each other."""

import importlib
import json
import re

import pytest
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.settings import ServiceSettings
from aftercare_cli.capacity.plan import CONNECTIONS
from aftercare_events import TOPICS
from manifests import K8S, ROOT, SERVICES, Manifest, Rendering, rendered, secrets_in
from network import Network, Pod

POOL_SIZE = ServiceSettings.model_fields["pool_size"].default
OF_PARTNERS = {"partners": "order-svc", "channels": "cs-svc"}
"""The routes of what partners push, and the service of each."""


@pytest.fixture(scope="module")
def prod() -> Rendering:
    return Rendering(rendered(K8S / "overlays" / "prod"))


def reads(service: str) -> set[str]:
    """The topics that the consumer of this service subscribes to."""
    handlers = importlib.import_module(f"{service.replace('-', '_')}.consumers").HANDLERS
    return set(Dispatcher(handlers).topics)


def writes(service: str) -> set[str]:
    """The topics that the relay of this service publishes on."""
    return {topic.name for topic in TOPICS.values() if topic.writer == service}


def test_every_process_has_two_pods_or_an_autoscaler(prod: Rendering) -> None:
    scaled = [each["spec"]["scaleTargetRef"]["name"] for each in prod.of("HorizontalPodAutoscaler", "ScaledObject")]
    assert len(scaled) == len(set(scaled))
    for each in prod.deployments():
        name, replicas = each["metadata"]["name"], each["spec"].get("replicas")
        if name in scaled:
            assert replicas is None, f"{name}: the number would be set back at each apply"
        elif name != "order-svc-labels":
            assert replicas >= 2, name
    assert {name for name in scaled if name.endswith("-serve")} == {f"{service}-serve" for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_consumers_scale_by_the_lag_in_each_topic_that_they_read(prod: Rendering, service: str) -> None:
    found = [each for each in prod.of("ScaledObject") if each["metadata"]["name"] == f"{service}-consume"]
    assert {trigger["metadata"]["topic"] for each in found for trigger in each["spec"]["triggers"]} == reads(service)
    for each in found:
        assert each["spec"]["minReplicaCount"] >= 1
        assert each["spec"]["maxReplicaCount"] <= min(topic.partitions for topic in TOPICS.values())
        for trigger in each["spec"]["triggers"]:
            assert trigger["metadata"]["consumerGroup"] == service
            assert trigger["metadata"]["excludePersistentLag"] == "true"
            assert trigger["metadata"]["tls"] == "enable"
            assert trigger["authenticationRef"]["name"] in prod.names("TriggerAuthentication")


def test_the_topics_are_those_of_the_catalogue(prod: Rendering) -> None:
    found = {each["metadata"]["name"]: each["spec"] for each in prod.of("KafkaTopic")}
    assert found.keys() == TOPICS.keys()
    for name, spec in found.items():
        assert spec["partitions"] == TOPICS[name].partitions
        assert spec["replicas"] > spec["config"]["min.insync.replicas"] >= 2
        assert spec["config"]["retention.ms"] == -1


@pytest.mark.parametrize("service", SERVICES)
def test_a_user_of_kafka_may_do_what_its_service_does_and_no_more(prod: Rendering, service: str) -> None:
    allowed: dict[tuple[str, str], set[str]] = {}
    for acl in prod.one("KafkaUser", service)["spec"]["authorization"]["acls"]:
        resource = acl["resource"]
        assert resource["patternType"] == ("prefix" if resource["type"] == "group" else "literal")
        allowed.setdefault((resource["type"], resource["name"]), set()).update(acl["operations"])
    expected: dict[tuple[str, str], set[str]] = {("group", service): {"Describe", "Read"}}
    for topic in writes(service):
        expected.setdefault(("topic", topic), set()).update({"Describe", "Write"})
    for topic in reads(service):
        expected.setdefault(("topic", topic), set()).update({"Describe", "Read"})
    assert allowed == expected


def settings_of(prod: Rendering, service: str) -> dict[str, str]:
    found: dict[str, str] = prod.one("ConfigMap", service)["data"]
    return found


@pytest.mark.parametrize("overlay", sorted(each.name for each in (K8S / "overlays").iterdir()))
@pytest.mark.parametrize("service", SERVICES)
def test_no_overlay_names_a_setting_that_the_service_does_not_read(overlay: str, service: str) -> None:
    settings = importlib.import_module(f"{service.replace('-', '_')}.settings").Settings
    config = settings_of(Rendering(rendered(K8S / "overlays" / overlay)), service)
    assert config.keys() <= settings.names().keys()


@pytest.mark.parametrize("service", SERVICES)
def test_files_that_settings_name_are_mounted(prod: Rendering, service: str) -> None:
    files = {value for name, value in settings_of(prod, service).items() if name.endswith("_FILE")}
    assert len(files) == 4
    for name, spec, labels in prod.pods():
        if labels["app.kubernetes.io/name"] == service and name.startswith("Deployment"):
            assert files <= mounted(spec), name


def mounted(spec: Manifest) -> set[str]:
    """The paths of the files of Secrets and ConfigMaps that are named one by one, and of `jwks.json`."""
    (container,) = spec["containers"]
    volumes = {each["name"]: each for each in spec["volumes"]}
    found = {"/etc/aftercare/jwks/jwks.json"}
    for mount in container["volumeMounts"]:
        volume = volumes[mount["name"]]
        sources = [volume.get("secret"), *(each["secret"] for each in volume.get("projected", {}).get("sources", []))]
        items = [item for source in sources if source for item in source.get("items", [])]
        found.update(f"{mount['mountPath']}/{item['path']}" for item in items)
    return found


def test_each_service_has_a_cluster_of_its_own_with_backups(prod: Rendering) -> None:
    clusters = {each["metadata"]["name"]: each["spec"] for each in prod.of("Cluster")}
    assert clusters.keys() == {f"{service}-db" for service in SERVICES}
    assert {each["spec"]["cluster"]["name"] for each in prod.of("ScheduledBackup")} == clusters.keys()
    for name, spec in clusters.items():
        database = f"aftercare_{name.removesuffix('-svc-db')}"
        assert (spec["bootstrap"]["initdb"]["database"], spec["bootstrap"]["initdb"]["owner"]) == (
            database,
            f"{database}_owner",
        )
        assert [role["name"] for role in spec["managed"]["roles"]] == [database]
        assert not spec["enableSuperuserAccess"]
        assert spec["instances"] > spec["minSyncReplicas"] >= 1
        assert all(each["parameters"]["barmanObjectName"] in prod.names("ObjectStore") for each in spec["plugins"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_has_room_for_the_connections_of_all_pods(prod: Rendering, service: str) -> None:
    """Of as many as autoscalers start, and of one more of each kind during a rollout."""
    most = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"]["maxReplicas"]
        for each in prod.of("HorizontalPodAutoscaler")
    }
    most |= {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"]["maxReplicaCount"] for each in prod.of("ScaledObject")
    }
    wanted = 0
    for each in prod.deployments():
        name, labels = each["metadata"]["name"], each["metadata"]["labels"]
        if labels["app.kubernetes.io/name"] == service:
            pods = most.get(name) or each["spec"].get("replicas", 1)
            own = CONNECTIONS.get(labels["app.kubernetes.io/component"], 1)
            wanted += (pods + 1) * (POOL_SIZE + own)
    spec = prod.one("Cluster", f"{service}-db")["spec"]
    [role] = spec["managed"]["roles"]
    assert wanted <= role["connectionLimit"]
    # Its operator, replicas and the migration connect as others.
    assert role["connectionLimit"] + 20 <= int(spec["postgresql"]["parameters"]["max_connections"])


def test_a_service_reaches_its_own_databases_and_kafka(prod: Rendering) -> None:
    (namespace,) = prod.of("Namespace")
    network = Network([each["spec"] for each in prod.of("NetworkPolicy")], namespace["metadata"]["labels"])
    kafka = Pod({"strimzi.io/cluster": "aftercare"}, {"tls": 9093})
    for name, _, labels in prod.pods():
        pod, own = Pod(labels, {"http": 8000}), labels["app.kubernetes.io/name"]
        assert network.reaches(pod, kafka, 9093), name
        found = [each for each in SERVICES if network.reaches(pod, Pod({"cnpg.io/cluster": f"{each}-db"}), 5432)]
        assert found == [own], name


def test_routes_lead_to_each_service_by_its_name(prod: Rendering) -> None:
    routes = {each["metadata"]["name"]: each["spec"] for each in prod.of("HTTPRoute")}
    assert routes.keys() == {*SERVICES, *OF_PARTNERS}
    hosts = {
        listener["name"]: listener["hostname"] for each in prod.of("Gateway") for listener in each["spec"]["listeners"]
    }
    for name, spec in routes.items():
        (parent,), (rule,) = spec["parentRefs"], spec["rules"]
        assert spec["hostnames"] == [hosts[parent["sectionName"]]]
        (backend,) = rule["backendRefs"]
        assert backend["name"] == OF_PARTNERS.get(name, name)
        assert [port["port"] for port in prod.one("Service", backend["name"])["spec"]["ports"]] == [backend["port"]]


@pytest.mark.parametrize("route", list(OF_PARTNERS))
def test_partners_reach_their_pushes_and_nothing_else(prod: Rendering, route: str) -> None:
    document = json.loads((ROOT / f"docs/openapi/{OF_PARTNERS[route]}.json").read_text())
    pushes = {
        path.partition("{")[0]
        for path, methods in document["paths"].items()
        if re.search(r"^/v1/[a-z]+-webhooks/", path) and "post" in methods
    }
    (rule,) = prod.one("HTTPRoute", route)["spec"]["rules"]
    assert {each["path"]["value"] for each in rule["matches"]} == pushes
    # The address of a channel is verified by a GET, which is not documented: no client sends it.
    assert {each["method"] for each in rule["matches"]} == ({"GET", "POST"} if route == "channels" else {"POST"})


def test_an_ingress_names_each_service() -> None:
    staging = Rendering(rendered(K8S / "overlays" / "staging"))
    (ingress,) = staging.of("Ingress")
    hosts = {rule["host"]: rule["http"]["paths"][0]["backend"]["service"]["name"] for rule in ingress["spec"]["rules"]}
    assert set(hosts.values()) == set(SERVICES)
    assert set(ingress["spec"]["tls"][0]["hosts"]) == hosts.keys()
    assert set(hosts.values()) <= staging.names("Service")


def test_secrets_come_from_the_store_or_from_an_operator(prod: Rendering) -> None:
    used = {name for _, spec, _ in prod.pods() for volume in spec["volumes"] for name in secrets_in(volume)}
    from_store = {each["spec"]["target"]["name"] for each in prod.of("ExternalSecret")}
    made = {
        *(f"kafka-{each}" for each in SERVICES),
        *(f"{each}-db-ca" for each in SERVICES),
        "aftercare-cluster-ca-cert",
    }
    assert used == from_store | made


def test_prometheus_finds_every_process(prod: Rendering) -> None:
    monitor = prod.one("PodMonitor", "aftercare")
    wanted, (endpoint,) = monitor["spec"]["selector"]["matchLabels"], monitor["spec"]["podMetricsEndpoints"]
    for each in prod.deployments():
        template = each["spec"]["template"]
        assert wanted.items() <= template["metadata"]["labels"].items(), each["metadata"]["name"]
        assert endpoint["port"] in {port["name"] for port in template["spec"]["containers"][0]["ports"]}


def test_prometheus_finds_the_databases_and_may_reach_them(prod: Rendering) -> None:
    [wanted] = prod.one("PodMonitor", "postgresql")["spec"]["selector"]["matchExpressions"]
    assert wanted == {"key": "cnpg.io/cluster", "operator": "Exists"}
    for service in SERVICES:
        policy = prod.one("NetworkPolicy", f"{service}-db-ingress")["spec"]
        assert wanted["key"] in policy["podSelector"]["matchLabels"]
        sources = [source for rule in policy["ingress"] if "ports" not in rule for source in rule["from"]]
        assert {"namespaceSelector": {"matchLabels": {"aftercare/monitoring": "true"}}} in sources


def test_traces_go_to_the_collector_that_the_network_lets_them_reach(prod: Rendering) -> None:
    assert {settings_of(prod, each)["AFTERCARE_OTLP_ENDPOINT"].rpartition(":")[2] for each in SERVICES} == {"4318"}


def test_databases_do_not_log_what_people_wrote(prod: Rendering) -> None:
    clusters = prod.of("Cluster")
    assert len(clusters) == len(SERVICES)
    for cluster in clusters:
        parameters = cluster["spec"]["postgresql"]["parameters"]
        logged = {name: str(parameters[name]) for name in parameters if name.startswith(("log_parameter", "log_error"))}
        assert logged == {
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_error_verbosity": "terse",
        }
