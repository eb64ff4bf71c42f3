"""Files that came with messages."""

from dataclasses import dataclass, field
from datetime import datetime

from cs_svc.domain.channels import Channel

MOST_FILES = 20
MOST_BYTES = 5 * 1024 * 1024
"""Of one file."""
MOST_BYTES_TOGETHER = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """A file of a message without its content; `is_kept` is whether that can be read."""

    id: str
    message_id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a message. `content` is None where it was too large, or one too many, to be kept; the hash is of all of it."""

    id: str
    message_id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedFile:
    """A file of a message that a channel keeps for a while, and that is to be fetched; `reference` is what the channel calls it."""

    id: str
    message_id: str
    channel: Channel
    reference: str
    name: str
    media_type: str
    due_at: datetime
    attempts: int = 0
