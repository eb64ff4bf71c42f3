"""The frames of a socket: what clients send, and what they get."""

from typing import Annotated, Literal

from aftercare_chassis.http.schemas import Id, In, Out, Text, Time
from pydantic import Field, StringConstraints, TypeAdapter

from cs_svc.api.schemas.conversations import CitationIn, MessageOut
from cs_svc.domain.attachments import MOST_ADDED

MOST_SUBSCRIBED_AT_ONCE = 100
Place = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
"""The place of a message in its conversation: eight digits."""
FrameId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]


class AuthenticateIn(In):
    """The token, where the handshake had none: the first frame. Later: one that takes its place before it expires."""

    type: Literal["authenticate"]
    """Which frame it is."""
    token: Annotated[str, StringConstraints(min_length=1, max_length=8_192)]
    """A bearer token, of the same person."""


class SubscriptionIn(In):
    """A conversation, and what the client has of it."""

    conversation_id: Id
    """The id of the conversation."""
    after: Place | None = None
    """The place of the last message that the client has: it gets what comes after it. Left out: what is posted from now on; `00000000`:
    everything."""


class SubscribeIn(In):
    """Follow conversations."""

    type: Literal["subscribe"]
    """Which frame it is."""
    conversations: Annotated[list[SubscriptionIn], Field(min_length=1, max_length=MOST_SUBSCRIBED_AT_ONCE)]
    """Those to follow from now on. One that is followed already begins anew after its place."""


class UnsubscribeIn(In):
    """Follow conversations no longer."""

    type: Literal["unsubscribe"]
    """Which frame it is."""
    conversation_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_SUBSCRIBED_AT_ONCE)]
    """Those to follow no longer."""


class PostIn(In):
    """Post a message: as `POST /v1/conversations/{conversation_id}/messages`, with the same limits and refusals."""

    type: Literal["post"]
    """Which frame it is."""
    id: FrameId
    """The Idempotency-Key: repeated, the message is posted once. The answer has the same id."""
    conversation_id: Id
    """The id of the conversation."""
    text: Text
    """What the others read."""
    citations: Annotated[list[CitationIn], Field(default_factory=list, max_length=10)]
    """The articles that the message relies on; only agents may cite."""
    case_id: Id | None = None
    """A case for which the message is an answer; may be left out."""
    attachment_ids: Annotated[list[Id], Field(default_factory=list, max_length=MOST_ADDED)]
    """Files of the author in this conversation that were accepted and are in no message yet."""


class TypingIn(In):
    """The person is writing; sent again every few seconds while that lasts."""

    type: Literal["typing"]
    """Which frame it is."""
    conversation_id: Id
    """A conversation that is followed."""


class MarkIn(In):
    """How far the person has come: as `POST /v1/conversations/{conversation_id}/read`."""

    type: Literal["mark"]
    """Which frame it is."""
    conversation_id: Id
    """The id of the conversation."""
    place: Place
    """The place of the last message that was read, or received."""
    read: bool = True
    """False where the messages were received and not read yet."""


class CallsIn(In):
    """Follow calls of customers, or follow them no longer; agents alone may."""

    type: Literal["calls"]
    """Which frame it is."""
    follow: bool = True
    """False to follow them no longer."""


FrameIn = Annotated[SubscribeIn | UnsubscribeIn | PostIn | TypingIn | MarkIn | CallsIn, Field(discriminator="type")]
FRAMES: TypeAdapter[FrameIn] = TypeAdapter(FrameIn)


class PersonOut(Out):
    """Somebody in a conversation."""

    role: str
    """In which role."""
    person_id: str
    """The id of the person."""


class WelcomeOut(PersonOut):
    """The token was accepted: the first frame, and the answer to `authenticate`."""

    type: Literal["welcome"] = "welcome"
    """Which frame it is."""
    token_expires_at: Time
    """When the token expires: the socket is closed with 4401 soon after, unless another one has arrived."""


class SubscribedOut(Out):
    """A conversation is followed; what the client has missed comes in the next frames."""

    type: Literal["subscribed"] = "subscribed"
    """Which frame it is."""
    conversation_id: str
    """The id of the conversation."""
    after: str
    """The place after which messages are sent."""
    last: str
    """The place of the last message that there is."""
    present: list[PersonOut]
    """The buyer, sellers and agents who follow the conversation now."""


class MessagesOut(Out):
    """Messages, oldest first, each once."""

    type: Literal["messages"] = "messages"
    """Which frame it is."""
    conversation_id: str
    """The id of the conversation."""
    messages: list[MessageOut]
    """At most 100; the place of the last one is what the client resumes after."""


class PostedOut(Out):
    """The message was posted; those who follow the conversation, the client included, get it in a frame `messages` as well."""

    type: Literal["posted"] = "posted"
    """Which frame it is."""
    id: str
    """That of the frame `post`."""
    message: MessageOut
    """The message."""


class RefusedOut(Out):
    """A frame was refused, or a conversation is not followed: it is not known, or somebody else's."""

    type: Literal["refused"] = "refused"
    """Which frame it is."""
    id: str | None
    """That of the frame, where it has one."""
    conversation_id: str | None = None
    """The conversation that is not followed; absent for a frame that was refused."""
    problem: dict[str, object]
    """A problem document (RFC 9457), as the REST API has it."""


class TypingOut(PersonOut):
    """Somebody is writing, until five seconds have passed or their message arrives."""

    type: Literal["typing"] = "typing"
    """Which frame it is."""
    conversation_id: str
    """The id of the conversation."""


class PresenceOut(PersonOut):
    """Somebody follows the conversation now, or does so no longer."""

    type: Literal["presence"] = "presence"
    """Which frame it is."""
    conversation_id: str
    """The id of the conversation."""
    present: bool
    """Whether they do."""


class MarkOut(PersonOut):
    """Somebody else has received or read the conversation up to this place."""

    type: Literal["mark"] = "mark"
    """Which frame it is."""
    conversation_id: str
    """The id of the conversation."""
    place: str
    """The place of the last message."""
    read: bool
    """Whether it was read."""


class ReferralEventOut(PersonOut):
    """The conversation was offered to the other side, or that has ended; `GET /v1/referrals/{referral_id}` has it. Buyers get none. It may be lost."""

    type: Literal["referral"] = "referral"
    """Which frame it is."""
    conversation_id: str
    """The id of the conversation."""
    referral_id: str
    """The id of the offer."""
    state: str
    """Its state."""


class CallEventOut(Out):
    """A call rings, was answered, or has ended; `GET /v1/calls/{call_id}` has the customer. It may be lost: `GET /v1/calls?state=ringing` has all."""

    type: Literal["call"] = "call"
    """Which frame it is."""
    call_id: str
    """The id of the call."""
    state: str
    """Its state."""
    agent_id: str | None
    """The agent whom the telephone system calls, or who answered; null where it names none."""


SENT = [AuthenticateIn, SubscribeIn, UnsubscribeIn, PostIn, TypingIn, MarkIn, CallsIn]
RECEIVED = [
    WelcomeOut,
    SubscribedOut,
    MessagesOut,
    PostedOut,
    RefusedOut,
    TypingOut,
    PresenceOut,
    MarkOut,
    ReferralEventOut,
    CallEventOut,
]
"""The frames that clients send and receive."""
