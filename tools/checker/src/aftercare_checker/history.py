"""The requests of clients and their responses: one JSON object per line and attempt.

Its fields are `key` (Idempotency-Key), `service`, `method`, `path`, `status` (null without a response), and `id` and
`version` where the body of the response has them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Command:
    """One command, with all attempts under its key. `returned` holds (id, version) of successful responses."""

    key: str
    service: str
    path: str
    statuses: list[int | None] = field(default_factory=list)
    returned: set[tuple[str, int | None]] = field(default_factory=set)

    @property
    def succeeded(self) -> bool:
        return any(status is not None and 200 <= status < 300 for status in self.statuses)

    @property
    def in_doubt(self) -> bool:
        """Whether no response says if it took effect."""
        return not self.succeeded and any(status is None or status >= 500 for status in self.statuses)


def read(path: Path) -> list[Command]:
    """The commands of a history file.

    Raises:
        ValueError: a line is no attempt; the message has its number.
    """
    with path.open(encoding="utf-8") as lines:
        return commands(lines)


def commands(lines: Iterable[str]) -> list[Command]:
    """The commands of these lines, without reads. Raises: ValueError, see `read`."""
    found: dict[str, Command] = {}
    for number, line in enumerate(lines, 1):
        try:
            attempt = json.loads(line)
            if attempt["method"] == "GET":
                continue
            command = found.setdefault(attempt["key"], Command(attempt["key"], attempt["service"], attempt["path"]))
            command.statuses.append(attempt["status"])
            if attempt["status"] is not None and 200 <= attempt["status"] < 300 and attempt.get("id"):
                command.returned.add((attempt["id"], attempt.get("version")))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} of the history is no attempt: {error!r}") from None
    return list(found.values())
