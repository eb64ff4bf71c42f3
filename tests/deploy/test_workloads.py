"""Policies for everything that creates pods."""

import re

import pytest
from manifests import SERVICES, selects

UNITS = {"m": 0.001, "": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
PROBES = {"startupProbe": "/startupz", "readinessProbe": "/readyz", "livenessProbe": "/livez"}


def amount(text: object) -> float:
    number, unit = re.fullmatch(r"([\d.]+)([A-Za-z]*)", str(text)).groups()
    return float(number) * UNITS[unit]


def test_there_is_something_to_check(k8s):
    assert len(k8s.deployments()) >= 15
    assert len(k8s.of("Job")) >= 5


def test_requests_and_limits(k8s):
    for name, container in k8s.containers():
        resources = container["resources"]
        for kind in ("cpu", "memory"):
            assert amount(resources["requests"][kind]) <= amount(resources["limits"][kind]), name


def test_images_are_tagged_and_never_latest(k8s):
    for name, container in k8s.containers():
        assert re.fullmatch(r"[^@]+(:(?!latest)[\w.-]+|@sha256:[0-9a-f]{64})", container["image"]), name


def test_processes_of_a_service_run_one_image(k8s):
    for service in SERVICES:
        images = {c["image"] for name, c in k8s.containers() if c["name"] == service and not name.endswith("-labels")}
        assert len(images) == 1, images
        assert re.search(rf"(^|/)aftercare/{service}[:@]", images.pop())


def test_deployments_have_all_three_probes_on_a_real_port(base):
    for deployment in base.deployments():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        for probe, path in PROBES.items():
            http = container[probe]["httpGet"]
            assert http["path"] == path
            assert http["port"] in ports, f"{deployment['metadata']['name']}: {probe} on a port that is not there"
            assert container[probe]["timeoutSeconds"] < 10


def test_every_probe_is_on_a_port_of_its_container(k8s):
    for name, container in k8s.containers():
        ports = {port["name"] for port in container.get("ports", [])}
        for probe in PROBES:
            if probe in container:
                assert container[probe]["httpGet"]["port"] in ports, name


def test_a_slow_start_is_not_killed(base):
    for deployment in base.deployments():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        probe = container["startupProbe"]
        assert probe["periodSeconds"] * probe["failureThreshold"] >= 180


def test_pods_run_as_an_unprivileged_user(k8s):
    for name, spec, _ in k8s.pods():
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert context["runAsUser"] >= 10_000, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name


def test_containers_have_no_privileges(k8s):
    for name, container in k8s.containers():
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False, name
        assert context["readOnlyRootFilesystem"] is True, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
        assert not context.get("privileged"), name


def test_pods_share_nothing_with_the_node(k8s):
    for name, spec, _ in k8s.pods():
        assert not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")), name
        assert not any("hostPath" in volume for volume in spec.get("volumes", [])), name
        assert not any("hostPort" in port for c in spec["containers"] for port in c.get("ports", [])), name


def test_only_bounded_scratch_can_be_written(k8s):
    """The services store nothing outside their databases; the payment simulator has a volume for its ledger."""
    for name, spec, _ in k8s.pods():
        volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
        for container in spec["containers"]:
            for mount in container.get("volumeMounts", []):
                volume = volumes[mount["name"]]
                writable = not mount.get("readOnly", False)
                books = volume.get("persistentVolumeClaim", {}).get("claimName") == "payment-simulator-books"
                assert not writable or books or "sizeLimit" in volume.get("emptyDir", {}), f"{name}: {mount['name']}"


def test_accounts_are_own_and_carry_no_token(k8s):
    accounts = {each["metadata"]["name"]: each for each in k8s.of("ServiceAccount")}
    for name, spec, _ in k8s.pods():
        assert spec["serviceAccountName"] in accounts, name
        assert spec["serviceAccountName"] == spec["containers"][0]["name"], name
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
    assert all(account["automountServiceAccountToken"] is False for account in accounts.values())


def test_selectors_find_their_own_pods(k8s):
    for each in k8s.deployments():
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert selects(each["spec"]["selector"]["matchLabels"], labels), each["metadata"]["name"]
        for spread in each["spec"]["template"]["spec"].get("topologySpreadConstraints", []):
            assert selects(spread["labelSelector"]["matchLabels"], labels)


def test_no_two_deployments_share_pods(k8s):
    for each in k8s.deployments():
        found = [name for name, _, labels in k8s.pods() if selects(each["spec"]["selector"]["matchLabels"], labels)]
        assert found == [f"Deployment/{each['metadata']['name']}"]


def test_services_have_pods_and_ports(k8s):
    for service in k8s.of("Service"):
        found = [spec for _, spec, labels in k8s.pods() if selects(service["spec"]["selector"], labels)]
        assert len(found) == 1, service["metadata"]["name"]
        names = {port["name"] for port in found[0]["containers"][0]["ports"]}
        assert all(port["targetPort"] in names for port in service["spec"]["ports"])


def test_rollouts_keep_all_replicas(base):
    for each in base.deployments():
        assert each["spec"]["strategy"] == {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
        }
        assert each["spec"]["revisionHistoryLimit"] <= 10


def test_the_base_leaves_the_number_of_pods_to_autoscalers_and_overlays(base):
    """A number here would set back what an autoscaler has chosen, at each apply."""
    assert not [each["metadata"]["name"] for each in base.deployments() if "replicas" in each["spec"]]


def test_disruption_budgets_protect_and_never_block_a_drain(base):
    for each in base.deployments():
        labels = each["spec"]["template"]["metadata"]["labels"]
        budgets = [b for b in base.of("PodDisruptionBudget") if selects(b["spec"]["selector"]["matchLabels"], labels)]
        assert len(budgets) == 1, each["metadata"]["name"]
        spec = budgets[0]["spec"]
        assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
        assert spec["maxUnavailable"] == 1


def test_pods_spread_over_zones_and_nodes(base):
    for each in base.deployments():
        spread = each["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert [one["topologyKey"] for one in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        assert {one["whenUnsatisfiable"] for one in spread} == {"ScheduleAnyway"}


def test_a_stop_has_enough_time(base):
    from aftercare_chassis.jobs.background import STOP_SECONDS

    requests, pool = 10, 5  # how long uvicorn waits for the last requests, and the pool for its connections
    for each in base.deployments():
        spec = each["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        sleep = float(container["lifecycle"]["preStop"]["exec"]["command"][1])
        assert spec["terminationGracePeriodSeconds"] > sleep + requests + STOP_SECONDS + pool


def test_jobs_end(k8s):
    for job in k8s.of("Job"):
        spec = job["spec"]
        assert spec["template"]["spec"]["restartPolicy"] == "Never"
        assert spec["backoffLimit"] <= 10
        assert spec["activeDeadlineSeconds"] <= 3600
        assert spec["ttlSecondsAfterFinished"] <= 3600


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_its_processes(base, service):
    names = {each["metadata"]["name"] for each in base.of("Deployment", "Job")}
    assert {f"{service}-{process}" for process in ("serve", "relay", "consume", "migrate")} <= names
