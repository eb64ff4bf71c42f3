"""The bot in conversations: each message of a buyer that it is to answer, and by what it answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from cs_svc.domain.permissions import SYSTEM_ONLY

MOST_ATTEMPTS = 5
"""After so many attempts that did not end, the message is handed over."""
MOST_AN_HOUR = 12
"""So many messages the bot writes in a conversation within an hour: a program may be answering it."""
LEASE = timedelta(minutes=1)
"""How long a worker has a message to itself."""
_FIRST_PAUSE = timedelta(seconds=2)


class BotTurnState(StrEnum):
    """What has become of a message that the bot is to answer. `dropped`: a person has the conversation now, or it is closed."""

    QUEUED = "queued"
    ANSWERED = "answered"
    HANDED_OVER = "handed_over"
    DROPPED = "dropped"


class BotTurnAction(StrEnum):
    """What happens to it. ATTEMPT: it was not answered, which may be otherwise later."""

    ATTEMPT = "attempt"
    ANSWER = "answer"
    HAND_OVER = "hand_over"
    DROP = "drop"


_S, _A = BotTurnState, BotTurnAction
BOT_TURN: Lifecycle[BotTurnState, BotTurnAction] = Lifecycle(
    "bot turn",
    initial=_S.QUEUED,
    transitions={
        (_S.QUEUED, _A.ATTEMPT): Transition(_S.QUEUED, SYSTEM_ONLY),
        (_S.QUEUED, _A.ANSWER): Transition(_S.ANSWERED, SYSTEM_ONLY),
        (_S.QUEUED, _A.HAND_OVER): Transition(_S.HANDED_OVER, SYSTEM_ONLY),
        (_S.QUEUED, _A.DROP): Transition(_S.DROPPED, SYSTEM_ONLY),
    },
    timeouts={_S.QUEUED: Timeout("system")},
    ends={_S.ANSWERED, _S.HANDED_OVER, _S.DROPPED},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotTurn:
    """One message of a buyer in a conversation that the bot has.

    `due_at` is when an answer is attempted next, None once there is one. `leased_at` is when an attempt began whose outcome is not known.
    `place` is that of the message. `answer_id` and `reply_id` are the bot's answer and its message, which several messages may have in common.
    """

    message_id: str
    conversation_id: str
    place: str
    state: BotTurnState = BotTurnState.QUEUED
    attempts: int = 0
    due_at: datetime | None
    leased_at: datetime | None = None
    answer_id: str | None = None
    reply_id: str | None = None
    created_at: datetime
    updated_at: datetime


def pause(attempts: int) -> timedelta:
    """How long a message waits after so many attempts."""
    factor: int = 2 ** min(attempts, 10)
    return _FIRST_PAUSE * factor
