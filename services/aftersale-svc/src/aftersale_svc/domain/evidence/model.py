"""Evidence files. Sizes are in bytes; hashes are `sha256:` and 64 hexadecimal digits; times are aware, UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_files.media import MediaType, PictureHash

from aftersale_svc.domain.cases.codes import EvidenceKind


class EvidenceState(StrEnum):
    """The states of a file."""

    PENDING = "pending"
    UPLOADED = "uploaded"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class CitedState(StrEnum):
    """How far the file behind a cited hash is: the states of a file, or that none was uploaded."""

    NOT_UPLOADED = "not_uploaded"
    PENDING = "pending"
    UPLOADED = "uploaded"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class EvidenceAction(StrEnum):
    """What can be done to a file."""

    COMPLETE = "complete"
    ACCEPT = "accept"
    REFUSE = "refuse"
    EXPIRE = "expire"


class EvidenceRefusal(StrEnum):
    """Why a file was refused: the causes of the check (`FileRefusal`), and others. `metadata_track`: a file that was refused before copies were made without such tracks."""

    NOT_UPLOADED = "not_uploaded"
    SIZE_DIFFERS = "size_differs"
    HASH_DIFFERS = "hash_differs"
    TYPE_DIFFERS = "type_differs"
    TOO_LARGE_DECODED = "too_large_decoded"
    MALFORMED = "malformed"
    CODEC_UNSUPPORTED = "codec_unsupported"
    METADATA_TRACK = "metadata_track"
    INFECTED = "infected"
    CHECK_LIMIT = "check_limit"
    CHECK_UNAVAILABLE = "check_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file of one side: announced, uploaded, checked.

    `owner_buyer_id` or `owner_merchant_id` is the side that sees it from the start; files of the platform have neither.
    What is served is the copy, in which nothing is left but picture and sound. `scanned` is whether an accepted file was
    scanned for viruses; None for one that is not accepted, or was before this was noted. `uploaded_at` is None before the upload, and of a file that an earlier build has checked.
    """

    id: str
    version: int
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    owner_buyer_id: str | None
    owner_merchant_id: str | None
    uploader_id: str
    uploader_role: str
    kind: EvidenceKind
    media_type: MediaType
    size: int
    sha256: str
    state: EvidenceState
    whose_turn: str
    deadline_at: datetime | None
    refused_because: EvidenceRefusal | None = None
    copy_type: MediaType | None = None
    copy_sha256: str | None = None
    thumbnail_sha256: str | None = None
    scanned: bool | None = None
    created_at: datetime
    updated_at: datetime
    uploaded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CitedFile:
    """A file with a hash that is cited."""

    sha256: str
    state: EvidenceState
    kind: EvidenceKind


@dataclass(frozen=True, slots=True)
class Announcement:
    """A file that somebody wants to upload, for an order or for a case of one."""

    order_id: str | None
    case_id: str | None
    kind: EvidenceKind
    media_type: MediaType
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the check of a file found and made; the hashes name objects in the store."""

    copy_type: MediaType
    copy_sha256: str
    thumbnail_sha256: str | None
    hashes: Sequence[PictureHash]
    scanned: bool


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """A file that the worker is to look at. `attempts` counts those that ended with the worker's process."""

    id: str
    attempts: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceMatch:
    """A file that is like another one, of another order, case or account. `distance` is in bits, 0 to 64."""

    file_id: str
    other_id: str
    same_hash: bool
    distance: int | None
    found_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceReuse:
    """Where else a file, or a picture that looks like it, was used: the other file, its order, case and uploader, and since when
    that is known."""

    file_id: str
    other_id: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    uploader_id: str
    uploader_role: str
    same_hash: bool
    distance: int | None
    found_at: datetime
