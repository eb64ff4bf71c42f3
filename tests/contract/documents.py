"""The names in our documents that can be checked: links, files, tests, commands, metrics, variables."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^ *```.*?^ *```", re.S | re.M)


def tracked(pattern: str) -> list[Path]:
    """Files of the repository, also those that are not committed yet."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for name in names if (path := ROOT / name).is_file()]


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def spans(self) -> list[str]:
        """The inline code."""
        return re.findall(r"`([^`\n]+)`", FENCE.sub("", self.text))

    @cached_property
    def code(self) -> list[str]:
        """The inline code, and the lines of code blocks."""
        return self.spans + [line for block in FENCE.findall(self.text) for line in block.splitlines()[1:-1]]

    def links(self) -> Iterator[tuple[Path, str]]:
        """The (file, heading) of each link into the repository."""
        for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", self.text)):
            if "://" not in target:
                path, _, anchor = target.partition("#")
                yield (self.path.parent / path).resolve() if path else self.path, anchor

    def anchors(self) -> set[str]:
        """The anchors of its headings."""
        headings = re.findall(r"^#+ (.*)$", FENCE.sub("", self.text), re.M)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def commands(self, program: str) -> Iterator[list[str]]:
        """The arguments of each call of a program, which is a regular expression."""
        for line in self.code:
            for call in re.findall(rf"(?:^|[;&(]|\$ )\s*(?:[A-Z_]+=\S* )*(?:{program}) ([^|;#&·(→…]+)", line):
                if call.strip():
                    yield call.split()


DOCUMENTS = [Document(path) for path in tracked("*.md") if "seeds" not in path.parts]
