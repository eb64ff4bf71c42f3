"""Load on an endpoint with wrk, and the CPU time that it takes."""

import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

CONNECTIONS = 8
SCRIPT = Path(__file__).with_name("case.lua")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run against one endpoint. CPU in milliseconds per request."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    service_ms: float
    postgres_ms: float


def need_wrk() -> str:
    """The path of wrk. Raises: SystemExit where it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit(
            "bench: the load client wrk is missing; get it with: apt-get install wrk (macOS: brew install wrk)"
        )
    return found


def cpu_seconds(process: psutil.Process) -> float:
    """CPU seconds of a process, without its children."""
    times = process.cpu_times()
    return times.user + times.system


def tree_seconds(parent: psutil.Process) -> float:
    """CPU seconds of a process and its children, also of those that have ended."""
    times, alive = parent.cpu_times(), 0.0
    for child in parent.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended, and is counted in its parent
            alive += cpu_seconds(child)
    return times.user + times.system + times.children_user + times.children_system + alive


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """What wrk measured: the number of requests, all of them successful, their rate and their latencies."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float


def load(url: str, *, seconds: int, bodies: Path, first: int, token: str, path: str = "/v1/cases") -> Requests:
    """Load a path of `url` for some seconds, with the request bodies in this file from number `first` on.

    Raises: SystemExit where a request was refused.
    """
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT)]
    command = [need_wrk(), *options, url, "--", str(bodies), str(first), token, path]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    result = json.loads(output.strip().splitlines()[-1])
    if result["refused"] or result["broken"] or not result["requests"]:
        raise SystemExit(
            f"bench: {url} refused {result['refused']} and broke {result['broken']} of {result['requests']} requests"
        )
    return Requests(
        requests=result["requests"],
        per_second=result["requests"] / result["seconds"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
    )


def run(
    url: str, *, seconds: int, bodies: Path, first: int, token: str, service: psutil.Process, postgres: psutil.Process
) -> Run:
    """The same load, with the CPU time that it takes."""
    clocks: tuple[Callable[[], float], ...] = (lambda: cpu_seconds(service), lambda: tree_seconds(postgres))
    before = [clock() for clock in clocks]
    done = load(url, seconds=seconds, bodies=bodies, first=first, token=token)
    service_s, postgres_s = (clock() - start for clock, start in zip(clocks, before, strict=True))
    return Run(
        requests=done.requests,
        per_second=done.per_second,
        p50_ms=done.p50_ms,
        p99_ms=done.p99_ms,
        service_ms=1000 * service_s / done.requests,
        postgres_ms=1000 * postgres_s / done.requests,
    )
