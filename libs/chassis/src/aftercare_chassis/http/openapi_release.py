"""`python -m aftercare_chassis.http.openapi_release --check`: fails, one line per change, when the REST API of a service
changed since the last release in a way that breaks its clients. `--freeze v0.2.0` keeps today's documents as a release."""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

from aftercare_chassis.http.openapi_compatibility import breaking_changes

DOCUMENTS = Path("docs/openapi")


def last_release(documents: Path) -> Path | None:
    """The folder of the newest release below `documents`/released, or None where nothing was released."""
    found = [path for path in documents.glob("released/v*") if path.is_dir()]
    return max(found, key=lambda path: tuple(map(int, path.name.removeprefix("v").split("."))), default=None)


def check(documents: Path) -> list[str]:
    """The breaking changes of every document against the last release; a service that is gone is one."""
    release = last_release(documents)
    if release is None:
        return [f"no release is kept in {documents / 'released'}"]
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
    """Changes since this release that the comparison of keywords reports and that break nobody: `accepted.txt`, a line
    each, with the reasons as comments."""
    path = release / "accepted.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def freeze(documents: Path, version: str) -> int:
    """Keep today's documents as this release; returns how many. Raises: FileExistsError where it is kept already."""
    release = documents / "released" / version
    release.mkdir(parents=True)
    current = sorted(documents.glob("*.json"))
    for document in current:
        shutil.copy(document, release / document.name)
    return len(current)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 1 when there is a breaking change."""
    parser = argparse.ArgumentParser(prog="python -m aftercare_chassis.http.openapi_release", description=__doc__)
    act = parser.add_mutually_exclusive_group(required=True)
    act.add_argument("--check", action="store_true", help="compare with the last release")
    act.add_argument("--freeze", metavar="VERSION", type=_version, help="keep today's documents as this release")
    parser.add_argument("--documents", type=Path, default=DOCUMENTS, help="the folder of the documents")
    options = parser.parse_args(arguments)
    first = options.freeze is not None and last_release(options.documents) is None
    found = [] if first else check(options.documents)
    for change in found:
        print(change, file=sys.stderr)
    if found:
        print("Clients rely on a released API: see docs/evolution.md", file=sys.stderr)
        return 1
    if options.freeze:
        print(f"{freeze(options.documents, options.freeze)} documents kept as {options.freeze}")
    return 0


def _version(text: str) -> str:
    if not re.fullmatch(r"v\d+\.\d+\.\d+", text):
        raise argparse.ArgumentTypeError("a release is named like v0.2.0")
    return text


if __name__ == "__main__":
    sys.exit(main())
