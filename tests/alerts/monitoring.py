"""A Prometheus with the rules of the component, and an Alertmanager, as processes on free ports.

Time is compressed: a minute of a rule's `for`, range or offset is a second here. Thresholds are as they are.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import yaml
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from rule_files import groups, program
from servers import Process, Servers

COMPRESSION = 60
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def compressed(duration: str) -> str:
    """A duration of Prometheus, a minute of which is a second; a second at least."""
    return f"{max(1, int(duration[:-1]) * _SECONDS[duration[-1]] // COMPRESSION)}s"


def compressed_rules() -> str:
    """The rules as a file of Prometheus, with compressed durations."""
    found = groups()
    for group in found:
        for rule in group["rules"]:
            rule["expr"] = re.sub(
                r"(?<=\[)\d+[smhd](?=\])|(?<=offset )\d+[smhd]", lambda it: compressed(it[0]), rule["expr"]
            )
            if "for" in rule:
                rule["for"] = compressed(rule["for"])
    return yaml.safe_dump({"groups": found})


@dataclass(slots=True)
class Monitoring:
    """The addresses of both, and a client for them."""

    prometheus: str
    alertmanager: str
    http: httpx.AsyncClient

    async def query(self, expression: str) -> list[dict[str, str]]:
        """The labels of the series that an expression returns now."""
        answer = await self.http.get(f"{self.prometheus}/api/v1/query", params={"query": expression})
        return [each["metric"] for each in answer.json()["data"]["result"]]

    async def received(self) -> set[str]:
        """The names of the active alerts that Alertmanager has."""
        answer = await self.http.get(f"{self.alertmanager}/api/v2/alerts", params={"active": "true"})
        return {each["labels"]["alertname"] for each in answer.json()}

    async def fired(self) -> set[str]:
        """The names of the alerts that have fired within the last ten minutes."""
        return {each["alertname"] for each in await self.query('last_over_time(ALERTS{alertstate="firing"}[10m])')}

    async def wait_received(self, alerts: Collection[str], seconds: float) -> None:
        """Wait until Alertmanager has all of these."""

        async def has_all() -> bool:
            return set(alerts) <= await self.received()

        try:
            await until(has_all, "the alerts arrive", seconds)
        except BaseException as error:
            missing = set(alerts) - await self.received()
            raise AssertionError(f"{sorted(missing)} did not arrive within {seconds:.0f} s") from error

    async def wait_resolved(self, alert: str, seconds: float) -> None:
        """Wait until Alertmanager has this one no longer."""

        async def is_gone() -> bool:
            return alert not in await self.received()

        await until(is_gone, f"{alert} is resolved", seconds)


def _scraped(processes: Sequence[tuple[str, str, Process]]) -> list[dict[str, object]]:
    """The targets, with the labels that the PodMonitor gives."""
    return [
        {
            "targets": [each.url.removeprefix("http://")],
            "labels": {"app_kubernetes_io_name": service, "app_kubernetes_io_component": role},
        }
        for service, role, each in processes
    ]


@asynccontextmanager
async def monitoring(servers: Servers, processes: Sequence[tuple[str, str, Process]]) -> AsyncIterator[Monitoring]:
    """Both, scraping these processes once a second. Skips the test where a program is missing."""
    binaries = program("prometheus", "prometheus"), program("prometheus-alertmanager", "prometheus-alertmanager")
    home, (watching, sending) = servers.home / "monitoring", (ports.choose(), ports.choose())
    home.mkdir()
    (home / "rules.yml").write_text(compressed_rules(), encoding="utf-8")
    (home / "prometheus.yml").write_text(
        yaml.safe_dump(
            {
                "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
                "rule_files": ["rules.yml"],
                "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{sending}"]}]}]},
                "scrape_configs": [{"job_name": "aftercare", "static_configs": _scraped(processes)}],
            }
        ),
        encoding="utf-8",
    )
    (home / "alertmanager.yml").write_text(
        yaml.safe_dump({"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}), encoding="utf-8"
    )
    commands = {
        "prometheus": [
            binaries[0],
            f"--config.file={home}/prometheus.yml",
            f"--storage.tsdb.path={home}/series",
            f"--web.listen-address=127.0.0.1:{watching}",
        ],
        "alertmanager": [
            binaries[1],
            f"--config.file={home}/alertmanager.yml",
            f"--storage.path={home}/alerts",
            f"--web.listen-address=127.0.0.1:{sending}",
            "--cluster.listen-address=",
        ],
    }
    for name, command in commands.items():
        servers.processes.start(name, command)
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            made = Monitoring(f"http://127.0.0.1:{watching}", f"http://127.0.0.1:{sending}", http)
            await _wait_ready(made)
            yield made
    finally:
        for name in commands:
            servers.processes.stop(name, grace_seconds=10)


async def _wait_ready(made: Monitoring) -> None:
    async def answers() -> bool:
        try:
            found = [await made.http.get(f"{url}/-/ready") for url in (made.prometheus, made.alertmanager)]
        except httpx.HTTPError:
            return False
        return all(each.is_success for each in found)

    await until(answers, "Prometheus and Alertmanager answer", 60)


async def pass_time(minutes: float) -> None:
    """Let so many minutes of the rules pass."""
    await asyncio.sleep(minutes * 60 / COMPRESSION)
