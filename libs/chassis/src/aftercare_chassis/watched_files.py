"""Files that are read again when they have changed, such as those of a Kubernetes ConfigMap or Secret."""

import os
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

LOOK_SECONDS = 2.0
"""Users look so often. The call takes 0.002 ms where a file is the same."""
T = TypeVar("T")


class WatchedFiles(Generic[T]):
    """What `read` makes of some files; `value` is that of the last version that could be read. `is_unreadable`: that is not the present one.

    `read` raises an OSError where a file cannot be read and a ValueError where its content is malformed. `failed` is called with
    either once for each version.
    """

    def __init__(
        self, paths: Sequence[str], read: Callable[[], T], value: T, failed: Callable[[Exception], None]
    ) -> None:
        self._paths, self._read, self._failed, self.value = paths, read, failed, value
        self._version: list[tuple[int, ...] | None] = []
        self.is_unreadable = False

    def load(self) -> bool:
        """Read them, unless this version has been read; whether the value is another one. Raises: OSError, ValueError."""
        version = [_version(path) for path in self._paths]
        if version == self._version and not self.is_unreadable:
            return False
        before, self._version, self.is_unreadable = self.value, version, True
        self.value, self.is_unreadable = self._read(), False
        return self.value != before

    def look(self) -> bool:
        """Read them again if one has changed; whether the value is another one. Files that cannot be read change nothing."""
        if [_version(path) for path in self._paths] == self._version:
            return False
        try:
            return self.load()
        except (OSError, ValueError) as error:
            self._failed(error)
            return False


def _version(path: str) -> tuple[int, ...] | None:
    """What differs between versions of a file: kubelet and careful writers replace it, others write into it. None: there is no file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size
