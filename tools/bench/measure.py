"""What a run cost: requests by wrk, CPU by the operating system."""

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
    """The path of wrk; SystemExit with one clear line where it is missing."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit(
            "bench: the load client wrk is missing; get it with: apt-get install wrk (macOS: brew install wrk)"
        )
    return found


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def family_seconds(parent: psutil.Process) -> float:
    """CPU of a process, its children and the children that have ended meanwhile."""
    times, alive = parent.cpu_times(), 0.0
    for child in parent.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended: from now on its parent accounts for it
            alive += cpu_seconds(child)
    return times.user + times.system + times.children_user + times.children_system + alive


def run(url: str, *, seconds: int, first: int, token: str, service: psutil.Process, postgres: psutil.Process) -> Run:
    """Load `url` for some seconds, with orders from number `first` on."""
    command = [need_wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), url, "--", str(first), token]
    clocks: tuple[Callable[[], float], ...] = (lambda: cpu_seconds(service), lambda: family_seconds(postgres))
    before = [clock() for clock in clocks]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    service_s, postgres_s = (clock() - start for clock, start in zip(clocks, before, strict=True))
    told = json.loads(output.strip().splitlines()[-1])
    if told["refused"] or told["broken"] or not told["requests"]:
        raise SystemExit(
            f"bench: {url} refused {told['refused']} and broke {told['broken']} of {told['requests']} requests"
        )
    return Run(
        requests=told["requests"],
        per_second=told["requests"] / told["seconds"],
        p50_ms=told["p50_ms"],
        p99_ms=told["p99_ms"],
        service_ms=1000 * service_s / told["requests"],
        postgres_ms=1000 * postgres_s / told["requests"],
    )
