"""Each test that docs/security.md names as the proof of something exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`((?:tests|libs|services)/[\w./-]+\.py)(?:::(\w+))?`")


def test_every_test_of_the_threat_model_exists() -> None:
    named = _TEST.findall((ROOT / "docs" / "security.md").read_text())
    assert len(named) > 30
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).is_file() or (test and f"def {test}(" not in (ROOT / path).read_text())
    ]
    assert missing == []


def test_every_threat_has_a_test() -> None:
    threats = (ROOT / "docs" / "security.md").read_text().partition("## Threats")[2].partition("\n## ")[0]
    rows = [line for line in threats.splitlines() if line.startswith("| ") and not line.startswith("| threat ")]
    assert [row for row in rows if not _TEST.search(row) and "the same tests" not in row] == []
