"""The command line of the gates that compare what is published today with its releases: `--check` and `--freeze VERSION`."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseGate:
    """One gate.

    Attributes:
        module: what `python -m` runs.
        description: the help text of the command.
        option, folder: the option that names a folder, and its default.
        releases: the names of the releases that a folder keeps.
        breaking_changes: one line per change since the releases of a folder that breaks a reader.
        freeze: keeps what is published today as a release in a folder; returns a sentence for the operator.
            Raises FileExistsError where that release exists.
        hint: where to read more when there are breaking changes.
    """

    module: str
    description: str
    option: str
    folder: Path
    releases: Callable[[Path], Sequence[str]]
    breaking_changes: Callable[[Path], list[str]]
    freeze: Callable[[Path, str], str]
    hint: str

    def run(self, arguments: list[str] | None = None) -> int:
        """Run the command; returns its exit code, 1 where there are breaking changes or no release to compare with."""
        options = self._parser().parse_args(arguments)
        folder: Path = options.folder
        has_release = bool(self.releases(folder))
        if options.check and not has_release:
            print(f"no release is kept in {folder}", file=sys.stderr)
            return 1
        changes = self.breaking_changes(folder) if has_release else []
        for change in changes:
            print(change, file=sys.stderr)
        if changes:
            print(self.hint, file=sys.stderr)
            return 1
        if options.freeze:
            print(self.freeze(folder, options.freeze))
        return 0

    def _parser(self) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(prog=f"python -m {self.module}", description=self.description)
        act = parser.add_mutually_exclusive_group(required=True)
        act.add_argument("--check", action="store_true", help="compare with the releases; write nothing")
        act.add_argument(
            "--freeze", metavar="VERSION", type=_version, help="keep what is published today as this release"
        )
        parser.add_argument(self.option, dest="folder", type=Path, default=self.folder, help="default: %(default)s")
        return parser


def _version(text: str) -> str:
    if not re.fullmatch(r"v\d+\.\d+\.\d+", text):
        raise argparse.ArgumentTypeError("the name of a release has the form v0.2.0")
    return text
