"""Refusals of questions about the past of a case."""

from aftercare_chassis.refusals import Kind, Refusal


class SideForeign(Refusal):
    """A party asks what another side could see."""

    kind, code = Kind.FORBIDDEN, "side_foreign"
    zh, en = "买卖双方只能查看己方当时所见。", "The parties may only ask what their own side could see."


class TimeInFuture(Refusal):
    """The time is later than now."""

    kind, code = Kind.INVALID, "time_in_future"
    zh, en = "时间不能晚于现在。", "The time may not be in the future."


class CaseNotOpenThen(Refusal):
    """The case was opened later; `opened_at` says when."""

    kind, code = Kind.NOT_FOUND, "case_not_open_then"
    zh, en = (
        "该售后单当时尚未创建（创建于 {opened_at}）。",
        "The case did not exist then; it was opened at {opened_at}.",
    )


class HistoryNotKept(Refusal):
    """What the case was at that time was not recorded: a build without the history has opened or changed it."""

    kind, code = Kind.NOT_FOUND, "history_not_kept"
    zh, en = "系统未保存该售后单在该时间的记录。", "What the case was at that time was not recorded."
