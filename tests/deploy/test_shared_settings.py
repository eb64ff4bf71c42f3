"""Policies for what overlays have in common: the registry, the settings of Jobs, the address of the runbook, limits at the gateway."""

import re
from pathlib import Path

import pytest
import yaml
from aftercare_chassis.http.sse import KEEPALIVE_SECONDS
from aftercare_chassis.processes import PING_SECONDS
from aftercare_chassis.settings import ServiceSettings
from manifests import K8S, SERVICES, Manifest, Rendering, rendered, written
from network import Network, Pod

REGISTRY = "registry.example/"
OVERLAYS = sorted(each.name for each in (K8S / "overlays").iterdir())
SIZES = {"Ki": 1024, "Mi": 1024**2, "k": 1024, "m": 1024**2}
RUNBOOK = "https://wiki.shop.example/runbook.md"


@pytest.fixture(scope="module")
def prod() -> Rendering:
    return Rendering(rendered(K8S / "overlays" / "prod"))


def test_the_registry_is_in_one_place() -> None:
    found = [path for path in sorted(K8S.rglob("*.yaml")) if REGISTRY in path.read_text(encoding="utf-8")]
    assert found == [K8S / "transformers" / "registry" / "registry.yaml"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_image_of_ours_is_of_it(overlay: str) -> None:
    expected = "aftercare/" if overlay == "dev" else f"{REGISTRY}aftercare/"
    images = {container["image"] for _, container in Rendering(rendered(K8S / "overlays" / overlay)).containers()}
    assert [image for image in images if not image.startswith(expected)] == []
    assert {re.split("[:@]", image.removeprefix(expected))[0] for image in images} >= set(SERVICES)


def job_of_another_kafka(folder: Path) -> Rendering:
    patch = "- {op: replace, path: /data/AFTERCARE_KAFKA, value: 'broker.shop.example:9092'}"
    components = [K8S / "components" / name for name in ("topics", "monitoring")]
    more = {"patches": [{"target": {"kind": "ConfigMap", "name": ".+-svc"}, "patch": patch}]}
    folder = written(folder, resources=[K8S / "base"], components=components, **more)
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    [base] = kustomization["resources"]
    kustomization["transformers"] = [base.removesuffix("base") + "transformers/jobs"]
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), encoding="utf-8")
    return Rendering(rendered(folder))


def given_to(job: Manifest) -> dict[str, str]:
    [container] = job["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each["value"] for each in container["env"]}


@pytest.mark.parametrize("overlay", [*OVERLAYS, "another Kafka"])
def test_jobs_have_no_setting_of_their_own(overlay: str, tmp_path: Path) -> None:
    """What the ConfigMap of their service has, and paths of their own volumes."""
    found = job_of_another_kafka(tmp_path) if overlay not in OVERLAYS else rendered_overlay(overlay)
    jobs = found.of("Job")
    assert len(jobs) >= 6
    for job in jobs:
        [container] = job["spec"]["template"]["spec"]["containers"]
        mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
        name = job["metadata"]["labels"]["app.kubernetes.io/name"]
        settings = found.one("ConfigMap", "order-svc" if name == "topics" else name)["data"]
        for variable, value in given_to(job).items():
            is_path = any(Path(value).is_relative_to(mount) for mount in mounts)
            assert is_path or value == settings[variable], (job["metadata"]["name"], variable)


def rendered_overlay(name: str) -> Rendering:
    return Rendering(rendered(K8S / "overlays" / name))


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_each_alert_has_the_address_of_its_section(overlay: str) -> None:
    found = rendered_overlay(overlay)
    address = found.one("ConfigMap", "runbook")["data"]["address"]
    assert address.startswith("https://")
    rules = [rule for group in found.one("PrometheusRule", "aftercare")["spec"]["groups"] for rule in group["rules"]]
    for rule in rules:
        page, _, section = rule["annotations"]["runbook_url"].partition("#")
        assert (page, bool(section)) == (address, True), rule["alert"]


def test_the_address_of_the_runbook_is_set_as_in_its_readme(tmp_path: Path) -> None:
    text = (K8S / "components" / "monitoring" / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    more = yaml.safe_load(block)
    folder = written(tmp_path, resources=[K8S / "overlays" / "prod"])
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    [prod] = kustomization["resources"]
    kustomization["patches"] = more["patches"]
    kustomization["transformers"] = [each.replace("../../", f"{prod}/../../") for each in more["transformers"]]
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), encoding="utf-8")
    found = Rendering(rendered(folder))
    addresses = {
        rule["annotations"]["runbook_url"].partition("#")[0]
        for group in found.one("PrometheusRule", "aftercare")["spec"]["groups"]
        for rule in group["rules"]
    }
    assert addresses == {found.one("ConfigMap", "runbook")["data"]["address"]}
    assert addresses != {RUNBOOK, ""}


def bytes_of(size: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(\w+)", size).groups()
    return int(number) * SIZES[unit]


@pytest.mark.parametrize("kind", ["BackendTrafficPolicy", "ClientSettingsPolicy"])
def test_the_gateway_limits_bodies_as_services_do_and_those_of_partners_more(prod: Rendering, kind: str) -> None:
    text = (K8S / "components" / "gateway" / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    policies = [each for block in blocks for each in yaml.safe_load_all(block) if each["kind"] == kind]
    limits = {}
    for policy in policies:
        spec = policy["spec"]
        [target] = spec.get("targetRefs") or [spec["targetRef"]]
        assert target["name"] in prod.names(target["kind"])
        size = spec["requestBuffer"]["limit"] if "requestBuffer" in spec else spec["body"]["maxSize"]
        limits[target["kind"], target["name"]] = bytes_of(size)
    own = ServiceSettings.model_fields["max_body_bytes"].default
    assert limits == {("Gateway", "aftercare"): own, ("HTTPRoute", "partners"): own // 4}


@pytest.mark.parametrize("component", ["gateway", "ingress"])
def test_idle_connections_are_kept_longer_than_pings_are_apart(component: str) -> None:
    text = (K8S / "components" / component / "README.md").read_text(encoding="utf-8")
    assert {int(each) for each in re.findall(r"every (\d+) s", text)} == {PING_SECONDS}
    assert KEEPALIVE_SECONDS <= PING_SECONDS


@pytest.mark.parametrize("chosen", [False, True])
def test_a_store_outside_is_reached_where_that_is_chosen_and_by_one_worker(tmp_path: Path, chosen: bool) -> None:
    names = ["networkpolicy", *(["external-object-store"] if chosen else [])]
    components = [K8S / "components" / name for name in names]
    found = Rendering(rendered(written(tmp_path, resources=[K8S / "base"], components=components)))
    network = Network([each["spec"] for each in found.of("NetworkPolicy")], {})
    outside = Pod({}, elsewhere={}, address="203.0.113.9")
    reaching = {name for name, _, labels in found.pods() if network.reaches(Pod(labels), outside, 443)}
    callers = {"Deployment/order-svc-consume", "Deployment/cs-svc-consume"}
    assert reaching == callers | (
        {"Deployment/aftersale-svc-consume", "Deployment/cs-svc-consume"} if chosen else set()
    )
    for _, _, labels in found.pods():
        assert not network.reaches(Pod(labels), outside, 80)
        assert not network.reaches(Pod(labels), Pod({}, elsewhere={}, address="10.1.2.3"), 443)


def test_prometheus_finds_kafka_and_its_figures_have_names(prod: Rendering) -> None:
    kafka, monitor = prod.one("Kafka", "aftercare"), prod.one("PodMonitor", "kafka")["spec"]
    assert monitor["selector"]["matchLabels"]["strimzi.io/cluster"] == kafka["metadata"]["name"]
    [endpoint] = monitor["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("tcp-prometheus", "/metrics")
    reference = kafka["spec"]["kafka"]["metricsConfig"]["valueFrom"]["configMapKeyRef"]
    rules = yaml.safe_load(prod.one("ConfigMap", reference["name"])["data"][reference["key"]])["rules"]
    for rule in rules:
        groups = re.compile(rule["pattern"]).groups
        used = {int(n) for n in re.findall(r"\$(\d)", " ".join([rule["name"], *rule.get("labels", {}).values()]))}
        assert used == set(range(1, groups + 1)), rule["name"]
        assert rule["name"].endswith("_total") is (rule["type"] == "COUNTER"), rule["name"]
        assert re.match(r"kafka\.(server|controller|network|log)<type=", rule["pattern"])


def test_the_exporter_of_lags_sees_our_groups_and_topics(prod: Rendering) -> None:
    exporter = prod.one("Kafka", "aftercare")["spec"]["kafkaExporter"]
    assert all(re.fullmatch(exporter["groupRegex"], service) for service in SERVICES)
    assert all(re.fullmatch(exporter["topicRegex"], topic) for topic in prod.names("KafkaTopic"))
