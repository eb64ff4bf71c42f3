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


class OwnRuleOutOfBounds(Refusal):
    """A merchant's own rule gives it more time than the platform does, or buyers less, or counts it or reminds buyers in another way."""

    kind, code = Kind.INVALID, "deadline_rule_out_of_bounds"
    zh = (
        "{value:or 默认日历}不可用：商家只能缩短自己的时限、延长买家的时限，"
        "且计时与提醒方式须与平台相同（{given} {unit}，日历：{calendar:or 默认}）。"
    )
    en = (
        "{value:or The default calendar} is out of bounds: merchants may only shorten their own time and lengthen that of buyers, "
        "counted and with reminders as the platform does ({given} {unit}, calendar: {calendar:or the default})."
    )


class CalendarUnknown(Refusal):
    """A calendar that another one is to be based on was not loaded."""

    kind, code = Kind.INVALID, "calendar_unknown"
    zh = "没有日历 {value}；可选：{allowed}。"
    en = "There is no calendar {value}; possible are {allowed:or none}."


class TimeZoneUnknown(Refusal):
    """No time zone has this name."""

    kind, code = Kind.INVALID, "time_zone_unknown"
    zh = "没有名为 {value} 的时区；请使用 IANA 时区名，如 Asia/Shanghai。"
    en = "No time zone has the name {value}; use one of the IANA database, such as Asia/Shanghai."


class WorkingHoursOverlap(Refusal):
    """Two times of a weekday overlap."""

    kind, code = Kind.INVALID, "working_hours_overlap"
    zh, en = "同一天的营业时段不能重叠。", "Working hours of one weekday must not overlap."


class WorkingTimeTooShort(Refusal):
    """With so little working time a merchant would put off its own deadlines for ever."""

    kind, code = Kind.INVALID, "working_time_too_short"
    zh, en = "每周营业时间至少 {least_hours} 小时。", "Working time is {least_hours} hours a week at least."


class ClosedTooOften(Refusal):
    """With so many closed days a merchant would put off its own deadlines for ever."""

    kind, code = Kind.INVALID, "closed_too_often"
    zh, en = "任意 365 天内最多 {most} 个休息日。", "Within 365 days there are {most} closed days at most."


class DeadlineEnded(Refusal):
    """The deadline has ended: somebody acted, or its time was over."""

    kind, code = Kind.CONFLICT, "deadline_ended"
    zh = "该期限已结束（{state}）。"
    en = "This deadline has ended ({state})."


class DeadlinePassed(Refusal):
    """The time of this side has passed: the deadline decides, and the timer acts within seconds."""

    kind, code = Kind.CONFLICT, "deadline_passed"
    zh = "期限已于 {ended_at} 届满，不能再执行：{action}；以期限届满的结果为准。"
    en = "The time ended at {ended_at}, and the deadline decides. Not possible any more: {action}."


class DeadlineUnlimited(Refusal):
    """Nothing happens by itself here, so that there is nothing to extend."""

    kind, code = Kind.CONFLICT, "deadline_unlimited"
    zh = "此处没有时限，无需延长。"
    en = "There is no time limit here, so nothing can be extended."


class OwnDeadline(Refusal):
    """Nobody extends a time that is their own."""

    kind, code = Kind.CONFLICT, "own_deadline"
    zh = "不能延长自己的期限；对方或平台客服可以延长。"
    en = "Nobody extends their own time; the other side or an agent may."


class ExtendedTooOften(Refusal):
    """The deadline was extended as often as it may be."""

    kind, code = Kind.CONFLICT, "deadline_extended_too_often"
    zh = "该期限最多延长 {most} 次。"
    en = "This deadline may be extended {most:time|times} at most."


class ExtensionTooLong(Refusal):
    """With the extension the deadline would be further away than any may be."""

    kind, code = Kind.INVALID, "extension_too_long"
    zh = "延长后不得晚于开始后 {most_days} 天；最多还可延长 {left_hours} 小时。"
    en = "A deadline may end {most_days:day|days} after it began at most; {left_hours:hour|hours} are left to extend it by."
