"""Where everything is that the checker reads."""

import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Suite:
    """Addresses: the log, one database per service, and the payment provider's books where there are any.

    `journals` names tables in which a service writes one plain row per event it took (event_id, subject, sequence, in
    the order of id): with no constraint to hide behind, a doubled effect shows there.
    """

    kafka: str
    databases: dict[str, str] = field(repr=False)
    simulator: str | None = None
    topics: tuple[str, ...] = ()
    journals: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, stack_file: Path) -> "Suite":
        """From a running stack's `stack.json`; OSError, ValueError or KeyError where it is not one.

        `topics` there leaves out what others say on the same log.
        """
        found = json.loads(stack_file.read_text(encoding="utf-8"))
        return cls(
            kafka=found["kafka"],
            databases=dict(found["databases"]),
            simulator=found.get("simulator"),
            topics=tuple(found.get("topics", ())),
        )
