"""Files in conversations, as they are announced and shown."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    DeadlineAt,
    In,
    Name,
    Out,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY
from aftercare_files.examination import SMALL
from aftercare_files.media import EXTENSIONS, MediaType
from aftercare_files.stores.port import COPIES, PENDING, FileStore, Upload
from pydantic import Field

from cs_svc.domain.attachments import ATTACHMENT, Announcement, Attachment, AttachmentRefusal, AttachmentState
from cs_svc.domain.channels import Channel
from cs_svc.settings import Settings

View = Reader[Settings]
"""Who reads, when, and with which settings."""
AttachmentTurn = Annotated[str, TurnOf("AttachmentTurn", ATTACHMENT, others=[NOBODY])]
VirusScan = Literal["clean", "unscanned"]
Sha256 = Annotated[
    str, Field(pattern="^sha256:[0-9a-f]{64}$", description="Hash of the content: `sha256:` and 64 hex digits.")
]


class AttachmentIn(In):
    """A file that is to be uploaded for a message or a note."""

    model_config = example(
        media_type="image/jpeg",
        size_bytes=482133,
        sha256="sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        name="划痕.jpg",
    )

    media_type: MediaType
    """The type of the file: it is decoded as this, and refused if it is anything else."""
    size_bytes: Annotated[int, Field(ge=1)]
    """Size in bytes; the upload must have exactly so many."""
    sha256: Sha256
    name: Name | None = None
    """How the others see it named; it names nothing in the store."""
    is_for_note: bool = False
    """Whether it is for a note, which agents alone see; only agents upload such files."""

    def announced(self) -> Announcement:
        """The announcement as commands take it."""
        return Announcement(self.media_type, self.size_bytes, self.sha256, self.name, self.is_for_note)


class UploadOut(Out):
    """Where the file is uploaded to: a form (multipart/form-data) with these fields, and the content as the last one, `file`."""

    url: str
    """Where the form is posted to; no token is needed."""
    fields: dict[str, str]
    """The fields of the form, each as it is here."""
    expires_at: Time
    """Until when the store takes it."""


class LinksOut(Out):
    """Addresses from which the file may be downloaded for a few minutes, without a token."""

    copy_url: str
    """The file without metadata, such as the place where it was taken."""
    thumbnail_url: str | None = None
    """A small picture of it; null where there is none."""
    expires_at: Time
    """Until when these addresses can be used."""


class AttachmentOut(Out):
    """A file in a conversation: how far it is, why it was refused, and where it may be downloaded."""

    id: str
    """Identifies the file: `att_…`."""
    version: Version
    conversation_id: str
    """The conversation that it is in."""
    message_id: str | None
    """The message that it is in; null where it is in none."""
    note_id: str | None
    """The note that it is in; null where it is in none."""
    is_for_note: bool
    """Whether agents alone see it."""
    uploader_role: str
    """The role of whoever uploaded it, or wrote the message."""
    channel: Channel
    """Over which channel it came; `web` is this API."""
    name: str | None
    """How its author calls it; null where it has no name."""
    media_type: str
    """What was announced; of a file that came over a channel, what it seems to be."""
    size_bytes: int
    """Size in bytes."""
    sha256: str
    """The hash of what was uploaded; what is served is a copy."""
    state: AttachmentState
    """How far it is; nobody can download it before it is `accepted`."""
    whose_turn: AttachmentTurn
    """Who has to act next; `nobody` in a final state."""
    deadline_at: DeadlineAt
    deadline_effect: Annotated[str | None, effects_of(ATTACHMENT)] = None
    refused_because: AttachmentRefusal | None = None
    """Why it was refused; null where it was not."""
    virus_scan: VirusScan | None = None
    """Whether it was scanned for viruses: `clean`, or `unscanned` where the platform has no scanner; null until it is accepted."""
    links: LinksOut | None = None
    """Where it may be downloaded; null until it is accepted."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, file: Attachment, reader: View, store: FileStore) -> "AttachmentOut":
        """The file as this reader sees it."""
        return cls(**_members(file, reader, store))


class AnnouncedAttachmentOut(AttachmentOut):
    """A file that was announced, with the form for its upload."""

    holds_secret = True

    upload: UploadOut
    """By this form the file is uploaded."""

    @classmethod
    def announced(cls, file: Attachment, reader: View, store: FileStore) -> "AnnouncedAttachmentOut":
        """The file with a form that the store takes for `attachment_upload_minutes`."""
        expires_at = reader.now.replace(microsecond=0) + timedelta(minutes=reader.settings.attachment_upload_minutes)
        sha256 = file.sha256.removeprefix("sha256:")
        upload = Upload(PENDING + file.id, file.media_type, file.size_bytes, sha256, expires_at)
        form = store.upload_form(upload, reader.now)
        upload_out = UploadOut(url=form.url, fields=dict(form.fields), expires_at=expires_at)
        return cls(**_members(file, reader, store), upload=upload_out)


class AttachedFileOut(Out):
    """A file of a message. `GET …/attachments/{id}` has its state, and links to it once it is checked."""

    id: str
    """Identifies the file: `att_…`."""
    media_type: str
    """Its type; of a file that came over a channel, as that named it."""
    size_bytes: int | None
    """Its size in bytes; null of a file that the channel still had when the message came."""
    name: str | None
    """How its author calls it; null where it has no name."""


class AttachmentsOut(Out):
    """Files, newest first."""

    data: list[AttachmentOut]
    """The latest hundred."""


def _members(file: Attachment, reader: View, store: FileStore) -> dict[str, Any]:  # Any: of many types
    shown = {name: getattr(file, name) for name in _SHOWN}
    return {
        **shown,
        "deadline_effect": ATTACHMENT.deadline_effect(file),
        "virus_scan": _virus_scan(file),
        "links": _links(file, reader, store),
        "allowed_actions": AllowedOut.of(ATTACHMENT.allowed(file, reader.actor)),
    }


_COMPUTED = {"deadline_effect", "virus_scan", "links", "allowed_actions"}
_SHOWN = AttachmentOut.model_fields.keys() - _COMPUTED


def _virus_scan(file: Attachment) -> VirusScan | None:
    if not file.is_kept or file.scanned is None:
        return None
    return "clean" if file.scanned else "unscanned"


def _links(file: Attachment, reader: View, store: FileStore) -> LinksOut | None:
    if not file.is_kept or file.copy_type is None:
        return None
    now = reader.now.replace(microsecond=0)
    until = now + timedelta(minutes=reader.settings.attachment_link_minutes)

    def link(suffix: str, media_type: MediaType) -> str:
        name = f"{file.id}{suffix}.{EXTENSIONS[media_type]}"
        return store.link(COPIES + file.id + suffix, media_type=media_type, file_name=name, now=now, until=until)

    return LinksOut(
        copy_url=link("", file.copy_type),
        thumbnail_url=link(SMALL, MediaType.JPEG) if file.has_thumbnail else None,
        expires_at=until,
    )
