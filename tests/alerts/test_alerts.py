"""Alerts name metrics and signals that the code has, and sections of the runbook that are there."""

import re
from typing import Any

import pytest
from aftercare_chassis.observability import metrics_docs
from rule_files import ROOT, alerts, rules

RULES = alerts()
METRICS = {name: each for found in metrics_docs.of_all().values() for each in found for name in each.series}
RECORDED = {rule["record"] for rule in rules() if "record" in rule}
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("libs", "services")
    for path in sorted((ROOT / folder).glob("*/src/**/*.py"))
)
EVERY = pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: rule.get("alert", rule.get("record")))
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
OF_SCRAPING = {"app_kubernetes_io_name", "app_kubernetes_io_component", "instance", "le"}
NOTICED = {
    "ProcessMissing": "a process",
    "WorkerFails": "a worker",
    "PoolExhausted": "saturation",
    "OutboxStandsStill": "the outbox",
    "ShardsWithoutRelay": "the relay",
    "AggregateBlocked": "blocked",
    "EventsParked": "parked",
    "ConsumerBehind": "lag",
    "LogLost": "the log",
    "DeadlinesOverdue": "timers",
    "AnswersOverdue": "breaches of what was promised",
    "SlaClocksBreached": "breaches of what was promised",
    "CaseReviewsLate": "breaches of what was promised",
    "RefundsUnknown": "unknown outcomes",
    "RequestsFail": "requests",
    "RequestsSlow": "requests",
    "CourierFeedSilent": "couriers",
    "CourierCodesUnknown": "codes",
    "CourierPushSignaturesInvalid": "webhooks",
    "PaymentCallbackSignaturesInvalid": "webhooks",
    "ChannelPushSignaturesInvalid": "webhooks",
    "ChannelMessagesNotSent": "channels",
    "ChannelMessagesNotRead": "channels",
    "ChannelDeliveriesStandStill": "channels",
    "ChannelInboxStandsStill": "channels",
    "ChannelFilesStandStill": "channels",
    "ChannelDeliveriesRepeated": "channels",
    "ParcelAnomaliesStandStill": "parcels",
    "ShippingCallsStandStill": "couriers",
    "LabelFilesStandStill": "labels",
    "LedgerDiffers": "money",
    "LedgerNotChecked": "money",
    "PaymentsDifferFromStatement": "money",
}
WITHOUT_AN_ALERT = {
    "bot_turn_failed": "it is tried again, and after five attempts handed over as `failed`, which BotDoesNotAnswer is about",
    "courier_push_unmatched": "a merchant has parcels that are not of this shop; GET /v1/courier-pushes lists them",
    "ledger_difference": "LedgerDiffers is about the amount",
}


def runbook() -> dict[str, set[str]]:
    """The alerts that each section of the runbook names, by its anchor."""
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    named = {}
    for section in text.split("\n## ")[1:]:
        title, _, content = section.partition("\n")
        line = re.match(r"- \*\*Alerts?\*\* (.+)\n", content)
        anchor = re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        named[anchor] = set(re.findall(r"`(\w+)`", line[1])) if line else set()
    return named


def test_the_runbook_names_no_alert_that_is_not_there() -> None:
    assert set().union(*runbook().values()) == {rule["alert"] for rule in RULES}


def test_what_has_to_be_noticed_has_an_alert() -> None:
    names = [rule["alert"] for rule in RULES]
    assert set(names) >= set(NOTICED)
    assert len(names) == len(set(names))


@EVERY
def test_its_metrics_labels_and_signals_are_in_the_code(rule: dict[str, Any]) -> None:
    check_expression(rule["expr"])


def check_expression(expression: str) -> None:
    """Check that its metrics, their labels and its signals exist."""
    names = re.findall(r"(?<![\w:])aftercare_\w+|\b(?:process|python)_\w+", expression)
    recorded = re.findall(r"aftercare:[\w:]+", expression)
    assert names or recorded or "ALERTS" in expression
    assert set(recorded) <= RECORDED
    for name in names:
        assert name in METRICS or name.startswith(metrics_docs.OF_PROMETHEUS), name
    for name, labels in re.findall(r"(?<![\w:])(aftercare_\w+)\{([^}]*)\}", expression):
        used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", labels))
        assert used <= {*METRICS[name].labels, *OF_SCRAPING}, name
    for pattern in re.findall(r'signal=~?"([^"]+)"', expression):
        for start in re.split(r"[.(]", pattern)[0].split("|"):
            noun, _, code = start.rpartition("_push_")
            assert (
                f'signal("{start}"' in CODE
                or f'signal(f"{start}' in CODE
                or (noun == "courier" and (not code or f'"{code}"' in CODE))
            ), start


def test_each_signal_has_an_alert_or_a_reason_for_none() -> None:
    counted = set(re.findall(r'metrics\.signal\(\s*f?"(\w+)', CODE))
    patterns = re.findall(r'signal=~?"([^"]+)"', " ".join(rule["expr"] for rule in RULES))
    noticed = {start for pattern in patterns for start in re.split(r"[.(]", pattern)[0].split("|")}
    assert counted - noticed == set(WITHOUT_AN_ALERT)


@EACH
def test_its_parts_are_complete_and_its_runbook_is_there(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"warning", "critical"}
    page, _, section = rule["annotations"]["runbook_url"].partition("#")
    assert page == "docs/runbook.md"
    assert rule["alert"] in runbook()[section]
    shown = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
    kept = {name.strip() for names in re.findall(r"by \(([^)]*)\)", rule["expr"]) for name in names.split(",")}
    source = next((each["expr"] for each in rules() if each.get("record") == rule["expr"].partition(" ")[0]), "")
    kept |= {name.strip() for names in re.findall(r"by \(([^)]*)\)", source) for name in names.split(",")}
    assert set(shown) <= kept, "a sum keeps only the labels that it names"
