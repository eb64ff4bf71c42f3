"""Each threat of docs/security.md has a test. That the tests exist is checked for every document (`test_documents.py`)."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`((?:tests|libs|services)/[\w./-]+\.py)(?:::(\w+))?`")


def test_every_threat_has_a_test() -> None:
    threats = (ROOT / "docs" / "security.md").read_text().partition("## Threats")[2].partition("\n## ")[0]
    rows = [line for line in threats.splitlines() if line.startswith("| ") and not line.startswith("| threat ")]
    assert [row for row in rows if not _TEST.search(row) and "the same tests" not in row] == []
