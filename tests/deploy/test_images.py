"""Policies for the Dockerfile and the compose file."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from manifests import ROOT, SERVICES

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = (*SERVICES, "order-labels", "embedder", "payment-simulator")
JOBS = [name for name, each in COMPOSE["services"].items() if each["restart"] == "no"]


def final_stage() -> str:
    return DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


@pytest.mark.parametrize(
    "banned", [r"# *syntax=", r"<<", r"--link", r"https?://", r"curl|wget|apt-get", r"pip install .*-e "]
)
def test_a_build_needs_packages_and_nothing_else(banned):
    assert not re.search(banned, DOCKERFILE)


def test_the_base_image_is_an_argument_with_a_default():
    assert "ARG BASE_IMAGE=python:3.12-slim" in DOCKERFILE
    stages = re.findall(r"^FROM (\S+) AS (\S+)", DOCKERFILE, re.M)
    assert {source for source, _ in stages} <= {"${BASE_IMAGE}"} | {name for _, name in stages}
    assert re.match(r"\nFROM \$\{BASE_IMAGE\}\n", final_stage())


def test_dependencies_are_locked_by_hash_before_sources_are_copied():
    installs = [found.start() for found in re.finditer("--require-hashes --constraints requirements.lock", DOCKERFILE)]
    assert len(installs) == 2
    assert max(installs) < DOCKERFILE.index("COPY libs libs")


def test_the_final_stage_is_the_environment_alone_and_not_root():
    layers = [f"COPY --from=own /layers/{name} /" for name in ("common", "needed", "own")]
    assert re.findall(r"^COPY .*", final_stage(), re.M) == layers, "what changes less often is below"
    assert "RUN" not in final_stage()
    assert "USER 10001:10001" in final_stage()


def test_extras_are_installed_unless_they_are_left_out():
    assert "ARG EXTRAS=--all-extras" in DOCKERFILE
    assert '${EXTRAS} "$@"' in DOCKERFILE


def test_locks_hold_hashes_and_no_addresses():
    for lock in (ROOT / "deploy" / "build.lock", ROOT / "requirements.lock"):
        text = lock.read_text()
        assert "://" not in text
        blocks = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]
        assert all("--hash=sha256:" in block for block in blocks)


def test_images_run_the_versions_that_are_tested():
    names = re.findall(r"(?m)^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text())
    assert sorted(set(names)) == names, "one version of each package, whatever the Python"


def test_everything_listens_on_the_loopback_interface_and_on_a_port_that_can_be_moved():
    for name, each in COMPOSE["services"].items():
        for port in each.get("ports", []):
            assert re.fullmatch(r"127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+", port), name


def test_every_image_is_a_variable_with_a_tagged_default():
    for name, each in COMPOSE["services"].items():
        default = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", each["image"])
        assert default != each["image"], name
        assert re.fullmatch(r"[a-z0-9./-]+:(?!latest)[\w.]+", default), name


@pytest.mark.parametrize(
    ("words", "environment", "base"),
    [([], {}, "18000"), ([], {"PORT_BASE": "19000"}, "19000"), (["PORT_BASE=19000"], {"PORT_BASE": "20000"}, "19000")],
)
def test_compose_tests_listen_on_the_configured_ports(words, environment, base):
    plain = {name: value for name, value in os.environ.items() if name not in ("PORT_BASE", "MAKEFLAGS", "MAKELEVEL")}
    command = ["make", "--dry-run", "-C", str(ROOT), "test-compose", *words]
    recipe = subprocess.run(command, env=plain | environment, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"PORT_BASE=(\S+)", recipe)) == {base}


@pytest.mark.parametrize("name", OURS)
def test_our_servers_are_built_here_checked_and_confined(name):
    each = COMPOSE["services"][name]
    assert each["build"]["dockerfile"] == "deploy/Dockerfile"
    assert each["build"]["args"]["BASE_IMAGE"] == "${PYTHON_IMAGE:-python:3.12-slim}"
    assert each["healthcheck"]["test"]
    assert each["read_only"] is True
    assert each["cap_drop"] == ["ALL"]
    assert each["mem_limit"]


def test_the_couriers_simulator_is_another_command_of_the_image_of_simulators():
    simulators = [COMPOSE["services"][name] for name in ("payment-simulator", "courier-simulator")]
    assert len({each["image"] for each in simulators}) == 1
    assert simulators[1]["pull_policy"] == "never"
    commands = tomllib.loads((ROOT / "tools/simulators/pyproject.toml").read_text())["project"]["scripts"]
    assert next(iter(commands)) == "aftercare-payment-simulator", "the first one is `server`"
    assert simulators[1]["entrypoint"][0] in commands


@pytest.mark.parametrize("service", SERVICES)
def test_services_wait_for_their_jobs(service):
    needed = COMPOSE["services"][service]["depends_on"]
    assert {"keys", "topics"} < needed.keys()
    assert all(needed[job]["condition"] == "service_completed_successfully" for job in needed if job in JOBS)
    noun = service.removesuffix("-svc")
    assert f"{noun}-migrate" in needed or COMPOSE["services"][f"{noun}-seed"]["depends_on"][f"{noun}-migrate"]


@pytest.mark.parametrize("service", [*SERVICES, "order-labels"])
def test_each_service_has_the_address_of_its_own_database_only(service):
    noun = service.partition("-")[0]
    environment = COMPOSE["services"][service]["environment"]
    url = environment["AFTERCARE_DATABASE_URL"]
    assert (
        url == f"postgresql://aftercare_{noun}:{noun}-${{AFTERCARE_DB_PASSWORD:-local}}@postgres:5432/aftercare_{noun}"
    )
    assert not [v for k, v in environment.items() if "aftercare_" in str(v) and k != "AFTERCARE_DATABASE_URL"]


def test_the_readme_has_exactly_the_variables_of_the_compose_file():
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    table = [line for line in (ROOT / "deploy" / "README.md").read_text().splitlines() if line.startswith("| `")]
    assert asked == set(re.findall(r"`([A-Z0-9_]{4,})`", "\n".join(line.split("|")[1] for line in table)))


def test_each_service_has_a_database_that_others_cannot_open():
    script = (ROOT / "deploy" / "compose" / "databases.sh").read_text()
    assert f"for name in {' '.join(service.removesuffix('-svc') for service in SERVICES)}; do" in script
    assert 'REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC' in script


def test_brokers_do_not_create_topics():
    assert COMPOSE["services"]["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_providers_books_outlive_its_container():
    simulator = COMPOSE["services"]["payment-simulator"]
    folder = Path(simulator["environment"]["AFTERCARE_PAYMENT_BOOKS"]).parent
    assert f"books:{folder}" in simulator["volumes"]
    assert "books" in COMPOSE["volumes"]
