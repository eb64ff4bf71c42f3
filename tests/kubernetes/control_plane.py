"""etcd, kube-apiserver and kubectl, built from their Go modules and started on loopback ports."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aftercare_cli.stack import ports
from aftercare_cli.stack.processes import Processes
from aftercare_cli.testing.reaper import reaper
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

MODULES = Path(__file__).parent / "binaries"
BINARIES = Path(os.environ.get("AFTERCARE_CACHE", Path.home() / ".cache" / "aftercare")) / "kubernetes"
PROGRAMS = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}
START_SECONDS = 120.0
TOKEN = "for-this-test-only"


def build() -> Path:
    """The folder of the programs, which are built where they are missing or of another version. Skips where Go is missing."""
    version = _version()
    folder = BINARIES / version
    if all((folder / name).exists() for name in PROGRAMS):
        return folder
    if shutil.which("go") is None:
        pytest.skip(
            "a Kubernetes API server is built with Go, which is missing here: apt-get install golang, 1.26 or newer"
        )
    print(f"building Kubernetes {version} and etcd: some minutes, once", flush=True)
    stamp = f"k8s.io/component-base/version.gitVersion={version} "
    major, minor, _ = version.removeprefix("v").split(".")
    stamp += f"-X k8s.io/component-base/version.gitMajor={major} -X k8s.io/component-base/version.gitMinor={minor}"
    for name, package in PROGRAMS.items():
        command = ["go", "build", "-trimpath", "-ldflags", f"-s -w -X {stamp}", "-o", str(folder / name), package]
        subprocess.run(command, cwd=MODULES, env=os.environ | {"CGO_ENABLED": "0"}, check=True)
    return folder


def _version() -> str:
    go_mod = (MODULES / "go.mod").read_text(encoding="utf-8")
    [version] = [line.split()[1] for line in go_mod.splitlines() if line.strip().startswith("k8s.io/kubernetes v")]
    return version


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kubernetes API server, and kubectl for its administrator."""

    kubectl: Path
    config: Path

    def run(self, *words: str, stdin: str | None = None) -> str:
        """The output of kubectl. Raises: AssertionError with its error output, where it fails."""
        done = self.attempt(*words, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def attempt(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run kubectl, whether it fails or not."""
        command = [str(self.kubectl), "--kubeconfig", str(self.config), *words]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120)

    def apply(self, text: str, *words: str) -> None:
        """Apply manifests on the server's side. Raises: AssertionError where one is refused, or the server warns of one."""
        given = ["--server-side", "--validate=strict", "--warnings-as-errors", *words, "-f", "-"]
        done = self.attempt("apply", *given, stdin=text)
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr, done.stderr


@contextmanager
def running(home: Path) -> Iterator[Cluster]:
    """Run a control plane for as long as the block lasts, with its data in this folder."""
    programs = build()
    client, peer, secure = (ports.choose() for _ in range(3))
    _credentials(home, secure)
    cluster = Cluster(programs / "kubectl", home / "kubeconfig")
    for folder in ("run", "logs"):
        (home / folder).mkdir()
    processes = Processes(home / "run", home / "logs")
    with reaper(home):
        processes.start("etcd", [str(programs / "etcd"), *_etcd(home, client, peer)])
        processes.start("kube-apiserver", [str(programs / "kube-apiserver"), *_apiserver(home, client, secure)])
        _until_ready(cluster, processes)
        yield cluster


def _etcd(home: Path, client: int, peer: int) -> list[str]:
    clients, peers = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    return [
        *("--data-dir", str(home / "etcd"), "--unsafe-no-fsync", "--logger", "zap", "--log-level", "warn"),
        *("--listen-client-urls", clients, "--advertise-client-urls", clients),
        *("--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers),
        *("--initial-cluster", f"default={peers}"),
    ]


def _apiserver(home: Path, client: int, secure: int) -> list[str]:
    return [
        f"--etcd-servers=http://127.0.0.1:{client}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={secure}",
        f"--cert-dir={home / 'certificates'}",
        f"--token-auth-file={home / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={home / 'accounts.pem'}",
        f"--service-account-signing-key-file={home / 'accounts.pem'}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
        "--v=0",
    ]


def _credentials(home: Path, secure: int) -> None:
    """The key of service accounts, and the administrator's token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    (home / "accounts.pem").write_bytes(encoded)
    (home / "tokens.csv").write_text(f'{TOKEN},admin,admin,"system:masters"\n', encoding="utf-8")
    configuration = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        "users": [{"name": "admin", "user": {"token": TOKEN}}],
        "clusters": [
            {"name": "test", "cluster": {"server": f"https://127.0.0.1:{secure}", "insecure-skip-tls-verify": True}}
        ],
    }
    (home / "kubeconfig").write_text(json.dumps(configuration), encoding="utf-8")


def _until_ready(cluster: Cluster, processes: Processes) -> None:
    """Raises: StackError where the server has ended; AssertionError where it is not ready in two minutes."""
    ends = time.monotonic() + START_SECONDS
    while cluster.attempt("get", "--raw", "/readyz", "--request-timeout=5s").returncode:
        if processes.find("kube-apiserver") is None:
            raise processes.exit_error("kube-apiserver")
        assert time.monotonic() < ends, processes.log("kube-apiserver").read_text(encoding="utf-8")[-2000:]
        time.sleep(0.2)
