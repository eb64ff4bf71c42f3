"""Evidence files, published by aftersale-svc: hash, kind, size and type, never the content or a name."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import BuyerId, CaseId, Code, Id, MerchantId, OrderId
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class EvidenceState(Vocabulary):
    """The states of an evidence file."""

    PENDING = "pending", "announced; its uploader has to upload it"
    UPLOADED = "uploaded", "uploaded; it has to be checked"
    ACCEPTED = "accepted", "checked and stored"
    REFUSED = "refused", "ended: the check found a cause to refuse it"
    EXPIRED = "expired", "ended: nothing was uploaded in time"


class EvidenceKind(Vocabulary):
    """What a file shows."""

    PHOTO = "photo", "a picture"
    VIDEO = "video", "a video"
    DOCUMENT = "document", "a document"
    DELIVERY_RECEIPT = "delivery_receipt", "a courier's receipt of a delivery (物流回单)"
    CALL_RECORD = "call_record", "the record of a phone call"
    TEST_REPORT = "test_report", "the report of a testing body"


class EvidenceRefusal(Vocabulary):
    """Why a file was refused."""

    NOT_UPLOADED = "not_uploaded", "it was completed, and nothing had been uploaded"
    SIZE_DIFFERS = "size_differs", "its size is not the one that was announced"
    HASH_DIFFERS = "hash_differs", "its content is not the one that was announced"
    TYPE_DIFFERS = "type_differs", "it is not of the type that was announced"
    TOO_LARGE_DECODED = "too_large_decoded", "it has too many pixels or pages"
    MALFORMED = "malformed", "it cannot be decoded"
    CODEC_UNSUPPORTED = "codec_unsupported", "the video or its sound has a codec that is not decoded"
    METADATA_TRACK = (
        "metadata_track",
        "the video has a track besides picture and sound; until copies were made without such tracks",
    )
    INFECTED = "infected", "a virus was found in it"
    CHECK_LIMIT = "check_limit", "its check needs too much time or memory"
    CHECK_UNAVAILABLE = (
        "check_unavailable",
        "the store or the virus scanner did not answer in time; it may be uploaded again",
    )


class EvidenceFileEvent(Event):
    """What every event of an evidence file carries; its hash is in `evidence`."""

    TOPIC: ClassVar[Topic] = topics.EVIDENCE
    KEY: ClassVar[str] = "evidence_id"

    evidence_id: Annotated[Id, Field(description="the evidence file")]
    order_id: OrderId
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId
    kind: Annotated[Code, one_of(EvidenceKind, "what it shows")]
    media_type: Annotated[str, Field(min_length=1, max_length=100, description="media type, such as `image/jpeg`")]
    size_bytes: Annotated[int, Field(strict=True, ge=0, description="size in bytes")]
    state: Annotated[Code, one_of(EvidenceState, "the file's state after this event")]
    terminal: Annotated[bool, Field(description="whether nothing can happen to it any more")]


class EvidenceFileAnnounced(EvidenceFileEvent):
    """One side announced a file, and may upload it."""

    matter: Code = "evidence_announcement"


class EvidenceFileUploaded(EvidenceFileEvent):
    """The file was uploaded; it is checked next."""

    matter: Code = "evidence_upload"


class EvidenceFileAccepted(EvidenceFileEvent):
    """The check found what was announced; the file is stored."""

    matter: Code = "evidence_acceptance"
    scanned: Annotated[bool | None, Field(description="whether it was scanned for viruses")] = None


class EvidenceFileRefused(EvidenceFileEvent):
    """The check found a cause to refuse the file."""

    matter: Code = "evidence_refusal"
    cause: Annotated[Code, one_of(EvidenceRefusal, "why")]


class EvidenceFileExpired(EvidenceFileEvent):
    """Nothing was uploaded in time."""

    matter: Code = "evidence_expiry"


class ReusedFile(EventPart):
    """Another file that is like it, of another order, case or account."""

    evidence_id: Annotated[Id, Field(description="the other file")]
    order_id: OrderId
    case_id: CaseId | None = None
    same_hash: Annotated[bool, Field(description="whether its content is the same; otherwise the pictures look alike")]


class EvidenceReused(EvidenceFileEvent):
    """The file, or a picture that looks like it, was used before in another order, case or account."""

    OF_PLATFORM: ClassVar[bool] = True

    matter: Code = "evidence_reuse"
    others: Annotated[tuple[ReusedFile, ...], Field(description="the files that are like it, the same ones first")]
