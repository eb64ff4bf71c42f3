"""The refusals of analytics-svc."""

from aftercare_chassis.refusals import Kind, Refusal


class OneSubjectRequired(Refusal):
    """The query names no subject, or several."""

    kind, code = Kind.INVALID, "one_subject_required"
    zh = "请只按 order_id、case_id、complaint_id、event_id、trace_id、party 中的一项查询。"
    en = "Give exactly one of order_id, case_id, complaint_id, event_id, trace_id and party."


class PeriodInvalid(Refusal):
    """The period ends before it begins, or is empty."""

    kind, code = Kind.INVALID, "period_invalid"
    zh = "时间段的结束必须晚于开始。"
    en = "The end of the period must be later than its beginning."
