"""`python -m aftercare_chassis.http.openapi_release --check`: compares the OpenAPI documents with the last release.

It fails, with one line per change, where the REST API of a service changed in a way that breaks its clients.
`--freeze v0.2.0` keeps today's documents as a release.
"""

import json
import shutil
import sys
from pathlib import Path

from aftercare_events.release_gate import ReleaseGate

from aftercare_chassis.http.openapi_compatibility import breaking_changes

DOCUMENTS = Path("docs/openapi")


def releases(documents: Path) -> list[Path]:
    """The folders of the releases below `documents`/released, oldest first."""
    found = [path for path in documents.glob("released/v*") if path.is_dir()]
    return sorted(found, key=lambda path: tuple(map(int, path.name.removeprefix("v").split("."))))


def check(documents: Path) -> list[str]:
    """The breaking changes of every document since the last release; that a service is gone is one."""
    release = releases(documents)[-1]
    found = []
    for kept in sorted(release.glob("*.json")):
        current = documents / kept.name
        if not current.exists():
            found.append(f"{kept.stem}: removed")
            continue
        changes = breaking_changes(json.loads(kept.read_text()), json.loads(current.read_text()))
        found += [f"{kept.stem}: {change}" for change in changes]
    accepted = _accepted(release)
    return [f"{change} (released in {release.name})" for change in found if change not in accepted]


def _accepted(release: Path) -> set[str]:
    """Changes since this release that the comparison reports and that break no client: the lines of `accepted.txt`, with
    the reasons as comments."""
    path = release / "accepted.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def freeze(documents: Path, version: str) -> str:
    """Keep today's documents as this release. Raises: FileExistsError where it is kept already."""
    release = documents / "released" / version
    release.mkdir(parents=True)
    current = sorted(documents.glob("*.json"))
    for document in current:
        shutil.copy(document, release / document.name)
    return f"{len(current)} documents kept as {version}"


GATE = ReleaseGate(
    module="aftercare_chassis.http.openapi_release",
    description=__doc__,
    option="--documents",
    folder=DOCUMENTS,
    releases=lambda documents: [path.name for path in releases(documents)],
    breaking_changes=check,
    freeze=freeze,
    hint="Clients rely on a released API: see docs/evolution.md",
)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 1 where there is a breaking change."""
    return GATE.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
