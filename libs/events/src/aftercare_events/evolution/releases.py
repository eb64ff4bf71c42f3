"""The schemas of each release, kept beside the code, and the check of today's events against all of them."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic.json_schema import JsonSchemaValue

from aftercare_events.docs import schemas
from aftercare_events.event import Event
from aftercare_events.evolution import comparison
from aftercare_events.registry import Upcaster

Catalogue = Mapping[str, type[Event]]
Upcasters = Mapping[str, tuple[str, Upcaster]]


_PEOPLE = ["affected_party", "applicant", "handler", "buyer_id", "merchant_id", "author_id", "agent_id", "subject_id"]
ACCEPTED = {"v0.1.0": frozenset(f"{field}: widened maxLength, was 200, is 255" for field in _PEOPLE)}
"""By release: violations that were accepted after all. docs/evolution.md gives the reasons."""


def described(cls: type[Event]) -> JsonSchemaValue:
    """Return what a release keeps of an event: its schema, its topic, and the field with the message key."""
    return {**schemas.of(cls), "x-topic": cls.TOPIC.name, "x-key": cls.KEY}


def read(folder: Path) -> dict[str, dict[str, JsonSchemaValue]]:
    """Return the releases by name, oldest first: each is a dictionary from type name to what `described` returned."""
    found = sorted((path for path in folder.glob("v*") if path.is_dir()), key=_order)
    return {
        release.name: {
            path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(release.glob("*.json"))
        }
        for release in found
    }


def freeze(folder: Path, version: str, events: Catalogue) -> int:
    """Keep today's events as this release; return how many.

    Raises:
        FileExistsError: The release is kept already.
    """
    release = folder / version
    release.mkdir(parents=True)
    for name, cls in events.items():
        text = json.dumps(described(cls), ensure_ascii=False, indent=2) + "\n"
        (release / f"{name}.json").write_text(text, encoding="utf-8")
    return len(events)


def check(folder: Path, events: Catalogue, upcasters: Upcasters) -> list[str]:
    """Return one line per violation, each once, with the oldest release that it breaks."""
    today = {name: described(cls) for name, cls in events.items()}
    found: dict[str, str] = {}
    for version, released in read(folder).items():
        for name, kept in released.items():
            for violation in _against(name, kept, today, upcasters):
                if violation not in ACCEPTED.get(version, ()):
                    found.setdefault(f"{name}: {violation}", version)
    return [f"{violation} (released in {version})" for violation, version in found.items()]


def _against(name: str, kept: JsonSchemaValue, today: Mapping[str, JsonSchemaValue], upcasters: Upcasters) -> list[str]:
    if name in today:
        return list(comparison.violations(kept, today[name]))
    while name in upcasters:
        name = upcasters[name][0]
    # A version may be removed once an upcaster reads its events on the log as a newer version.
    return [] if name in today else ["event removed, and no upcaster leads to a known event"]


def _order(release: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in release.name.removeprefix("v").split("."))
