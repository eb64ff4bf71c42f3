"""The dashboards show metrics that exist, with labels that they have, in expressions that Prometheus reads."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from aftercare_chassis.observability import metrics_docs
from rule_files import COMPONENT, ROOT, program
from test_alerts import check_expression

FILES = sorted((COMPONENT / "dashboards").glob("*.json"))
DASHBOARDS: dict[str, dict[str, Any]] = {each.stem: json.loads(each.read_text(encoding="utf-8")) for each in FILES}
EXPRESSIONS = [
    target["expr"] for page in DASHBOARDS.values() for panel in page["panels"] for target in panel["targets"]
]
EACH = pytest.mark.parametrize("page", DASHBOARDS.values(), ids=DASHBOARDS)


def test_the_files_are_those_of_the_code() -> None:
    done = subprocess.run(
        [ROOT / ".venv/bin/python", "tools/dashboards", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_metrics_and_labels_exist(expression: str) -> None:
    check_expression(expression)


@EACH
def test_legends_show_labels_that_the_expression_keeps(page: dict[str, Any]) -> None:
    for panel in page["panels"]:
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            kept = {
                name.strip() for names in re.findall(r"by \(([^)]*)\)", target["expr"]) for name in names.split(",")
            }
            assert shown <= kept | ({"timer"} if "sla_breaches" in target["expr"] else set()), target["expr"]


@EACH
def test_panels_do_not_overlap_and_have_what_a_reader_needs(page: dict[str, Any]) -> None:
    places = [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in page["panels"]]
    titles = [each["title"] for each in page["panels"]]
    assert len(places) == len(set(places))
    assert len(titles) == len(set(titles))
    assert len({each["uid"] for each in DASHBOARDS.values()}) == len(DASHBOARDS)


def test_every_metric_of_ours_is_shown_or_alerts() -> None:
    read = "\n".join([*EXPRESSIONS, *(each.read_text() for each in COMPONENT.glob("*rules.yaml"))])
    exported = {each.name for metrics in metrics_docs.of_all().values() for each in metrics}
    unread = {name for name in exported if not re.search(rf"\b{name}(_bucket|_sum|_count)?\b", read)}
    assert unread == UNREAD


UNREAD = {
    "aftercare_commands_waiting": "the rate of waits says more; for a look at one process",
    "aftercare_consumer_lag": "by topic on the dashboard",
    "aftercare_consumer_parked_total": "what waits for an operator is shown",
    "aftercare_http_open_sockets": "for a look at one process, which limits them itself",
    "aftercare_http_sockets_closed_total": "the reasons, for a look when clients complain",
    "aftercare_ledger_counted_postings": "progress of a recount",
    "aftercare_parked_decisions": "a record",
    "aftercare_pool_waiting": "the seconds that are waited are shown",
    "aftercare_replays": "an operator's own command",
}.keys()
"""Metrics that neither a dashboard nor an alert reads, each with the reason."""


def test_prometheus_reads_every_expression(tmp_path: Path) -> None:
    """As a rule that records it: promtool has no other check of an expression."""
    rules = [{"record": f"some:{n}", "expr": each.replace("$service", ".+")} for n, each in enumerate(EXPRESSIONS)]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run(
        [program("promtool", "prometheus"), "check", "rules", str(file)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_prometheus_of_compose_reads_the_same_rules(tmp_path: Path) -> None:
    file = ROOT / "deploy/compose/observability/prometheus.yml"
    done = subprocess.run(
        [program("promtool", "prometheus"), "check", "config", str(file)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    scraped = {
        target.partition(":")[0]
        for job in yaml.safe_load(file.read_text())["scrape_configs"]
        for each in job["static_configs"]
        for target in each["targets"]
    }
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    serving = {name for name, each in compose["services"].items() if "/readyz" in str(each.get("healthcheck"))}
    assert scraped == serving
