"""Bodies of surveys."""

from typing import Self

from aftercare_chassis.http.schemas import CreatedAt, DeadlineAt, In, Out, Time, UpdatedAt, Version, example

from cs_svc.domain.channels import Channel
from cs_svc.domain.surveys import SkipCause, Survey, SurveyPreference, SurveyState, SurveySubject
from cs_svc.queries.surveys import SurveyFigures


class SurveyPreferenceIn(In):
    """Whether the caller wants no invitations."""

    model_config = example(opted_out=True)

    opted_out: bool
    """True: no invitations and no reminders from now on."""


class SurveyPreferenceOut(Out):
    """Whether a buyer wants no invitations."""

    id: str
    """Identifies the preference: `spref_…`."""
    version: Version
    buyer_id: str
    """Whose it is."""
    opted_out: bool
    """True: no invitations and no reminders."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, preference: SurveyPreference) -> Self:
        """The preference."""
        return cls.of_row(preference)


class SurveyOut(Out):
    """An invitation to rate, and what became of it."""

    id: str
    """Identifies the survey: `srv_…`."""
    version: Version
    state: SurveyState
    """How far it is."""
    subject: SurveySubject
    """What is to be rated."""
    conversation_id: str | None
    """The conversation in which the person is invited; null where a case has none."""
    rated_case_id: str | None
    """The case to rate; null of a conversation."""
    order_id: str | None
    """The order of either; null where it is about none."""
    buyer_id: str
    """Who is invited."""
    agent_id: str | None
    """The agent of the conversation when it was closed; null where there was none."""
    channel: Channel
    """Over which the person is invited."""
    skipped_because: SkipCause | None
    """Why nobody was invited; null where that is not so."""
    rating_id: str | None
    """The rating that answered it; null where there is none."""
    deadline_at: DeadlineAt
    invited_at: Time | None
    """When the person was invited; null where that has not happened."""
    reminded_at: Time | None
    """When the person was reminded; null where that has not happened."""
    ended_at: Time | None
    """When it ended; null while it goes on."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, survey: Survey) -> Self:
        """The survey."""
        return cls.of_row(survey)


class SurveyFiguresOut(Out):
    """What became of the invitations of one channel and subject."""

    channel: Channel
    """Over which people were invited."""
    subject: SurveySubject
    """What was to be rated."""
    invited: int
    """How many were invited in the period."""
    answered: int
    """How many of them have rated."""
    expired: int
    """How many of them have not, in the time for it."""
    opted_out: int
    """How many of them asked for no more instead."""
    response_rate: float | None
    """The answered share of those that have ended, from 0 to 1; null where none has."""


class SurveyReportOut(Out):
    """Who answers: those who do not are missing in the scores."""

    data: list[SurveyFiguresOut]
    """By channel and subject; those without an invitation are left out."""

    @classmethod
    def of(cls, figures: list[SurveyFigures]) -> Self:
        """The figures."""
        return cls(data=[SurveyFiguresOut.of_row(each) for each in figures])
