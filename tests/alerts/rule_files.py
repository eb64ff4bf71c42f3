"""The rules of the monitoring component as files of Prometheus."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPONENT = ROOT / "deploy/k8s/components/monitoring"
Rule = dict[str, Any]  # Any: what YAML has


def groups() -> list[dict[str, Any]]:  # Any: what YAML has
    """The groups of all PrometheusRules, those that record first."""
    files = ("recording-rules.yaml", "rules.yaml")
    return [
        group for name in files for group in yaml.safe_load((COMPONENT / name).read_text("utf-8"))["spec"]["groups"]
    ]


def rules() -> Iterator[Rule]:
    """Every rule."""
    for group in groups():
        yield from group["rules"]


def alerts() -> list[Rule]:
    """The rules that alert."""
    return [rule for rule in rules() if "alert" in rule]


def program(name: str, package: str) -> str:
    """The path of a program. Skips the test where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: on Debian or Ubuntu, apt-get install {package}")
    return found
