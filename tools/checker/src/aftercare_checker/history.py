"""What clients asked and were told: one JSON object per line and attempt.

`key` (Idempotency-Key), `service`, `method`, `path`, `status` (null where no answer came), and from the answer's body
`id` and `version` where it has them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Command:
    """One thing a client wanted, under one key, however often it asked."""

    key: str
    service: str
    path: str
    statuses: list[int | None] = field(default_factory=list)
    told: set[tuple[str, int | None]] = field(default_factory=set)

    @property
    def succeeded(self) -> bool:
        return any(status is not None and 200 <= status < 300 for status in self.statuses)

    @property
    def in_doubt(self) -> bool:
        """Nobody was told whether it happened."""
        return not self.succeeded and any(status is None or status >= 500 for status in self.statuses)


def read(path: Path) -> list[Command]:
    """The commands of a history file; ValueError naming the line that is not one."""
    with path.open(encoding="utf-8") as lines:
        return commands(lines)


def commands(lines: Iterable[str]) -> list[Command]:
    """The commands of these lines, reads left out."""
    found: dict[str, Command] = {}
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            if said["method"] == "GET":
                continue
            command = found.setdefault(said["key"], Command(said["key"], said["service"], said["path"]))
            command.statuses.append(said["status"])
            if said["status"] is not None and 200 <= said["status"] < 300 and said.get("id"):
                command.told.add((said["id"], said.get("version")))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} of the history is not one: {error!r}") from None
    return list(found.values())
