"""Files that are read again when they have changed, such as those of a Kubernetes ConfigMap or Secret."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""Users look so often. The call takes 0.002 ms where the file is the same."""
T = TypeVar("T")


class WatchedFile(Generic[T]):
    """What `parse` makes of a file; `value` is that of the last version that could be read. `is_unreadable`: that is not the present one.

    `parse` raises a ValueError where the content is malformed.
    """

    def __init__(self, path: str, parse: Callable[[str], T], value: T) -> None:
        self._path, self._parse, self.value = Path(path), parse, value
        self._version: tuple[int, ...] | None = ()  # None: there is no file
        self.is_unreadable = False

    def load(self) -> None:
        """Read it now. Raises: OSError, ValueError where it cannot be read."""
        self._version = _version(self._path)
        self.value = self._parse(self._path.read_text(encoding="utf-8"))

    def look(self) -> bool:
        """Read it again if it has changed; whether the value is another one.

        A file that cannot be read changes nothing; what is malformed or missing is logged once per version.
        """
        before, version = self.value, _version(self._path)
        if version == self._version:
            return False
        self._version = version
        try:
            self.value = self._parse(self._path.read_text(encoding="utf-8"))
            self.is_unreadable = False
        except (OSError, ValueError) as error:
            self.is_unreadable = True
            log.error("file_unreadable", file=self._path.name, error=type(error).__name__)
            return False
        return self.value != before


def _version(path: Path) -> tuple[int, ...] | None:
    """What differs between versions of a file: kubelet and careful writers replace it, others write into it."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size
