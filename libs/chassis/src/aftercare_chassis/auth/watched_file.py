"""A file with keys, issuers or withdrawals, which is read again when it has changed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from aftercare_chassis.watched_files import WatchedFiles

log = structlog.get_logger(__name__)
T = TypeVar("T")


def watched_file(path: str, parse: Callable[[str], T], value: T) -> WatchedFiles[T]:
    """What `parse` makes of the file, and `value` before it is read. `parse` raises a ValueError where the content is malformed."""
    file = Path(path)
    return WatchedFiles(
        (path,), lambda: parse(file.read_text(encoding="utf-8")), value, partial(_unreadable, file.name)
    )


def _unreadable(name: str, error: Exception) -> None:
    log.error("file_unreadable", file=name, error=type(error).__name__)
