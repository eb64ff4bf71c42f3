"""The CustomResourceDefinitions of the operators that components use.

Those of operators that are Go modules come from these modules, whole. CloudNativePG and Strimzi are no packages of a registry:
for them the reduced definitions of `deploy/k8s/schemas` stand in.
"""

import json
import subprocess
from pathlib import Path

import object_schemas
from control_plane import MODULES, Cluster

SOURCES = {
    "github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0": (
        "h1:gNVytrzzYUE08wxLDrjfJqy1FPPSFkMe1OEr4s4pVI0=",
        "config/crd/bases/barmancloud.cnpg.io_objectstores.yaml",
    ),
    "github.com/kedacore/keda/v2@v2.21.0": (
        "h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=",
        "config/crd/bases/keda.sh_*.yaml",
    ),
    "github.com/external-secrets/external-secrets@v1.3.2": (
        "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=",
        "config/crds/bases/external-secrets.io_externalsecrets.yaml",
    ),
    "sigs.k8s.io/gateway-api@v1.6.3": (
        "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=",
        "config/crd/standard/gateway.networking.k8s.io_[gh]*s.yaml",
    ),
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        "example/prometheus-operator-crd/monitoring.coreos.com_p*s.yaml",
    ),
}
"""Of each module its hash and the files with the definitions."""


def install(cluster: Cluster) -> None:
    """Put the definitions into the cluster, and wait until they are served."""
    whole = [file for module in SOURCES for file in _files(module)]
    groups = {file.name.partition("_")[0] for file in whole}
    reduced = [
        file
        for file in sorted(object_schemas.FOLDER.glob("*.json"))
        if json.loads(file.read_text(encoding="utf-8"))["spec"]["group"] not in groups
    ]
    for file in [*whole, *reduced]:
        cluster.run("apply", "--server-side", "-f", str(file))
    cluster.run("wait", "--for=condition=Established", "customresourcedefinitions", "--all", "--timeout=60s")


def _files(module: str) -> list[Path]:
    """The module's files with definitions. Raises: AssertionError where it has another hash."""
    digest, pattern = SOURCES[module]
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, cwd=MODULES, capture_output=True, text=True, check=True, timeout=300)
    found = json.loads(done.stdout)
    assert found["Sum"] == digest, module
    return sorted(Path(found["Dir"]).glob(pattern))
