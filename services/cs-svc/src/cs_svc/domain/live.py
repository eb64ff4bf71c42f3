"""Conversations over sockets: the name of their notifications, and their refusals."""

from aftercare_chassis.refusals import Kind, Refusal

LIVE = "conversation"
"""The name under which conversations that have a new message are published, by their ids."""

SIGNALS = "conversation-signal"
"""That of frames for the others in a conversation, which may be lost."""


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
