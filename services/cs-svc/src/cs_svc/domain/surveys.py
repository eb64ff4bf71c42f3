"""Surveys 满意度调查: a person is invited to rate once a conversation is closed or a case is complete, reminded once, and may ask for no more invitations."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from cs_svc.domain.channels import Channel
from cs_svc.domain.permissions import BUYER, SYSTEM_ONLY


class SurveyState(StrEnum):
    """The states of a survey. `skipped`: nobody was invited; `expired`: nobody answered in time."""

    SCHEDULED = "scheduled"
    INVITED = "invited"
    REMINDED = "reminded"
    ANSWERED = "answered"
    EXPIRED = "expired"
    OPTED_OUT = "opted_out"
    SKIPPED = "skipped"


class SurveyAction(StrEnum):
    INVITE = "invite"
    SKIP = "skip"
    REMIND = "remind"
    ANSWER = "answer"
    EXPIRE = "expire"
    OPT_OUT = "opt_out"


class SkipCause(StrEnum):
    """Why nobody was invited: the person wants no invitations, was invited lately, has rated already, the conversation goes on, or
    messages to the person are not possible."""

    OPTED_OUT = "opted_out"
    INVITED_LATELY = "invited_lately"
    RATED = "rated"
    REOPENED = "reopened"
    UNREACHABLE = "unreachable"


class SurveySubject(StrEnum):
    """What a survey asks about."""

    CONVERSATION = "conversation"
    CASE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey of one person about one conversation or case, of which there is one at most.

    `conversation_id` is the conversation in which the person is invited; None where a case has none, and the survey is in the list alone. `rated_case_id` is
    the case that is to be rated, None of a conversation. `rating_id` is the rating that answered it.
    """

    id: str
    version: int
    state: SurveyState
    subject: SurveySubject
    conversation_id: str | None
    rated_case_id: str | None
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    agent_id: str | None
    channel: Channel
    skipped_because: SkipCause | None = None
    rating_id: str | None = None
    deadline_at: datetime | None = None
    invited_at: datetime | None = None
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPreference:
    """Whether a buyer wants no invitations."""

    id: str
    version: int
    buyer_id: str
    opted_out: bool
    created_at: datetime
    updated_at: datetime


_S, _A = SurveyState, SurveyAction
SURVEY: Lifecycle[SurveyState, SurveyAction] = Lifecycle(
    "survey",
    initial=_S.SCHEDULED,
    transitions={
        (_S.SCHEDULED, _A.INVITE): Transition(_S.INVITED, SYSTEM_ONLY),
        (_S.SCHEDULED, _A.SKIP): Transition(_S.SKIPPED, SYSTEM_ONLY),
        (_S.INVITED, _A.REMIND): Transition(_S.REMINDED, SYSTEM_ONLY),
        (_S.INVITED, _A.ANSWER): Transition(_S.ANSWERED, BUYER),
        (_S.INVITED, _A.OPT_OUT): Transition(_S.OPTED_OUT, BUYER),
        (_S.REMINDED, _A.EXPIRE): Transition(_S.EXPIRED, SYSTEM_ONLY),
        (_S.REMINDED, _A.ANSWER): Transition(_S.ANSWERED, BUYER),
        (_S.REMINDED, _A.OPT_OUT): Transition(_S.OPTED_OUT, BUYER),
    },
    timeouts={
        _S.SCHEDULED: Timeout(turn="system", hours="survey_delay_hours", then=_A.INVITE, effect="invited"),
        _S.INVITED: Timeout(turn="buyer", hours="survey_reminder_hours", then=_A.REMIND, effect="reminded"),
        _S.REMINDED: Timeout(turn="buyer", hours="survey_expiry_hours", then=_A.EXPIRE, effect="expired"),
    },
    ends={_S.ANSWERED, _S.EXPIRED, _S.OPTED_OUT, _S.SKIPPED},
)
ASKED = (SurveyState.INVITED, SurveyState.REMINDED)
"""The states in which a person is asked."""

SURVEY_NOTIFICATIONS: Mapping[str, tuple[str, str]] = {
    "survey_conversation_invitation": (
        "本次会话已结束，请评价我们的服务（满意度 1 至 5 分）。",
        "This conversation has ended; please rate how we helped you, from 1 to 5.",
    ),
    "survey_conversation_reminder": (
        "提醒：您还可以评价上次的服务。",
        "A reminder: you may still rate how we helped you.",
    ),
    "survey_reply_invitation": (
        "本次会话已结束，我们是否帮到了您？请直接回复 1（没有）至 5（完全）；不想再收到邀请请回复“不再邀请”。",
        "This conversation has ended. Did we help you? Reply with 1 (not at all) to 5 (fully), or with “no surveys” to get no such invitations.",
    ),
    "survey_reply_reminder": (
        "提醒：我们是否帮到了您？请直接回复 1 至 5；不想再收到邀请请回复“不再邀请”。",
        "A reminder: did we help you? Reply with 1 to 5, or with “no surveys” to get no such invitations.",
    ),
    "survey_case_invitation": (
        "售后已完成，请在售后单中评价处理结果。",
        "The after-sale case is complete; please rate it in the case.",
    ),
    "survey_case_reminder": ("提醒：您还可以评价已完成的售后。", "A reminder: you may still rate the completed case."),
}
"""The texts of invitations by code, in zh-CN and in en."""
_NO_MORE = frozenset({"不再邀请", "no surveys"})
_SCORES = {str(score): score for score in range(1, 6)}


def notification_code(survey: Survey, *, over_channel: bool, reminder: bool) -> str:
    """The code of the message by which the person is invited or reminded."""
    of_conversation = "reply" if over_channel else "conversation"
    about = "case" if survey.subject is SurveySubject.CASE else of_conversation
    return f"survey_{about}_{'reminder' if reminder else 'invitation'}"


def score_in(reply: str) -> int | None:
    """The score that a reply over a channel consists of, None where it is another message."""
    return _SCORES.get(_plain(reply))


def asks_for_no_more(reply: str) -> bool:
    """Whether a reply over a channel asks for no more invitations, and says nothing else."""
    return _plain(reply).lower() in _NO_MORE


def _plain(reply: str) -> str:
    return unicodedata.normalize("NFKC", reply).strip().strip("。.!！“”\"'")
