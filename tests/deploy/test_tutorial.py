"""The commands of docs/deploying.md, as a shell runs them: `kubectl` renders, and what it would send to a cluster is kept."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from manifests import ROOT, SERVICES, Rendering, rendered

KUBECTL = """#!/bin/sh
if [ "$1" = kustomize ]; then exec {kubectl} "$@"; fi
echo "$*" >> {calls}
"""


@dataclass(frozen=True)
class Deployed:
    overlay: Path
    shop: Rendering
    calls: list[str]
    entries: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not here")
    folder = tmp_path_factory.mktemp("checkout")
    for part in ("deploy/k8s", "tools/manifests"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    calls = folder / "calls"
    for own in ("programs", "entries"):
        (folder / own).mkdir()
    (folder / "programs" / "kubectl").write_text(KUBECTL.format(kubectl=kubectl, calls=calls))
    (folder / "programs" / "kubectl").chmod(0o755)
    page = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    path = f"{folder / 'programs'}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "TMPDIR": str(folder / "entries")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 faults" in ran.stdout
    overlay = folder / "deploy" / "k8s" / "overlays" / "shop"
    entries = {each.stem: json.loads(each.read_text()) for each in (folder / "entries").glob("*/*.json")}
    return Deployed(overlay, Rendering(rendered(overlay)), calls.read_text().splitlines(), entries)


def test_no_name_of_the_examples_is_left(deployed: Deployed) -> None:
    for each in deployed.shop.manifests:
        assert not re.search(r"aftercare\.example|registry\.example/|aftercare\.svc", json.dumps(each)), each[
            "metadata"
        ]
        if each["kind"] != "Namespace":
            assert each["metadata"].get("namespace") == "shop-aftersales", each["metadata"]


def test_everything_of_the_production_overlay_is_there(deployed: Deployed) -> None:
    prod = Rendering(rendered(deployed.overlay.parent / "prod"))
    for kind in {each["kind"] for each in prod.manifests} - {"Namespace", "ConfigMap"}:
        assert len(deployed.shop.of(kind)) >= len(prod.of(kind)), kind


def test_images_are_those_of_the_shop(deployed: Deployed) -> None:
    images = {container["image"] for _, container in deployed.shop.containers()}
    assert images == {f"registry.shop.example/aftercare/{name}:1.4.0" for name in (*SERVICES, "order-svc-labels")}


def test_issuers_and_withdrawals_are_files_that_pods_mount(deployed: Deployed) -> None:
    [files] = [each for each in deployed.shop.of("ConfigMap") if each["metadata"]["name"] == "aftercare-jwks"]
    for service in SERVICES:
        settings = deployed.shop.one("ConfigMap", service)["data"]
        assert {Path(settings[f"AFTERCARE_{one}_FILE"]).name for one in ("ISSUERS", "WITHDRAWN")} == set(files["data"])


def test_each_secret_that_the_operators_want_is_made(deployed: Deployed) -> None:
    made = {found[1] for call in deployed.calls if (found := re.search(r"create secret generic (\S+)", call))}
    wanted = {"aftercare-backups"}
    for cluster in deployed.shop.of("Cluster"):
        [role] = cluster["spec"]["managed"]["roles"]
        wanted |= {cluster["spec"]["bootstrap"]["initdb"]["secret"]["name"], role["passwordSecret"]["name"]}
    assert made == wanted
    assert deployed.entries.keys() == deployed.shop.names("ExternalSecret")


@pytest.mark.parametrize("service", SERVICES)
def test_the_addresses_are_those_of_the_databases(deployed: Deployed, service: str) -> None:
    cluster = deployed.shop.one("Cluster", f"{service}-db")["spec"]
    initdb, [role] = cluster["bootstrap"]["initdb"], cluster["managed"]["roles"]
    address = urlsplit(deployed.entries[service]["AFTERCARE_DATABASE_URL"])
    owner = urlsplit(deployed.entries[f"{service}-migrate"]["AFTERCARE_MIGRATION_DATABASE_URL"])
    assert (address.username, owner.username) == (role["name"], initdb["owner"])
    for each, name in ((address, role["passwordSecret"]["name"]), (owner, initdb["secret"]["name"])):
        assert (each.hostname, each.path) == (f"{service}-db-rw", f"/{initdb['database']}")
        assert any(f"generic {name} " in call and f"password={each.password}" in call for call in deployed.calls)


def test_namespaces_get_labels_that_the_network_policies_select(deployed: Deployed) -> None:
    """But that of Kafka and PostgreSQL, which have policies of their own, and that of an issuer in the cluster."""
    given = {found[1] for call in deployed.calls if (found := re.search(r"label namespace \S+ (\S+)=true", call))}
    selected = set(re.findall(r'"(aftercare/[\w-]+)": "true"', json.dumps(deployed.shop.of("NetworkPolicy"))))
    assert given == selected - {"aftercare/kafka", "aftercare/postgresql", "aftercare/identity"}
