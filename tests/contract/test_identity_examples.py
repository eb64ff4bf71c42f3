"""The examples of docs/identity.md are files that services read."""

import re
from pathlib import Path

from aftercare_chassis.auth import issuers, withdrawals
from aftercare_events.roles import ROLES

PAGE = Path(__file__).parents[2] / "docs" / "identity.md"


def test_the_examples_are_read() -> None:
    first, second = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(issuers.parsed(first, ROLES)) == 2
    assert withdrawals.parsed(second).subjects[1].before is not None
