"""Files in conversations, published by cs-svc: hash, size and type, never the content or a name."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.conversations import Channel
from aftercare_events.event import Event
from aftercare_events.fields import BuyerId, CaseId, Code, ConversationId, Id, MerchantId, OrderId
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class AttachmentState(Vocabulary):
    """The states of a file in a conversation."""

    PENDING = "pending", "announced; its uploader has to upload it"
    UPLOADED = "uploaded", "uploaded, or received over a channel; it has to be checked"
    ACCEPTED = "accepted", "checked and stored; it may be added to a message or a note"
    ADDED = "added", "in a message or a note"
    REFUSED = "refused", "ended: it is not served, for a cause"
    EXPIRED = "expired", "ended: it was not uploaded, or added to nothing, in time"


class AttachmentRefusal(Vocabulary):
    """Why a file was refused."""

    NOT_UPLOADED = "not_uploaded", "it was completed, and nothing had been uploaded"
    SIZE_DIFFERS = "size_differs", "its size is not the one that was announced"
    HASH_DIFFERS = "hash_differs", "its content is not the one that was announced"
    TYPE_DIFFERS = "type_differs", "it is not of the type that was announced"
    TOO_LARGE_DECODED = "too_large_decoded", "it has too many pixels or pages"
    MALFORMED = "malformed", "it cannot be decoded"
    CODEC_UNSUPPORTED = "codec_unsupported", "the video or its sound has a codec that is not decoded"
    INFECTED = "infected", "a virus was found in it"
    CHECK_LIMIT = "check_limit", "its check needs too much time or memory"
    CHECK_UNAVAILABLE = "check_unavailable", "the store or the virus scanner did not answer in time"
    TOO_LARGE = "too_large", "it was received over a channel and is larger than files may be"
    TYPE_UNSUPPORTED = "type_unsupported", "it was received over a channel and is of a type that is not checked"
    NOT_FETCHED = "not_fetched", "the channel that keeps it did not give it"


class AttachmentEvent(Event):
    """What every event of a file in a conversation carries; its hash is in `evidence`."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "attachment_id"
    # Files of notes are for the platform, and what others see of files is in their message.
    OF_PLATFORM: ClassVar[bool] = True

    attachment_id: Annotated[Id, Field(description="the file")]
    conversation_id: ConversationId
    order_id: OrderId | None = None
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None
    channel: Channel = None
    for_note: Annotated[bool, Field(description="whether agents alone see it")] = False
    media_type: Annotated[str, Field(min_length=1, max_length=100, description="media type, such as `image/jpeg`")]
    size_bytes: Annotated[int, Field(strict=True, ge=0, description="size in bytes")]
    state: Annotated[Code, one_of(AttachmentState, "the file's state after this event")]
    terminal: Annotated[bool, Field(description="whether nothing can happen to it any more")]


class AttachmentAnnounced(AttachmentEvent):
    """Somebody announced a file for a conversation, and may upload it."""

    matter: Code = "attachment_announcement"


class AttachmentUploaded(AttachmentEvent):
    """The file was uploaded, or came with a message over a channel; it is checked next."""

    matter: Code = "attachment_upload"


class AttachmentAccepted(AttachmentEvent):
    """The check found what was announced; the file is stored."""

    matter: Code = "attachment_acceptance"
    scanned: Annotated[bool | None, Field(description="whether it was scanned for viruses")] = None


class AttachmentAdded(AttachmentEvent):
    """The file is in a message or a note now, and those who see that see it."""

    matter: Code = "attachment_addition"
    message_id: Annotated[Id | None, Field(description="the message")] = None
    note_id: Annotated[Id | None, Field(description="the note; the message where it is absent")] = None


class AttachmentRefused(AttachmentEvent):
    """The file is not served."""

    matter: Code = "attachment_refusal"
    cause: Annotated[Code, one_of(AttachmentRefusal, "why")]


class AttachmentExpired(AttachmentEvent):
    """The file was not uploaded, or added to nothing, in time."""

    matter: Code = "attachment_expiry"
