"""The rules for Prometheus name metrics and signals that the code has, and sections of the runbook that are there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy/k8s/components/monitoring/rules.yaml"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(FILE.read_text(encoding="utf-8"))["spec"]["groups"] for rule in group["rules"]
]
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("libs", "services")
    for path in sorted((ROOT / folder).glob("*/src/**/*.py"))
)
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
NAMED = {
    "OutboxStandsStill",
    "AggregateBlocked",
    "EventsParked",
    "ConsumerBehind",
    "RequestsFail",
    "CourierFeedSilent",
    "CourierCodesUnknown",
    "ParcelAnomaliesStandStill",
    "ShippingCallsStandStill",
    "LabelFilesStandStill",
    "LedgerDiffers",
    "LedgerNotChecked",
    "PaymentsDifferFromStatement",
}


def anchors() -> set[str]:
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_what_has_to_be_noticed_has_a_rule() -> None:
    names = [rule["alert"] for rule in RULES]
    assert set(names) >= NAMED
    assert len(names) == len(set(names))


@EACH
def test_its_metrics_and_signals_are_in_the_code(rule: dict[str, Any]) -> None:
    metrics = {re.sub("_(count|bucket)$", "", each) for each in re.findall(r"\baftercare_[a-z_]+", rule["expr"])}
    assert metrics
    for metric in metrics:
        assert f'"{metric}"' in CODE, metric
    for pattern in re.findall(r'signal=~?"([^"]+)"', rule["expr"]):
        start = pattern.removesuffix(".+")
        noun, _, code = start.rpartition("_push_")
        assert (
            f'signal("{start}"' in CODE or f'signal(f"{start}' in CODE or (noun == "courier" and f'"{code}"' in CODE)
        ), start


@EACH
def test_its_parts_are_complete_and_its_runbook_is_there(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert re.fullmatch(r"\d+[smhd]", rule.get("for", "0s"))
    assert rule["expr"].count("(") == rule["expr"].count(")")
    page, _, section = rule["annotations"]["runbook"].partition("#")
    assert (page, section in anchors()) == ("docs/runbook.md", True), section
    shown = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
    kept = {name.strip() for names in re.findall(r"by \(([^)]*)\)", rule["expr"]) for name in names.split(",")}
    assert set(shown) <= kept, "a sum keeps only the labels that it names"
