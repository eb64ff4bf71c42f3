"""Times by which goods were promised to leave: those of a pre-sale, and those made to order. Before that nobody is late with them."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis.refusals import Kind, Refusal

from aftersale_svc.domain.cases.codes import Reason


class NotLateYet(Refusal):
    """The goods were promised by a time that is not over. `allowed` are the reasons that are possible."""

    kind, code = Kind.CONFLICT, "not_late_yet"
    zh = "该商品承诺于 {promised_at} 前发货，尚未超时；仍可申请的原因：{allowed:or 无}。"
    en = "These goods were promised to leave by {promised_at}, which is not over yet. Possible reasons: {allowed:or none}."


def open_promises(promised: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    """By line, the promised times that are not over."""
    times = {line_id: datetime.fromisoformat(at) for line_id, at in promised.items()}
    return {line_id: at for line_id, at in times.items() if at > now}


def is_not_late(reason: Reason, line_id: str, promises: Mapping[str, datetime]) -> bool:
    """Whether the reason is that the merchant is late with goods of this line, whose promised time is not over."""
    return reason is Reason.NOT_SHIPPED_IN_TIME and line_id in promises
