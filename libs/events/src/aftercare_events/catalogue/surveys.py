"""Surveys, published by cs-svc: who was invited to rate, and who answered."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.conversations import ConversationChannel
from aftercare_events.event import Event
from aftercare_events.fields import BuyerId, CaseId, Code, ConversationId, Id, MerchantId, OrderId, PrincipalId
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class SurveySubject(Vocabulary):
    """What is to be rated."""

    CONVERSATION = "conversation", "the closed conversation"
    CASE = "case", "the completed case"


class SkipCause(Vocabulary):
    """Why nobody was invited."""

    OPTED_OUT = "opted_out", "the person wants no invitations"
    INVITED_LATELY = "invited_lately", "the person was invited not long ago"
    RATED = "rated", "the person has rated already"
    REOPENED = "reopened", "the conversation goes on, or is somebody else's"
    UNREACHABLE = "unreachable", "the channel takes no messages to the person"


class SurveyEvent(Event):
    """What every event of a survey carries; its result is the state of the survey."""

    TOPIC: ClassVar[Topic] = topics.FEEDBACK
    KEY: ClassVar[str] = "survey_id"

    survey_id: Annotated[Id, Field(description="the survey")]
    about: Annotated[Code, one_of(SurveySubject, "what is to be rated")]
    channel: Annotated[Code, one_of(ConversationChannel, "over which the person is invited")]
    conversation_id: ConversationId | None = None
    order_id: OrderId | None = None
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None
    agent_id: Annotated[PrincipalId | None, Field(description="the agent of the conversation")] = None


class SurveyScheduled(SurveyEvent):
    """A conversation was closed or a case completed: its person is invited later, unless there is a reason against it."""

    matter: Code = "survey"


class SurveyInvited(SurveyEvent):
    """The person was invited to rate, once."""

    matter: Code = "survey_invitation"


class SurveyReminded(SurveyEvent):
    """The person was reminded, once."""

    matter: Code = "survey_reminder"


class SurveyEnded(SurveyEvent):
    """The survey ended: answered, expired, opted_out, or skipped before anybody was invited."""

    matter: Code = "survey_end"
    skipped_because: Annotated[Code | None, one_of(SkipCause, "why nobody was invited; absent where somebody was")] = (
        None
    )
    rating_id: Annotated[Id | None, Field(description="the rating that answered it")] = None
    reminded: Annotated[bool, Field(description="whether the person had been reminded")] = False


class SurveyPreferenceSet(Event):
    """A buyer asked for no more invitations, or for invitations again."""

    TOPIC: ClassVar[Topic] = topics.FEEDBACK
    KEY: ClassVar[str] = "preference_id"

    matter: Code = "survey_preference"
    preference_id: Annotated[Id, Field(description="the preference")]
    buyer_id: BuyerId
    opted_out: Annotated[bool, Field(description="whether the buyer wants no invitations")]
