"""The addresses of what the checker reads."""

import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Suite:
    """The log, the database of each service, and the payment provider where there is one.

    `journals` names, per service, a table with one row per effect: event_id, subject, sequence, in the order of id. It has
    no unique constraint, so that a second effect of an event is visible.
    """

    kafka: str
    databases: dict[str, str] = field(repr=False)
    simulator: str | None = None
    topics: tuple[str, ...] = ()
    journals: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, stack_file: Path) -> "Suite":
        """The suite of a `stack.json`. Its `topics`, where given, leave out other topics of the same broker.

        Raises:
            OSError, ValueError, KeyError: the file is no `stack.json`.
        """
        found = json.loads(stack_file.read_text(encoding="utf-8"))
        return cls(
            kafka=found["kafka"],
            databases=dict(found["databases"]),
            simulator=found.get("simulator"),
            topics=tuple(found.get("topics", ())),
        )
