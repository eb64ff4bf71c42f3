"""Why sockets are refused and closed."""

from aftercare_chassis.refusals import Kind, Refusal

UNAUTHENTICATED, OTHER_PERSON, TOO_SLOW = 4401, 4403, 4408
"""Codes with which sockets are closed, beside those of RFC 6455; the reason is the code of a refusal."""


class TooManySockets(Refusal):
    """This process has the most sockets that it may have, or so many of this person or of its tenant."""

    kind, code, retry_after = Kind.UNAVAILABLE, "too_many_sockets", 5
    zh, en = "当前打开的连接过多，请稍后重试。", "Too many sockets are open; try again shortly."


class OriginForeign(Refusal):
    """A page of an origin that is not in the setting `cors_origins` opens the socket."""

    kind, code = Kind.FORBIDDEN, "origin_foreign"
    zh, en = "不允许该网页来源建立连接。", "Pages of this origin may not open a socket here."


class PersonDiffers(Refusal):
    """A token that renews that of an open socket is somebody else's."""

    kind, code = Kind.FORBIDDEN, "person_differs"
    zh, en = "新令牌必须属于同一使用者。", "The new token must be of the same person."


class ProcessEnds(Refusal):
    """The process is about to end."""

    kind, code, retry_after = Kind.UNAVAILABLE, "unavailable", 1
    zh, en = "服务正在重启，请稍后重试。", "The service is restarting; try again shortly."
