"""Refusals of analytics-svc."""

from aftercare_chassis.refusals import Kind, Refusal


class OneQuestion(Refusal):
    """A trace is asked for by exactly one of its ids."""

    kind, code = Kind.INVALID, "one_subject_required"
    zh = "请只按 order_id、case_id、complaint_id、party 中的一项查询。"
    en = "Ask by exactly one of order_id, case_id, complaint_id and party."


class EmptyPeriod(Refusal):
    """The period ends before it begins."""

    kind, code = Kind.INVALID, "period_invalid"
    zh = "时间段的结束必须晚于开始。"
    en = "The period has to end after it begins."
