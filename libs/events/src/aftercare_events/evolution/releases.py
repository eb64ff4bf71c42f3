"""The schemas as they were at each release, kept for ever beside the code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aftercare_events.docs import schemas
from aftercare_events.event import Event
from aftercare_events.evolution import offences
from aftercare_events.registry import Upcaster

Catalogue = Mapping[str, type[Event]]
Upcasters = Mapping[str, tuple[str, Upcaster]]


_PEOPLE = ["affected_party", "applicant", "handler", "buyer_id", "merchant_id", "author_id", "agent_id", "subject_id"]
ACCEPTED = {"v0.1.0": frozenset(f"{field}: widened maxLength, was 200, is 255" for field in _PEOPLE)}
"""Changes since a release that were weighed and accepted; docs/evolution.md says why."""


def described(cls: type[Event]) -> dict[str, Any]:
    """What a release keeps of an event: its schema, its topic and the field its messages are keyed by."""
    return {**schemas.of(cls), "x-topic": cls.TOPIC.name, "x-key": cls.KEY}


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Every release by its name, oldest first: type name -> what was kept of the event."""
    found = sorted((path for path in folder.glob("v*") if path.is_dir()), key=_order)
    return {
        release.name: {
            path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(release.glob("*.json"))
        }
        for release in found
    }


def freeze(folder: Path, version: str, events: Catalogue) -> int:
    """Keep today's events as this release; how many. FileExistsError where it has been kept before."""
    release = folder / version
    release.mkdir(parents=True)
    for name, cls in events.items():
        text = json.dumps(described(cls), ensure_ascii=False, indent=2) + "\n"
        (release / f"{name}.json").write_text(text, encoding="utf-8")
    return len(events)


def check(folder: Path, events: Catalogue, upcasters: Upcasters) -> list[str]:
    """One line per offence against any release, each told once, with the oldest release it breaks."""
    today = {name: described(cls) for name, cls in events.items()}
    found: dict[str, str] = {}
    for version, released in read(folder).items():
        for name, kept in released.items():
            for offence in _against(name, kept, today, upcasters):
                if offence not in ACCEPTED.get(version, ()):
                    found.setdefault(f"{name}: {offence}", version)
    return [f"{offence} (released in {version})" for offence, version in found.items()]


def _against(name: str, kept: dict[str, Any], today: Mapping[str, Any], upcasters: Upcasters) -> list[str]:
    if name in today:
        return list(offences.between(kept, today[name]))
    while name in upcasters:
        name = upcasters[name][0]
    # A version may go once its successor reads what it left on the log.
    return [] if name in today else ["event removed, and no upcaster makes a known event of it"]


def _order(release: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in release.name.removeprefix("v").split("."))
