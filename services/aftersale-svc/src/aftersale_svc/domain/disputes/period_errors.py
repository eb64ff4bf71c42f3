"""Refusals of periods."""

from aftercare_chassis.refusals import Kind, Refusal


class PeriodEmpty(Refusal):
    """The period ends before it begins."""

    kind, code = Kind.INVALID, "period_empty"
    zh, en = "起始时间必须早于结束时间。", "The period has to begin before it ends."


class PeriodTooLong(Refusal):
    """The period is longer than `most_days`."""

    kind, code = Kind.INVALID, "period_too_long"
    zh, en = "时间范围最长 {most_days} 天。", "A period has at most {most_days} days."
