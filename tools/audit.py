"""`python tools/audit.py FOLDER …`: which locked packages have known flaws, by advisories in folders of this machine. Asks no network.

A folder holds advisories of Python packages in the OSV format, a file each, in JSON or YAML: a checkout of a database such as
github.com/pypa/advisory-database. Other files, other ecosystems and withdrawn advisories have no effect.

Prints a line for each flaw, and how many advisories there were and when the newest was changed: an old folder finds old flaws alone.
The exit code is 1 where a package has a flaw, and 2 where the folders have no advisory.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
LOCKS = (ROOT / "requirements.lock", ROOT / "deploy" / "build.lock")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.M)
_SUMMARY = 100  # characters of a line
Advisory = Mapping[str, Any]  # Any: OSV documents, of which only some fields are read


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """A locked package in a version that an advisory names; `fixed` are the versions in which the flaw is gone."""

    package: str
    version: str
    advisory: str
    fixed: str
    summary: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {self.advisory}, fixed in {self.fixed or 'no version'}: {self.summary}"


def locked(files: Iterable[Path]) -> set[tuple[str, str]]:
    """Name and version of each package in these files; of one that has several versions, each."""
    found = (match for file in files for match in _PINNED.findall(file.read_text(encoding="utf-8")))
    return {(canonicalize_name(name), version) for name, version in found}


def advisories(folder: Path) -> Iterator[Advisory]:
    """The advisories below the folder that are in force."""
    for file in sorted(folder.rglob("*")):
        if file.suffix not in {".json", ".yaml", ".yml"} or not file.is_file():
            continue
        text = file.read_text(encoding="utf-8")
        # The C loader, where there is one: thousands of files take a minute without.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        content = json.loads(text) if file.suffix == ".json" else yaml.load(text, loader)  # noqa: S506 - both are safe
        if isinstance(content, dict) and content.get("affected") and not content.get("withdrawn"):
            yield content


def flaws(packages: Iterable[tuple[str, str]], known: Iterable[Advisory]) -> Iterator[Flaw]:
    """Each package that an advisory concerns in its locked version."""
    versions: dict[str, list[str]] = {}
    for name, version in packages:
        versions.setdefault(name, []).append(version)
    for advisory in known:
        for affected in advisory["affected"]:
            package = affected.get("package", {})
            name = canonicalize_name(str(package.get("name", "")))
            if package.get("ecosystem") == "PyPI":
                for version in versions.get(name, []):
                    if is_affected(version, affected):
                        yield Flaw(name, version, str(advisory["id"]), _fixed(affected), _summary(advisory))


def is_affected(version: str, affected: Advisory) -> bool:
    """Whether the version is listed, or within one of the ranges of versions."""
    mine = Version(version)
    listed = any(_same(mine, each) for each in affected.get("versions", []))
    return listed or any(_is_within(mine, each["events"]) for each in _ranges(affected))


def _ranges(affected: Advisory) -> list[Advisory]:
    return [each for each in affected.get("ranges", []) if each.get("type") == "ECOSYSTEM"]


def _same(mine: Version, listed: object) -> bool:
    try:
        return mine == Version(str(listed))
    except InvalidVersion:  # of the time before versions had a form
        return False


def _is_within(mine: Version, events: Iterable[Mapping[str, object]]) -> bool:
    """By OSV's algorithm: the last event at or before the version decides."""
    within = False
    for kind, at in sorted(
        ((kind, Version(str(at))) for event in events for kind, at in event.items()), key=lambda each: each[1]
    ):
        if kind == "introduced" and mine >= at:
            within = True
        elif (kind == "fixed" and mine >= at) or (kind == "last_affected" and mine > at):
            within = False
    return within


def _fixed(affected: Advisory) -> str:
    events = [event for each in _ranges(affected) for event in each["events"]]
    return ", ".join(str(event["fixed"]) for event in events if "fixed" in event)


def _summary(advisory: Advisory) -> str:
    return " ".join(str(advisory.get("summary") or advisory.get("details", "")).split())[:_SUMMARY]


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the locked packages with advisories in folders.")
    parser.add_argument("folders", nargs="+", type=Path)
    known = [each for folder in parser.parse_args().folders for each in advisories(folder)]
    if not known:
        print("the folders have no advisories in OSV's format", file=sys.stderr)
        sys.exit(2)
    packages = locked(LOCKS)
    found = sorted(set(flaws(packages, known)))
    for each in found:
        print(each)
    newest = max(str(each.get("modified", ""))[:10] for each in known)
    print(f"flaws: {len(found)}, packages: {len(packages)}, advisories: {len(known)}, the newest of {newest}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
