"""The refusals of SLA policies and calendars."""

from aftercare_chassis.refusals import Kind, Refusal


class SlaCalendarUnknown(Refusal):
    """A policy names a calendar that does not exist."""

    kind, code = Kind.INVALID, "sla_calendar_unknown"
    zh = "服务日历不存在：{value}。"
    en = "There is no such calendar: {value}."


class SlaHoursOverlap(Refusal):
    """Two working hours of a weekday overlap."""

    kind, code = Kind.INVALID, "sla_hours_overlap"
    zh = "服务时间有重叠。"
    en = "Two of the working hours overlap."


class SlaHoursTooFew(Refusal):
    """A calendar has hardly any working hours."""

    kind, code = Kind.INVALID, "sla_hours_too_few"
    zh = "每周服务时间不得少于 {least_hours} 小时。"
    en = "A week must have at least {least_hours} working hours."
