"""The rules under promtool: they are correct, each alert fires for what it is about and for nothing else, and none fires in health."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from aftercare_chassis.observability import metrics_docs
from incidents import INCIDENTS, Incident, Series, healthy
from rule_files import alerts, groups, program

DEBIAN = "prometheus"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules as a file of Prometheus."""
    file = tmp_path_factory.mktemp("rules") / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": groups()}), encoding="utf-8")
    return file


def run(*arguments: str, given: str | None = None) -> str:
    """What promtool writes. Raises: AssertionError where it finds a fault."""
    done = subprocess.run(
        [program("promtool", DEBIAN), *arguments], input=given, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def case(name: str, after: int, series: Series, firing: list[str], step: int = 1) -> dict[str, Any]:
    """A test of promtool: the alerts that fire after so many minutes."""
    return {
        "name": name,
        "interval": f"{step}m",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": f"{after}m",
                "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in firing],
            }
        ],
    }


def evaluate(rules: Path, *cases: dict[str, Any], step: int = 1) -> None:
    content = {"rule_files": [rules.name], "evaluation_interval": f"{step}m", "tests": list(cases)}
    file = rules.with_name("tests.yml")
    file.write_text(yaml.safe_dump(content))
    run("test", "rules", str(file))


def test_the_rules_are_correct(rules: Path) -> None:
    assert "SUCCESS" in run("check", "rules", "--lint-fatal", str(rules))


@pytest.mark.parametrize("service", ["order_svc", "aftersale_svc", "cs_svc", "kb_svc", "analytics_svc"])
def test_the_metrics_are_named_as_those_of_prometheus_are(service: str) -> None:
    metrics = metrics_docs.running(service)
    metrics.signal("some", "source")
    run("check", "metrics", given=metrics.exposition().decode())


def test_each_alert_has_an_incident() -> None:
    assert [each.alert for each in INCIDENTS] == list(dict.fromkeys(each.alert for each in INCIDENTS))
    assert {each.alert for each in INCIDENTS} == {rule["alert"] for rule in alerts()}


def test_nothing_fires_in_a_healthy_suite(rules: Path) -> None:
    evaluate(rules, *(case(f"after {minutes} minutes", minutes, healthy(), []) for minutes in (1, 10, 60, 300)))


@pytest.mark.parametrize("step", [1, 30])
def test_each_alert_fires_for_what_it_is_about_and_no_other_does(rules: Path, step: int) -> None:
    """Many in one run: to start promtool takes longer than a test."""
    evaluate(rules, *(_with_health(each) for each in INCIDENTS if each.step == step), step=step)


def _with_health(incident: Incident) -> dict[str, Any]:
    series = {**healthy(incident.step), **incident.series}
    return case(incident.alert, incident.after, series, [incident.alert], incident.step)


def test_a_rule_that_is_missing_is_noticed(tmp_path: Path) -> None:
    """Else the test before would show nothing."""
    incident, file = INCIDENTS[0], tmp_path / "rules.yml"
    left = [
        {**group, "rules": [rule for rule in group["rules"] if rule.get("alert") != incident.alert]}
        for group in groups()
    ]
    file.write_text(yaml.safe_dump({"groups": left}), encoding="utf-8")
    with pytest.raises(AssertionError, match="FAILED"):
        evaluate(file, _with_health(incident))
