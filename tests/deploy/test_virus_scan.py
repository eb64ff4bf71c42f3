"""Policies for the component that scans evidence files, as kustomize adds it to the base."""

import re

import pytest
from manifests import K8S, Rendering, rendered, selects, written
from network import Network, Pod

FOLDER = K8S / "components" / "virus-scan"
CLAMD = {"app.kubernetes.io/name": "clamd"}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    components = [K8S / "components" / "networkpolicy", FOLDER]
    folder = written(tmp_path_factory.mktemp("scanned"), resources=[K8S / "base"], components=components)
    return Rendering(rendered(folder))


@pytest.fixture(scope="module")
def pod(scanned):
    return scanned.one("StatefulSet", "clamd")["spec"]["template"]


def test_the_workers_are_configured_with_its_address(scanned):
    host, _, port = scanned.one("ConfigMap", "aftersale-svc")["data"]["AFTERCARE_EVIDENCE_CLAMD"].partition(":")
    [listening] = scanned.one("Service", host)["spec"]["ports"]
    assert listening["port"] == int(port)
    assert f"TCPSocket {port}" in (FOLDER / "clamd.conf").read_text()


def test_it_takes_the_largest_files_whole(base):
    """clamd answers "clean" for a file above MaxFileSize."""
    from aftersale_svc.settings import Settings

    fields = Settings.model_fields
    largest = max(fields[f"evidence_{kind}_bytes"].default for kind in ("image", "video", "document"))
    text = (FOLDER / "clamd.conf").read_text()
    limits = {name: int(size) for name, size in re.findall(r"^(\w+Size|StreamMaxLength) (\d+)M$", text, re.M)}
    assert {"StreamMaxLength", "MaxFileSize", "MaxScanSize"} == limits.keys()
    assert all(limit * 2**20 > largest for limit in limits.values())


def test_it_runs_under_the_restricted_standard(pod):
    spec = pod["spec"]
    context = spec["securityContext"]
    assert (context["runAsNonRoot"], context["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    assert context["runAsUser"] >= 10_000
    assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)
    assert not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
    for container in spec["containers"] + spec["initContainers"]:
        own = container["securityContext"]
        assert own == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"].keys() == {"requests", "limits"}
        assert re.fullmatch(r"[^@]+:(?!latest)[\w.-]+", container["image"])


def test_only_scratch_and_signatures_can_be_written(scanned, pod):
    [claim] = scanned.one("StatefulSet", "clamd")["spec"]["volumeClaimTemplates"]
    bounded = {each["name"] for each in pod["spec"]["volumes"] if "sizeLimit" in each.get("emptyDir", {})}
    for container in pod["spec"]["containers"] + pod["spec"]["initContainers"]:
        mounts = [each["name"] for each in container["volumeMounts"] if not each.get("readOnly")]
        assert set(mounts) <= bounded | {claim["metadata"]["name"]}


def test_signatures_are_loaded_before_it_starts_and_kept_up_to_date(pod):
    [first] = pod["spec"]["initContainers"]
    daemons = [each["command"][0] for each in pod["spec"]["containers"]]
    assert "freshclam" in " ".join(first["command"])
    assert daemons == ["clamd", "freshclam"]


def test_a_slow_start_and_a_reload_are_not_killed(pod):
    clamd = pod["spec"]["containers"][0]
    probes = [clamd[name] for name in ("startupProbe", "livenessProbe")]
    assert all(each["periodSeconds"] * each["failureThreshold"] >= 300 for each in probes)
    assert {each["tcpSocket"]["port"] for each in probes} <= {port["name"] for port in clamd["ports"]}


def test_selectors_find_it(scanned, pod):
    for kind in ("StatefulSet", "Service"):
        selector = scanned.one(kind, "clamd")["spec"]["selector"]
        assert selects(selector.get("matchLabels", selector), pod["metadata"]["labels"])


def test_it_is_connected_to_the_workers_that_check_files_and_to_its_mirror_only(scanned, pod):
    network = Network([each["spec"] for each in scanned.of("NetworkPolicy")], {})
    labels = {name.partition("/")[2]: labels for name, _, labels in scanned.pods()}
    clamd = Pod(pod["metadata"]["labels"], {"clamd": 3310})
    reaching = {name for name, each in labels.items() if network.reaches(Pod(each), clamd, 3310)}
    assert reaching == {"aftersale-svc-consume", "cs-svc-consume"}
    for name, each in labels.items():
        assert not network.reaches(clamd, Pod(each, {"http": 8000}), 8000), name
    assert not network.reaches(Pod({"app": "outsider"}), clamd, 3310)
    assert not network.reaches(clamd, Pod({"app": "postgresql"}, elsewhere={"aftercare/postgresql": "true"}), 5432)
    [policy] = [each["spec"] for each in scanned.of("NetworkPolicy") if each["metadata"]["name"] == "clamd"]
    assert [port["port"] for rule in policy["egress"] for port in rule["ports"]] == [53, 53, 443]


def test_without_the_policies_of_the_suite_it_restricts_nothing_else(tmp_path):
    alone = Rendering(rendered(written(tmp_path, resources=[K8S / "base"], components=[FOLDER])))
    assert [each["spec"]["podSelector"]["matchLabels"] for each in alone.of("NetworkPolicy")] == [CLAMD]
