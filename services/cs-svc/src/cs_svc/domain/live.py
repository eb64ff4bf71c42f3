"""Conversations over sockets: the name of their notifications, and their refusals."""

import json

from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Kind, Refusal

LIVE = "conversation"
"""The name under which conversations that have a new message are published, by their ids."""

SIGNALS = "conversation-signal"
"""That of frames for the others in a conversation, which may be lost."""


REFERRAL_SIGNAL = "referral"

CALLS = "calls"
"""What frames about calls are about, in place of a conversation."""


def referral_signal(conversation_id: str, actor: Actor, referral_id: str, state: str) -> str:
    """The frame for those who serve a conversation, when it is offered to others or that has ended."""
    return json.dumps([REFERRAL_SIGNAL, conversation_id, actor.role, actor.id, referral_id, state])


class CallsOfAgentsOnly(Refusal):
    """Somebody else than an agent would follow calls."""

    kind, code = Kind.FORBIDDEN, "calls_of_agents_only"
    zh = "只有客服人员可以接收来电通知。"
    en = "Only agents may follow calls."


class NotFollowed(Refusal):
    """A frame of a socket is about a conversation that it does not follow, or in which its person cannot write."""

    kind, code = Kind.CONFLICT, "not_followed"
    zh = "请先订阅该会话。"
    en = "Subscribe to this conversation first."


class TooManyFollowed(Refusal):
    """A socket would follow more conversations than one may."""

    kind, code = Kind.TOO_MANY, "too_many_followed"
    zh = "一个连接最多订阅 {most} 个会话；请先退订一些。"
    en = "A socket follows at most {most} conversations; unsubscribe from some first."
