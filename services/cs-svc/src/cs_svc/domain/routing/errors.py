"""The refusals of agents, teams and queues."""

from aftercare_chassis.refusals import Kind, Refusal


class TeamUnknown(Refusal):
    """A team that is named does not exist."""

    kind, code = Kind.INVALID, "team_unknown"
    zh = "客服组不存在：{value}。"
    en = "There is no such team: {value}."


class TeamOverflowsToItself(Refusal):
    """A team overflows to itself, at once or by way of other teams."""

    kind, code = Kind.INVALID, "team_overflows_to_itself"
    zh = "溢出目标会回到本组：{value}。"
    en = "The overflow would lead back to this team: {value}."


class LeadOnly(Refusal):
    """Somebody manages agents of a team that they do not lead."""

    kind, code = Kind.FORBIDDEN, "team_lead_only"
    zh = "只有该客服组的组长或管理员可以执行此操作。"
    en = "Only who leads the team, or an administrator, may do this."


class ShiftsOverlap(Refusal):
    """Two shifts of an agent overlap."""

    kind, code = Kind.INVALID, "shifts_overlap"
    zh = "班次时间有重叠。"
    en = "Two of the shifts overlap."


class TimeZoneNotKnown(Refusal):
    """No time zone has this name."""

    kind, code = Kind.INVALID, "time_zone_unknown"
    zh = "未知的时区：{value}。"
    en = "No time zone has this name: {value}."


class OfferedToAnother(Refusal):
    """The conversation is offered to another agent."""

    kind, code = Kind.CONFLICT, "offered_to_another_agent"
    zh = "该会话当前没有分配给您。"
    en = "This conversation is not offered to you."
