"""Bodies of files that came with messages."""

from aftercare_chassis.http.schemas import Out


class FileOut(Out):
    """A file of a message."""

    id: str
    """Identifies the file: `att_…`."""
    message_id: str
    """The message with which it came."""
    name: str
    """How its author calls it."""
    media_type: str
    """What its author says that it is."""
    size_bytes: int
    """Its size in bytes."""
    sha256: str
    """The SHA-256 of its content, hexadecimal."""
    is_kept: bool
    """Whether its content can be read; that of files beyond the limits was not kept."""


class FilesOut(Out):
    """Files, newest first."""

    data: list[FileOut]
    """The latest hundred."""
