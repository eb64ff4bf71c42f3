"""What is refused about deadlines, their calendars and their rules."""

from aftercare_chassis.refusals import Kind, Refusal


class RuleUnknown(Refusal):
    """A rule names something that does not exist."""

    kind, code = Kind.INVALID, "deadline_rule_unknown"
    zh = "没有 {value}；可选：{allowed}。"
    en = "There is no {value}; possible are {allowed:or none}."


class RuleTwice(Refusal):
    """Two rules are for the same timer and the same documents."""

    kind, code = Kind.INVALID, "deadline_rule_repeated"
    zh = "{timer} 有两条条件相同的规则。"
    en = "Two rules for {timer} have the same conditions."


class CalendarUnknown(Refusal):
    """A calendar that another one is to be based on was not loaded."""

    kind, code = Kind.INVALID, "calendar_unknown"
    zh = "没有日历 {value}；可选：{allowed}。"
    en = "There is no calendar {value}; possible are {allowed:or none}."


class TimeZoneUnknown(Refusal):
    """No time zone has this name."""

    kind, code = Kind.INVALID, "time_zone_unknown"
    zh = "没有名为 {value} 的时区。"
    en = "No time zone has the name {value}."
