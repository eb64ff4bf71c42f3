"""What all channels have in common: how a message is sent over one, and what can come in over it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cs_svc.domain.attachments import AttachmentRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to one address. `delivery_id` is the same in each attempt.

    `answers` is what the channel calls the latest message of the person; `last_inbound_at` is when any last came from the address, `sent_lately`
    how many messages went to it within an hour.
    """

    delivery_id: str
    conversation_id: str
    address: str
    text: str
    subject: str | None
    answers: str | None
    last_inbound_at: datetime | None
    sent_lately: int = 0


class Outcome(StrEnum):
    """What became of an attempt. `unavailable`: it may succeed later; `refused`: it will not."""

    SENT = "sent"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of an attempt; `external_id` is what the channel calls the message, `why` a code. `segments` is how many
    text messages it took, where they are counted."""

    outcome: Outcome
    external_id: str | None = None
    why: str | None = None
    segments: int | None = None


class SendingChannel(Protocol):
    """A channel over which messages are sent.

    `repeats_safely`: a message that was sent twice under one `delivery_id` reaches the person once, as the channel or the person's
    program recognises it. `resources` are what it holds open.
    """

    @property
    def repeats_safely(self) -> bool: ...
    @property
    def resources(self) -> Sequence[AbstractAsyncContextManager[object]]: ...

    async def send(self, outgoing: Outgoing, now: datetime) -> Sent:
        """Send the message. It raises nothing that is not a fault of this code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that came with a message; `content` None where it is beyond the limits, or not there because of `why`."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    content: bytes | None
    why: AttachmentRefusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that the channel keeps for a while; `reference` is what it calls it."""

    reference: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A message of a person. `written_at` is when it was written, as the channel says. `takes_messages`: the person asks for no
    more messages (False), or for messages again.

    `external_id` is what the channel calls it. `delivery_id` is the message of ours that it answers, `conversation_id` the conversation to which it
    was addressed, both as proven by a code of ours; `continues` is whether it belongs to the newest conversation of its author where it names none.
    """

    external_id: str | None
    address: str
    text: str
    quoted: str | None = None
    subject: str | None = None
    delivery_id: str | None = None
    conversation_id: str | None = None
    continues: bool = False
    files: tuple[File, ...] = ()
    media: tuple[Media, ...] = ()
    written_at: datetime | None = None
    takes_messages: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What became of a message of ours: it arrived (`delivered`), or was given back, with a code of the reason."""

    delivery_id: str | None = None
    external_id: str | None = None
    delivered: bool
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """Nothing to be done; `why` is a code."""

    why: str


class CallEventKind(StrEnum):
    """What happened to a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """What a telephone system reports about a call.

    `number` is that of the customer, `line` that of ours. `at` is when it happened. `answered`, of the end, is whether anybody had answered.
    """

    kind: CallEventKind
    call_id: str
    number: str
    direction: str
    at: datetime
    line: str | None = None
    agent_id: str | None = None
    answered: bool = False
    duration_seconds: int | None = None
    recording: str | None = None


Content = InboundMessage | DeliveryReport | CallReport | Irrelevant


class Unreadable(ValueError):
    """What came in is none of the channel's messages; the text is a code."""


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    """The result of an attempt to fetch a file, with an Outcome as of a message: `sent` is that the channel has given it."""

    outcome: Outcome
    why: str | None = None
    content: bytes | None = None
    media_type: str | None = None


class MediaChannel(Protocol):
    """A channel that keeps files for us to fetch."""

    async def fetch(self, reference: str, now: datetime) -> FetchedMedia:
        """The file, of MOST_BYTES at most. It raises nothing that is not a fault of this code."""


class ReadingChannel(Protocol):
    """How what came in over a channel is read. Pure: no clock, no network, no database."""

    def parse(self, raw: bytes) -> Content:
        """The content of what came in. Raises: Unreadable."""
