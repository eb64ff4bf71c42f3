"""What one case costs, from an order to its rating, as `make bench P=capacity` has measured it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

FILE = "measured.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCosts:
    """Of one service, per case: CPU milliseconds of each role and of its database, commits, and bytes that stay in the database."""

    roles: Mapping[str, float]
    database_ms: float
    commits: float
    bytes_kept: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of the whole suite, per case. Bytes of the event log are those of one replica; `wal_bytes` those of all databases together.

    `measured_on` is a date (ISO 8601), `cases` how many were run, `at_a_time` of them at a time.
    """

    measured_on: str
    cases: int
    at_a_time: int
    services: Mapping[str, ServiceCosts]
    broker_ms: float
    events: float
    log_bytes: float
    wal_bytes: float

    @classmethod
    def measured(cls) -> "Costs":
        """The costs that this version was measured to have."""
        return cls.parse((files(__package__) / FILE).read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> "Costs":
        """The costs that `write` has written."""
        found = json.loads(text)
        return cls(**{**found, "services": {name: ServiceCosts(**each) for name, each in found["services"].items()}})

    def write(self, path: Path) -> None:
        """Write them as JSON, for the next version of this package."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
