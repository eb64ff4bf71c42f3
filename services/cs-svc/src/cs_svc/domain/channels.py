"""Channels 渠道 of conversations, and the deliveries of messages over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from cs_svc.domain.permissions import AGENT, SYSTEM_ONLY

_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=30)
MOST_ATTEMPTS = 12
"""After so many attempts a delivery has failed: they take about four hours."""


class Channel(StrEnum):
    """Over which channel people write: this API (`web`), or a service that relays what they write."""

    WEB = "web"
    EMAIL = "email"
    WECHAT = "wechat"
    QQ = "qq"
    SMS = "sms"
    PHONE = "phone"


WRITTEN = frozenset({Channel.EMAIL, Channel.WECHAT, Channel.QQ, Channel.SMS})
"""The channels over which messages are delivered to an address. What is said on the phone is said by people."""


REPLY_WINDOWS: Mapping[Channel, timedelta] = {Channel.WECHAT: timedelta(hours=48)}
"""For how long after the latest message of a person a channel takes messages to them, where it has such a rule."""


class ChannelDeliveryState(StrEnum):
    """How far a message has come. `sent`: the channel has taken it; `bounced`: it took it and gave it back."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    BOUNCED = "bounced"


class DeliveryAction(StrEnum):
    """What happens to a delivery. ATTEMPT: the channel did not take it, which may be otherwise later."""

    ATTEMPT = "attempt"
    SEND = "send"
    CONFIRM = "confirm"
    FAIL = "fail"
    BOUNCE = "bounce"
    RETRY = "retry"


_S, _A = ChannelDeliveryState, DeliveryAction
DELIVERY: Lifecycle[ChannelDeliveryState, DeliveryAction] = Lifecycle(
    "delivery",
    initial=_S.QUEUED,
    transitions={
        (_S.QUEUED, _A.ATTEMPT): Transition(_S.QUEUED, SYSTEM_ONLY),
        (_S.QUEUED, _A.SEND): Transition(_S.SENT, SYSTEM_ONLY),
        (_S.QUEUED, _A.FAIL): Transition(_S.FAILED, SYSTEM_ONLY),
        (_S.SENT, _A.CONFIRM): Transition(_S.DELIVERED, SYSTEM_ONLY),
        (_S.SENT, _A.FAIL): Transition(_S.FAILED, SYSTEM_ONLY),
        (_S.SENT, _A.BOUNCE): Transition(_S.BOUNCED, SYSTEM_ONLY),
        # A report of failure may arrive after one of success, such as that of a mail server behind the first one.
        (_S.DELIVERED, _A.BOUNCE): Transition(_S.BOUNCED, SYSTEM_ONLY),
        # It was not known what became of the attempt, and now it is.
        (_S.FAILED, _A.CONFIRM): Transition(_S.DELIVERED, SYSTEM_ONLY),
        (_S.FAILED, _A.RETRY): Transition(_S.QUEUED, AGENT),
        (_S.BOUNCED, _A.RETRY): Transition(_S.QUEUED, AGENT),
    },
    timeouts={_S.QUEUED: Timeout("system")},
    ends={_S.SENT, _S.DELIVERED, _S.FAILED, _S.BOUNCED},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The delivery of one message to one identity.

    `due_at` is when it is attempted next, None where it is not. `leased_at` is when an attempt began whose outcome is not known.
    `external_id` is what the channel calls the message, by which it reports about it later. `why` is the reason of its state.
    `segments` is how many text messages it took.
    """

    id: str
    conversation_id: str
    message_id: str
    identity_id: str
    channel: Channel
    state: ChannelDeliveryState = ChannelDeliveryState.QUEUED
    why: str | None = None
    attempts: int = 0
    due_at: datetime | None
    leased_at: datetime | None = None
    external_id: str | None = None
    segments: int | None = None
    created_at: datetime
    updated_at: datetime


def answered_until(channel: Channel, last_inbound_at: datetime | None) -> datetime | None:
    """Until when messages can be sent to somebody whose latest message came then; None where the channel has no such rule,
    or none came."""
    window = REPLY_WINDOWS.get(channel)
    return None if window is None or last_inbound_at is None else last_inbound_at + window


def may_be_answered(channel: Channel, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether the channel takes messages to that person now."""
    until = answered_until(channel, last_inbound_at)
    return channel not in REPLY_WINDOWS or (until is not None and now < until)


def pause(attempts: int) -> timedelta:
    """How long a delivery waits after so many attempts before it: each pause is twice the last, up to half an hour."""
    factor: int = 2 ** min(attempts, 20)
    return min(_FIRST_PAUSE * factor, _LONGEST_PAUSE)
