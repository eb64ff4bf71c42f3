"""What is sent to the routes of evidence files, and files as they are shown."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    DeadlineAt,
    Id,
    In,
    Out,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY
from aftercare_files.media import EXTENSIONS, MediaType
from aftercare_files.stores.port import COPIES, ORIGINALS, PENDING, FileStore, Upload
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import Sha256
from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.evidence.lifecycle import EVIDENCE
from aftersale_svc.domain.evidence.model import Announcement, EvidenceFile, EvidenceRefusal, EvidenceState
from aftersale_svc.domain.evidence.policy import SEES_ORIGINALS
from aftersale_svc.settings import Settings

View = Reader[Settings]
"""Who reads, when, and with which settings."""
EvidenceTurn = Annotated[str, TurnOf("EvidenceTurn", EVIDENCE, others=[NOBODY])]
VirusScan = Literal["clean", "unscanned"]


class EvidenceFileIn(In):
    """A file that is to be uploaded, for an order or for a case of one."""

    model_config = example(
        case_id="case_0196a3c85d1c70f4b8e2d4a6c8f0b2d4",
        kind="photo",
        media_type="image/jpeg",
        size=482133,
        sha256="sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    )

    order_id: Id | None = None
    """The order that it is for; either this or `case_id`."""
    case_id: Id | None = None
    """The case that it is for."""
    kind: EvidenceKind
    """What it shows."""
    media_type: MediaType
    """The type of the file: it is decoded as this, and refused if it is anything else."""
    size: Annotated[int, Field(ge=1)]
    """Size in bytes; the upload must have exactly so many."""
    sha256: Sha256

    def announced(self) -> Announcement:
        """The announcement as commands take it."""
        return Announcement(self.order_id, self.case_id, self.kind, self.media_type, self.size, self.sha256)


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
    """A small picture of it; null for videos."""
    original_url: str | None = None
    """The file as it was uploaded; for arbitrators only, null for everybody else."""
    expires_at: Time
    """Until when these addresses can be used."""


class EvidenceFileOut(Out):
    """An evidence file: how far it is, why it was refused, and where it may be downloaded."""

    id: str
    """Identifies the file: `ev_…`."""
    version: Version
    order_id: str
    """The order that it is for."""
    case_id: str | None = None
    """The case that it is for; null where it was uploaded for the order."""
    kind: EvidenceKind
    """What it shows."""
    media_type: MediaType
    """The type that was announced."""
    size: int
    """Size in bytes."""
    sha256: str
    """By this hash cases and disputes cite it."""
    uploader_role: str
    """The role of whoever uploaded it."""
    state: EvidenceState
    """How far it is; only an accepted file is shown to the other side."""
    whose_turn: EvidenceTurn
    """Who has to act next; `nobody` in a final state."""
    deadline_at: DeadlineAt
    deadline_effect: Annotated[str | None, effects_of(EVIDENCE)] = None
    refused_because: EvidenceRefusal | None = None
    """Why it was refused; null where it was not."""
    virus_scan: VirusScan | None = None
    """Whether it was scanned for viruses: `clean`, or `unscanned` where the platform has no scanner; null until it is accepted."""
    links: LinksOut | None = None
    """Where it may be downloaded; null until it is accepted."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, file: EvidenceFile, reader: View, store: FileStore) -> "EvidenceFileOut":
        """The file as this reader sees it."""
        return cls(**_members(file, reader, store))


class AnnouncedFileOut(EvidenceFileOut):
    """A file that was announced, with the form for its upload."""

    holds_secret = True

    upload: UploadOut
    """By this form the file is uploaded."""

    @classmethod
    def announced(cls, file: EvidenceFile, reader: View, store: FileStore) -> "AnnouncedFileOut":
        """The file with a form that the store takes for `evidence_upload_minutes`."""
        expires_at = reader.now.replace(microsecond=0) + timedelta(minutes=reader.settings.evidence_upload_minutes)
        upload = Upload(PENDING + file.id, file.media_type, file.size, file.sha256.removeprefix("sha256:"), expires_at)
        form = store.upload_form(upload, reader.now)
        upload_out = UploadOut(url=form.url, fields=dict(form.fields), expires_at=expires_at)
        return cls(**_members(file, reader, store), upload=upload_out)


def _members(file: EvidenceFile, reader: View, store: FileStore) -> dict[str, Any]:  # Any: of many types
    return {
        "id": file.id,
        "version": file.version,
        "order_id": file.order_id,
        "case_id": file.case_id,
        "kind": file.kind,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "uploader_role": file.uploader_role,
        "state": file.state,
        "whose_turn": file.whose_turn,
        "deadline_at": file.deadline_at,
        "deadline_effect": EVIDENCE.deadline_effect(file),
        "refused_because": file.refused_because,
        "virus_scan": _virus_scan(file),
        "links": _links(file, reader, store),
        "allowed_actions": AllowedOut.of(EVIDENCE.allowed(file, reader.actor)),
        "created_at": file.created_at,
        "updated_at": file.updated_at,
    }


def _virus_scan(file: EvidenceFile) -> VirusScan | None:
    if file.state is not EvidenceState.ACCEPTED or file.scanned is None:
        return None
    return "clean" if file.scanned else "unscanned"


def _links(file: EvidenceFile, reader: View, store: FileStore) -> LinksOut | None:
    if file.copy_sha256 is None or file.copy_type is None:
        return None
    now = reader.now.replace(microsecond=0)
    until = now + timedelta(minutes=reader.settings.evidence_link_minutes)

    def link(key: str, media_type: MediaType, suffix: str = "") -> str:
        name = f"{file.id}{suffix}.{EXTENSIONS[media_type]}"
        return store.link(key, media_type=media_type, file_name=name, now=now, until=until)

    thumbnail, original = file.thumbnail_sha256, ORIGINALS + file.sha256.removeprefix("sha256:")
    return LinksOut(
        copy_url=link(COPIES + file.copy_sha256, file.copy_type),
        thumbnail_url=link(COPIES + thumbnail, MediaType.JPEG, "-small") if thumbnail else None,
        original_url=link(original, file.media_type, "-original") if reader.actor.role in SEES_ORIGINALS else None,
        expires_at=until,
    )
