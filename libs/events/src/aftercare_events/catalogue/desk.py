"""What agents do with conversations beside answering them: notes, tags, and putting them off; published by cs-svc for the platform alone."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.conversations import ConversationEvent
from aftercare_events.event import Event
from aftercare_events.fields import Code, ConversationId, Hash, Id, PrincipalId, Time
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class WakeCause(Vocabulary):
    """Why a conversation that was put off came back."""

    TIME = "time", "its time came"
    BUYER_WROTE = "buyer_wrote", "the buyer wrote"
    SET = "set", "an agent took it back before its time"
    CLOSED = "closed", "it was closed"


class ConversationNoteAdded(Event):
    """An agent added a note that other agents read; its text stays with cs-svc."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "note_id"
    OF_PLATFORM: ClassVar[bool] = True

    matter: Code = "conversation_note"
    note_id: Annotated[Id, Field(description="the note")]
    conversation_id: ConversationId
    text_hash: Hash
    mentions: Annotated[tuple[PrincipalId, ...], Field(description="the agents whom it is to reach")] = ()


class TagSet(Event):
    """A tag that agents give to conversations was made or changed."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "tag_id"

    matter: Code = "tag_setting"
    tag_id: Annotated[Id, Field(description="the tag")]
    retired: Annotated[bool, Field(description="whether no conversation gets it any more")]


class MacroSet(Event):
    """A macro, a text with variables for agents, was made or changed; the text stays with cs-svc."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "macro_id"

    matter: Code = "macro_setting"
    macro_id: Annotated[Id, Field(description="the macro")]
    team_id: Annotated[Id | None, Field(description="the team that uses it; absent where all do")] = None
    retired: Annotated[bool, Field(description="whether it is used no more")]


class ConversationTagged(ConversationEvent):
    """A conversation has these tags from now on."""

    OF_PLATFORM: ClassVar[bool] = True

    matter: Code = "conversation_tags"
    tags: Annotated[tuple[Id, ...], Field(description="all tags that it has now")]


class ConversationSnoozed(ConversationEvent):
    """An agent put a conversation off: it comes back at this time, or when the buyer writes."""

    OF_PLATFORM: ClassVar[bool] = True

    matter: Code = "conversation_snooze"
    until: Annotated[Time, Field(description="when it comes back")]


class ConversationWoken(ConversationEvent):
    """A conversation that was put off came back."""

    OF_PLATFORM: ClassVar[bool] = True

    matter: Code = "conversation_snooze"
    cause: Annotated[Code, one_of(WakeCause, "why")]
    agent_id: Annotated[PrincipalId | None, Field(description="the agent of the conversation")] = None
