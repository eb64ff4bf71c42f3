"""Files in conversations 附件: announced and uploaded by who writes, or received over a channel; checked, then added to a message or a note."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypedDict

from aftercare_chassis.lifecycle import Actor, Lifecycle, Permission, Timeout, Transition
from aftercare_chassis.refusals import Kind, Refusal
from aftercare_files.media import MediaType

from cs_svc.domain.channels import Channel
from cs_svc.domain.permissions import SYSTEM_ONLY

MOST_FILES = 20
"""Of one mail."""
MOST_BYTES = 5 * 1024 * 1024
"""Of one file that is received over a channel."""
MOST_BYTES_TOGETHER = 10 * 1024 * 1024
MOST_ADDED = 10
"""Of one message or note."""
MOST_UNUSED = 20
"""How many files of a conversation somebody may have announced that are in no message or note yet."""
STAFF = frozenset({"agent", "arbitrator", "admin"})
UNKNOWN_TYPE = "application/octet-stream"


class AttachmentState(StrEnum):
    """How far a file is. `accepted`: it may be added to a message; `added`: it is in one."""

    PENDING = "pending"
    UPLOADED = "uploaded"
    ACCEPTED = "accepted"
    ADDED = "added"
    REFUSED = "refused"
    EXPIRED = "expired"


class AttachmentAction(StrEnum):
    COMPLETE = "complete"
    ACCEPT = "accept"
    ADD = "add"
    REFUSE = "refuse"
    EXPIRE = "expire"


class AttachmentRefusal(StrEnum):
    """Why a file was refused: the causes of the check (`FileRefusal`), and others. `too_large`, `type_unsupported` and `not_fetched` are of files
    that were received over a channel."""

    NOT_UPLOADED = "not_uploaded"
    SIZE_DIFFERS = "size_differs"
    HASH_DIFFERS = "hash_differs"
    TYPE_DIFFERS = "type_differs"
    TOO_LARGE_DECODED = "too_large_decoded"
    MALFORMED = "malformed"
    CODEC_UNSUPPORTED = "codec_unsupported"
    INFECTED = "infected"
    CHECK_LIMIT = "check_limit"
    CHECK_UNAVAILABLE = "check_unavailable"
    TOO_LARGE = "too_large"
    TYPE_UNSUPPORTED = "type_unsupported"
    NOT_FETCHED = "not_fetched"


UPLOADER_OR_SYSTEM = Permission("uploader_only", frozenset({"buyer", "seller", "agent", "system"}))
_S, _A = AttachmentState, AttachmentAction
ATTACHMENT: Lifecycle[AttachmentState, AttachmentAction] = Lifecycle(
    "attachment",
    initial=_S.PENDING,
    transitions={
        (_S.PENDING, _A.COMPLETE): Transition(_S.UPLOADED, UPLOADER_OR_SYSTEM),
        (_S.PENDING, _A.EXPIRE): Transition(_S.EXPIRED, SYSTEM_ONLY),
        (_S.UPLOADED, _A.ACCEPT): Transition(_S.ACCEPTED, SYSTEM_ONLY),
        (_S.UPLOADED, _A.REFUSE): Transition(_S.REFUSED, SYSTEM_ONLY),
        (_S.ACCEPTED, _A.ADD): Transition(_S.ADDED, UPLOADER_OR_SYSTEM, outcome_of="post"),
        (_S.ACCEPTED, _A.EXPIRE): Transition(_S.EXPIRED, SYSTEM_ONLY),
    },
    timeouts={
        _S.PENDING: Timeout("uploader", "attachment_upload_hours", _A.EXPIRE, "expired"),
        _S.UPLOADED: Timeout("system", "attachment_check_hours", _A.REFUSE, "refused"),
        _S.ACCEPTED: Timeout("uploader", "attachment_unused_hours", _A.EXPIRE, "expired"),
    },
    ends={_S.ADDED, _S.REFUSED, _S.EXPIRED},
)
"""The worker takes the action of the timer, after it has looked for the file, or tried to examine it, once more."""


class AttachedFile(TypedDict):
    """A file of a message, as the message shows it. `size_bytes` is None while the channel has it, `name` None where it has none."""

    id: str
    media_type: str
    size_bytes: int | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in a conversation. Sizes are in bytes, `sha256` is `sha256:` and 64 hexadecimal digits.

    `is_for_note`: agents alone see it. `media_type` is what was announced, of a received file what it seems to be. What is served is the copy, in
    which nothing is left but what people see and hear; `scanned` is whether it was scanned for viruses, None before it is accepted.
    """

    id: str
    version: int
    conversation_id: str
    message_id: str | None = None
    note_id: str | None = None
    is_for_note: bool = False
    uploader_id: str
    uploader_role: str
    channel: Channel = Channel.WEB
    name: str | None
    media_type: str
    size_bytes: int
    sha256: str
    state: AttachmentState
    whose_turn: str
    deadline_at: datetime | None
    refused_because: AttachmentRefusal | None = None
    copy_type: MediaType | None = None
    has_thumbnail: bool = False
    scanned: bool | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def is_kept(self) -> bool:
        """Whether it was accepted and can be downloaded."""
        return self.state in (AttachmentState.ACCEPTED, AttachmentState.ADDED)

    def is_of(self, actor: Actor) -> bool:
        """Whether this actor has uploaded it."""
        return (self.uploader_id, self.uploader_role) == (actor.id, actor.role)

    def shown(self) -> AttachedFile:
        """How its message shows it."""
        return AttachedFile(id=self.id, media_type=self.media_type, size_bytes=self.size_bytes, name=self.name)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A file that somebody wants to upload."""

    media_type: MediaType
    size_bytes: int
    sha256: str
    name: str | None
    is_for_note: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the check of a file found."""

    copy_type: MediaType
    has_thumbnail: bool
    scanned: bool


@dataclass(frozen=True, slots=True)
class AttachmentCheck:
    """A file that the worker is to look at. `attempts` counts those that ended with the worker's process."""

    id: str
    attempts: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ReceivedContent:
    """The content of a file that was received over a channel, until it is checked."""

    id: str
    content: bytes = field(repr=False)


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


class AttachmentLimits(Protocol):
    """The settings with the types that are taken, and the largest sizes, in bytes."""

    @property
    def attachment_types(self) -> Sequence[MediaType]: ...
    @property
    def attachment_image_bytes(self) -> int: ...
    @property
    def attachment_video_bytes(self) -> int: ...
    @property
    def attachment_document_bytes(self) -> int: ...


class AttachmentTypeUnsuitable(Refusal):
    """Files of this type are not taken. `allowed` are the types that are."""

    kind, code = Kind.INVALID, "attachment_type_unsuitable"
    zh, en = "附件只能是：{allowed:or 无}。", "An attachment may be: {allowed:or none}."


class AttachmentTooLarge(Refusal):
    """The file is larger than files of its type may be."""

    kind, code = Kind.INVALID, "attachment_too_large"
    zh, en = "该类型的附件不得超过 {limit_bytes} 字节。", "A file of this type may have at most {limit_bytes} bytes."


class TooManyAttachments(Refusal):
    """The person has announced as many files in the conversation as they may without adding them to a message or note."""

    kind, code = Kind.CONFLICT, "too_many_attachments"
    zh, en = "尚未发送的附件最多 {limit} 个。", "At most {limit} files may be announced that are in no message yet."


class AttachmentUnusable(Refusal):
    """A named file cannot be added: it is not there, or not the author's, or in a message already, or not accepted. `found` is its state, or `unknown`."""

    kind, code = Kind.INVALID, "attachment_unusable"
    zh, en = (
        "附件 {attachment_id} 不能使用（{found}）；只能使用本人上传到该会话、已通过检查且尚未使用的附件，且每个只能用一次。",
        "The file {attachment_id} cannot be added ({found}): it has to be the author's own in this conversation, accepted, and be named once.",
    )


class NotesByAgentsOnly(Refusal):
    """Only agents write notes, and upload files for them."""

    kind, code = Kind.FORBIDDEN, "notes_by_agents_only"
    zh, en = "只有客服可以上传备注的附件。", "Only agents upload files for notes."


def largest(media_type: MediaType, limits: AttachmentLimits) -> int:
    """How many bytes a file of this type may have."""
    if media_type is MediaType.MP4:
        return limits.attachment_video_bytes
    return limits.attachment_document_bytes if media_type is MediaType.PDF else limits.attachment_image_bytes


def check_announced(announced: Announcement, limits: AttachmentLimits) -> None:
    """Raises: AttachmentTypeUnsuitable, AttachmentTooLarge."""
    if announced.media_type not in limits.attachment_types:
        raise AttachmentTypeUnsuitable(pointer="/media_type", allowed=[each.value for each in limits.attachment_types])
    if announced.size_bytes > (limit := largest(announced.media_type, limits)):
        raise AttachmentTooLarge(pointer="/size_bytes", limit_bytes=limit)


def check_addable(
    found: Attachment | None, attachment_id: str, author: Actor, *, is_for_note: bool, place: int
) -> None:
    """Check that the author may add this file. Raises: AttachmentUnusable."""
    own = found if found is not None and found.is_of(author) and found.is_for_note == is_for_note else None
    if own is None or own.state is not AttachmentState.ACCEPTED:
        state = "unknown" if own is None else own.state.value
        raise AttachmentUnusable(pointer=f"/attachment_ids/{place}", attachment_id=attachment_id, found=state)
