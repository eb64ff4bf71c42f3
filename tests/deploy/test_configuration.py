"""Policies for names, settings, secrets and the network."""

import copy
import importlib
import re
from pathlib import Path

import pytest
import yaml
from aftercare_chassis.settings import ServiceSettings
from kustomize import sources
from manifests import K8S, ROOT, SERVICES, rendered, secrets_in, without_hash

CURRENT = {
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "Service": "v1",
    "ServiceAccount": "v1",
    "ConfigMap": "v1",
    "Namespace": "v1",
    "PersistentVolumeClaim": "v1",
    "PodDisruptionBudget": "policy/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "Ingress": "networking.k8s.io/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Gateway": "gateway.networking.k8s.io/v1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "ScaledObject": "keda.sh/v1alpha1",
    "TriggerAuthentication": "keda.sh/v1alpha1",
    "Kafka": "kafka.strimzi.io/v1",
    "KafkaNodePool": "kafka.strimzi.io/v1",
    "KafkaTopic": "kafka.strimzi.io/v1",
    "KafkaUser": "kafka.strimzi.io/v1",
    "Cluster": "postgresql.cnpg.io/v1",
    "ScheduledBackup": "postgresql.cnpg.io/v1",
    "ObjectStore": "barmancloud.cnpg.io/v1",
    "ExternalSecret": "external-secrets.io/v1",
    "PodMonitor": "monitoring.coreos.com/v1",
    "PrometheusRule": "monitoring.coreos.com/v1",
}
SECRETS = {"AFTERCARE_DATABASE_URL", "AFTERCARE_SIGNING_KEY"}
MORE_SECRETS = {
    "order-svc": {"AFTERCARE_PAYMENT_WEBHOOK_SECRET"},
    "aftersale-svc": {"AFTERCARE_EVIDENCE_S3_ACCESS_KEY", "AFTERCARE_EVIDENCE_S3_SECRET_KEY"},
    "cs-svc": {"AFTERCARE_ATTACHMENT_S3_ACCESS_KEY", "AFTERCARE_ATTACHMENT_S3_SECRET_KEY"},
}
_ROOM = {"memory: 1Gi": "memory: 320Mi", "512Mi": "64Mi"}
DECODES_FILES = {("aftersale-svc", "consume.yaml"): _ROOM, ("cs-svc", "consume.yaml"): _ROOM}
"""Where a process needs more room than its like: what it has, and what the others have."""


def test_kinds_are_known():
    overlays = sorted(each for each in (K8S / "overlays").iterdir())
    assert {each["kind"] for overlay in overlays for each in sources(overlay)} == CURRENT.keys()


def test_versions_of_kinds_are_current(k8s):
    assert all(CURRENT[each["kind"]] == each["apiVersion"] for each in k8s.manifests)


def test_names_are_unique_and_valid(k8s):
    names = [(each["kind"], each["metadata"]["name"]) for each in k8s.manifests]
    assert len(names) == len(set(names))
    for kind, name in names:
        label = name.replace(".", "-") if kind == "KafkaTopic" else name
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label), name


def test_the_base_leaves_the_namespace_to_its_overlays(base):
    assert not any("namespace" in each["metadata"] for each in base.manifests)
    assert all(each["metadata"]["labels"]["app.kubernetes.io/part-of"] == "aftercare" for each in base.manifests)


def test_no_secret_is_in_the_repository_or_in_the_environment(k8s):
    assert not k8s.of("Secret")
    for name, container in k8s.containers():
        for variable in container.get("env", []):
            assert "secretKeyRef" not in variable.get("valueFrom", {}), name
        assert not any("secretRef" in source for source in container.get("envFrom", [])), name
    for config in k8s.of("ConfigMap"):
        for key, value in config["data"].items():
            assert not re.search(r"SECRET(?!S_DIR)|PASSWORD|TOKEN|DATABASE_URL|SIGNING", key), key
            assert not re.search(r"whsec_|//[^/]*:[^/]*@", value), key


def test_secrets_are_files_only_the_process_reads(k8s):
    for name, spec, _ in k8s.pods():
        volumes = [volume.get("secret") or volume.get("projected") for volume in spec["volumes"]]
        assert [each["defaultMode"] for each in volumes if each] == [0o440] * (len(volumes) - volumes.count(None)), name


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_migration_gets_the_role_that_owns_the_tables(k8s, service):
    for name, spec, labels in k8s.pods():
        if labels["app.kubernetes.io/name"] != service:
            continue
        used = set(re.findall(r"[\w-]+", str([volume for volume in spec["volumes"] if volume["name"] == "secrets"])))
        assert service in used, name
        assert (f"{service}-migrate" in used) is (labels["app.kubernetes.io/component"] == "migrate"), name


def test_the_readme_of_the_development_overlay_makes_each_secret(dev):
    text = (K8S / "overlays" / "dev" / "README.md").read_text(encoding="utf-8")
    given = {
        name.replace("$s", service[:-4]) for name in re.findall(r"secret generic (\S+)", text) for service in SERVICES
    }
    assert given == {name for _, spec, _ in dev.pods() for volume in spec["volumes"] for name in secrets_in(volume)}


def test_references_exist(k8s):
    maps = {each["metadata"]["name"] for each in k8s.of("ConfigMap")}
    for name, container in k8s.containers():
        assert all(source["configMapRef"]["name"] in maps for source in container.get("envFrom", [])), name
    for name, spec, _ in k8s.pods():
        given = {volume["configMap"]["name"] for volume in spec["volumes"] if "configMap" in volume}
        assert given <= maps | {"aftercare-jwks"}, name


@pytest.mark.parametrize("service", SERVICES)
def test_settings_are_those_the_service_reads(base, service):
    settings = importlib.import_module(f"{service.replace('-', '_')}.settings").Settings
    known = {f"AFTERCARE_{name}".upper(): field for name, field in settings.model_fields.items()}
    config = base.one("ConfigMap", service)["data"]
    assert set(config) <= known.keys() | {"AFTERCARE_SECRETS_DIR"}
    secrets = SECRETS | MORE_SECRETS.get(service, set())
    assert secrets <= known.keys()
    required = {name for name, field in known.items() if field.is_required()}
    assert required <= config.keys() | secrets
    for job in base.of("Job"):
        (container,) = job["spec"]["template"]["spec"]["containers"]
        given = {each["name"] for each in container["env"]}
        assert given <= known.keys() | {"AFTERCARE_SECRETS_DIR"}
        assert required <= given | secrets, job["metadata"]["name"]


def test_the_readme_of_the_base_names_the_settings_of_every_service():
    named = set(re.findall(r"`(AFTERCARE_\w+)`", (K8S / "base" / "README.md").read_text(encoding="utf-8")))
    assert {f"AFTERCARE_{name}".upper() for name in ServiceSettings.model_fields} <= named


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_is_on_a_page(service):
    """By its whole name, its name in the code (`ship_hours`), or its end in a paragraph with a name that begins alike (`…_SMTP_PORT`)."""
    settings = importlib.import_module(f"{service.replace('-', '_')}.settings").Settings
    patterns = ("docs/*.md", f"services/{service}/README.md", "deploy/**/*.md")
    pages = [page.read_text(encoding="utf-8") for pattern in patterns for page in ROOT.glob(pattern)]
    words = {each for page in pages for each in re.findall(r"AFTERCARE_[A-Z0-9_]+|[a-z0-9_]+", page)}
    parts = [(part, re.findall(r"`…?(_[A-Z0-9_]+)`", part)) for page in pages for part in page.split("\n\n")]
    for name in settings.model_fields:
        whole = f"AFTERCARE_{name}".upper()
        alike = "_".join(whole.split("_")[:2]) + "_"
        ends = {end for part, found in parts if alike in part for end in found}
        assert words & {name, whole} or any(whole.endswith(end) for end in ends), name


@pytest.mark.parametrize("service", SERVICES)
def test_ports_and_files_match_the_settings(base, service):
    config = base.one("ConfigMap", service)["data"]
    for name, spec, labels in base.pods():
        if labels["app.kubernetes.io/name"] != service:
            continue
        (container,) = spec["containers"]
        mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert config["AFTERCARE_SECRETS_DIR"] in mounts, name
        assert str(Path(config["AFTERCARE_JWKS_FILE"]).parent) in mounts, name
        for port in container.get("ports", []):
            assert str(port["containerPort"]) == config["AFTERCARE_PORT"], name


@pytest.mark.parametrize("service", SERVICES)
def test_processes_are_commands_of_the_service(base, service):
    from aftercare_chassis.service import ProcessRole

    for name, container in base.containers():
        if container["name"] == service:
            (argument,) = container["args"]
            assert argument in {*ProcessRole, "migrate", "seed"}
            assert name.endswith(f"{service}-{argument}")


@pytest.mark.parametrize("service", SERVICES[1:])
@pytest.mark.parametrize("file", ["account.yaml", "migrate.yaml", "serve.yaml", "relay.yaml", "consume.yaml"])
def test_the_five_differ_only_by_name(service, file):
    ours = (K8S / "base" / service / file).read_text().replace(service, "order-svc")
    for own, usual in DECODES_FILES.get((service, file), {}).items():
        ours = ours.replace(own, usual)
    assert ours == (K8S / "base" / "order-svc" / file).read_text()


def test_kustomize_reads_the_base_as_we_do(base):
    """Without the annotation that names Jobs and ConfigMaps by their content."""

    def plain(manifests):
        found = {}
        for each in copy.deepcopy(manifests):
            metadata = each["metadata"]
            if each["kind"] in ("Job", "ConfigMap"):
                metadata["name"] = without_hash(metadata["name"])
                metadata.pop("annotations", None)
            for container in each["spec"]["template"]["spec"]["containers"] if each["kind"] == "Deployment" else []:
                for source in container["envFrom"]:
                    source["configMapRef"]["name"] = without_hash(source["configMapRef"]["name"])
            found[each["kind"], metadata["name"]] = each
        return found

    assert plain(rendered(K8S / "base")) == plain(base.manifests)


def test_every_folder_that_is_rendered_has_a_readme():
    for folder in [K8S / "base", *(K8S / "components").iterdir(), *(K8S / "overlays").iterdir()]:
        assert (folder / "README.md").is_file(), folder


@pytest.mark.parametrize("folder", sorted((K8S / "components").iterdir()), ids=lambda folder: folder.name)
def test_the_readme_of_a_component_has_what_it_needs_changes_and_how_to_check_it(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert {"needs", "changes", "check"} <= set(re.findall(r"^\| (\w+) \| .", text, re.MULTILINE))


@pytest.mark.parametrize("folder", sorted((K8S / "overlays").iterdir()), ids=lambda folder: folder.name)
def test_the_readme_of_an_overlay_has_its_check(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert f"Check: `kubectl kustomize deploy/k8s/overlays/{folder.name}`" in text


def test_the_namespace_admits_only_restricted_pods(dev):
    (namespace,) = dev.of("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_an_overlay_puts_everything_into_its_namespace(dev):
    assert {each["metadata"]["namespace"] for each in dev.manifests if each["kind"] != "Namespace"} == {"aftercare-dev"}


def test_manifests_hold_no_duplicate_keys():
    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node, deep=False):
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), f"{node.start_mark}: a key stands twice"
            return super().construct_mapping(node, deep)

    for path in K8S.rglob("*.yaml"):
        list(yaml.load_all(path.read_text(), Strict))
