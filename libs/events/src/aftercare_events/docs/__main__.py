"""`python -m aftercare_events.docs [--check] [--root DIR]`: write the generated files, or report which ones are stale."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from aftercare_events.docs import asyncapi, page, schemas
from aftercare_events.registry import EVENTS

SCHEMAS = Path("libs/events/schemas")
REPOSITORY = Path(__file__).resolve().parents[5]


def files() -> dict[Path, str]:
    """Return the content of every generated file, by its path in the repository."""
    return {
        **{SCHEMAS / f"{name}.json": _json(schemas.of(cls)) for name, cls in EVENTS.items()},
        Path("docs/asyncapi.json"): _json(asyncapi.document()),
        Path("docs/events.md"): page.text(),
    }


def stale(root: Path) -> list[Path]:
    """Return the files that are missing, differ from the event classes, or describe an event that no longer exists."""
    return _stale(root, files())


def _stale(root: Path, wanted: Mapping[Path, str]) -> list[Path]:
    differing = [path for path, text in wanted.items() if not _contains(root / path, text)]
    existing = {path.relative_to(root) for path in (root / SCHEMAS).glob("*.json")}
    return sorted({*differing, *(existing - wanted.keys())})


def write(root: Path) -> list[Path]:
    """Write, and delete, what is stale; return the changed files."""
    wanted = files()
    changed = _stale(root, wanted)
    for path in changed:
        if path not in wanted:
            (root / path).unlink()
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(wanted[path], encoding="utf-8")
    return changed


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 1 where --check finds a stale file."""
    parser = argparse.ArgumentParser(prog="python -m aftercare_events.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a file is stale")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the repository")
    options = parser.parse_args(arguments)
    if not options.check:
        print(f"{len(write(options.root))} files changed")
        return 0
    found = stale(options.root)
    if found:
        names = ", ".join(str(path) for path in found)
        print(f"stale: {names}; run python -m aftercare_events.docs", file=sys.stderr)
    return 1 if found else 0


def _contains(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _json(document: Mapping[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
