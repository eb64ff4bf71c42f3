"""What all channels have in common: how a message is sent over one, and what can come in over it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to one address. `delivery_id` is the same in each attempt.

    `answers` is what the channel calls the latest message of the person; `last_inbound_at` is when any last came from the address.
    """

    delivery_id: str
    conversation_id: str
    address: str
    text: str
    subject: str | None
    answers: str | None
    last_inbound_at: datetime | None


class Outcome(StrEnum):
    """What became of an attempt. `unavailable`: it may succeed later; `refused`: it will not."""

    SENT = "sent"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of an attempt; `external_id` is what the channel calls the message, `why` a code."""

    outcome: Outcome
    external_id: str | None = None
    why: str | None = None


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
