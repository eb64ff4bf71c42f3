"""Why a deadline ends when it does, in sentences."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from aftercare_chassis.lifecycle import Lifecycle
from aftercare_chassis.sentences import in_zone

from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.deadlines.calendars import Calendar, DayKind
from aftersale_svc.domain.deadlines.ledger import Deadline, DeadlineState, DocumentKind, ExtensionCause
from aftersale_svc.domain.deadlines.moving import recomputed
from aftersale_svc.domain.deadlines.rules import RuleScope, Unit
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.wording.claim_kinds import CLAIM_WORDS
from aftersale_svc.domain.wording.disputes import DISPUTE_STATES
from aftersale_svc.domain.wording.effects import effect_label
from aftersale_svc.domain.wording.states import STATE_NAMES, TURN_NAMES

HOLIDAYS: Mapping[str, str] = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
}
"""The Chinese names of the holidays as the source of China's calendar writes them; those of other countries stay as they are."""

_OWNERS: Mapping[RuleScope, Label] = {
    RuleScope.SETTINGS: Label("按默认设置", "By the default setting"),
    RuleScope.PLATFORM: Label("按平台时限规则第 {version} 版", "By version {version} of the platform's rules"),
    RuleScope.MERCHANT: Label("按该商家时限规则第 {version} 版", "By version {version} of the rules for this merchant"),
    RuleScope.OWN: Label("按商家自定时限规则第 {version} 版", "By version {version} of the merchant's own rules"),
}
_UNITS: Mapping[Unit, Label] = {
    Unit.HOURS: Label("{amount} 小时", "{amount} hours"),
    Unit.WORKING_HOURS: Label("{amount} 个工作小时", "{amount} working hours"),
    Unit.WORKING_DAYS: Label(
        "{amount} 个工作日（开始当日不计）", "{amount} working days (the day on which it begins is not counted)"
    ),
}
_FREE = Label("商家每周的固定休息日", "the merchant is closed on this day of each week")
_ONE: Mapping[Unit, str] = {
    Unit.HOURS: "1 hour",
    Unit.WORKING_HOURS: "1 working hour",
    Unit.WORKING_DAYS: "1 working day (the day on which it begins is not counted)",
}
"""The units in English, of which there is one."""
_STATES: Mapping[DeadlineState, Label] = {
    DeadlineState.SET: Label("期限于 {at} 结束。", "It ends at {at}."),
    DeadlineState.EXTENDED: Label("期限已延长，于 {at} 结束。", "It was extended and ends at {at}."),
    DeadlineState.MOVED: Label(
        "期限已按新日历调整，于 {at} 结束。", "It was moved by a newer calendar and ends at {at}."
    ),
    DeadlineState.MET: Label("已在期限前处理（{ended}）。", "Somebody acted before it ended ({ended})."),
    DeadlineState.PAUSED: Label(
        "期限已暂停（{ended}），剩余时间保留。", "It was stopped ({ended}); what was left of it is kept."
    ),
    DeadlineState.FIRED: Label(
        "期限已到（{ended}），系统已自动处理。", "It has passed ({ended}), and the timer acted."
    ),
}


_EXTENDED: Mapping[ExtensionCause, Label] = {
    ExtensionCause.STANDSTILL: Label(
        "期限届满前后系统停止运行过，因此顺延，于 {at} 结束。",
        "The timers stood still when it was to end, so it was extended, and ends at {at}.",
    ),
    ExtensionCause.AGENT: Label(
        "平台客服已延长期限，于 {at} 结束。", "An agent of the platform extended it; it ends at {at}."
    ),
    ExtensionCause.AGREEMENT: Label(
        "对方同意延长期限，于 {at} 结束。", "The other side agreed to extend it; it ends at {at}."
    ),
    ExtensionCause.COURIER: Label(
        "承运商报告商品在途，期限顺延，于 {at} 结束。",
        "The courier reported that the goods are on their way, so it was extended, and ends at {at}.",
    ),
}
"""Why an open deadline was extended last; what a calendar does is a move."""

# Any: the states and actions differ per table.
_TABLES: Mapping[DocumentKind, tuple[Lifecycle[Any, Any], ...]] = {
    DocumentKind.CASE: tuple(CASE.values()),
    DocumentKind.DISPUTE: (DISPUTE,),
    **{words.type.document: (words.type.table,) for words in CLAIM_WORDS},
}
_STATE_NAMES: Mapping[DocumentKind, Mapping[Any, Label]] = {
    DocumentKind.CASE: STATE_NAMES,
    **{words.type.document: words.states for words in CLAIM_WORDS},
}


def explain(deadline: Deadline, calendar: Calendar, zone: ZoneInfo) -> tuple[Label, ...]:
    """Why it ends when it does: since when it runs, by which rule, which days did not count, when it ends and what happens then.

    Times are in `zone`, that of the shop; days are those of the calendar.
    """
    return tuple(_sentences(deadline, calendar, zone))


def _sentences(deadline: Deadline, calendar: Calendar, zone: ZoneInfo) -> Iterator[Label]:
    state = _state_name(deadline)
    turn = TURN_NAMES.get(deadline.turn, Label(deadline.turn, deadline.turn))
    begins = in_zone(deadline.set_at, zone)
    yield Label(
        f"从 {begins} 开始：{state.zh}，由{turn.zh}处理。",
        f"It began at {begins}: {state.en}; it is the turn of {turn.en}.",
    )
    if deadline.due_at is None:
        yield Label("此处没有时限。", "There is no time limit here.")
    else:
        yield from _limit(deadline, calendar)
    yield _end(deadline, zone)
    if deadline.ended_at is None and (effect := _effect(deadline)) is not None:
        yield Label(f"届时{effect.zh}。", f"Then {effect.en}.")


def _limit(deadline: Deadline, calendar: Calendar) -> Iterator[Label]:
    if deadline.rule_scope is not None and deadline.unit is not None:
        owner, unit = _OWNERS[deadline.rule_scope], _UNITS[deadline.unit]
        amount = f"{deadline.amount:g}"
        zh = f"{owner.zh}，共 {unit.zh}。"
        en = f"{owner.en}, it lasts {_ONE[deadline.unit] if deadline.amount == 1 else unit.en}."
        yield Label(*(text.format(version=deadline.rule_version, amount=amount) for text in (zh, en)))
    if deadline.continued_seconds is not None:
        hours = f"{deadline.continued_seconds / 3600:.1f}"
        yield Label(
            f"此前暂停过，从剩余的 {hours} 小时继续。",
            f"It was stopped before and goes on with the {hours} hours that were left.",
        )
    if deadline.calendar_id is not None and deadline.due_at is not None:
        yield _counted_in(deadline)
        yield from _left_out(calendar, calendar.local_day(deadline.set_at), _last_counted(deadline, calendar))
    if deadline.provisional:
        known = calendar.known_until
        yield Label(
            f"日历只确定到 {known}，此期限为暂定，新日历发布后可能调整。",
            f"The calendar is known until {known}, so this is provisional and may move when a newer one is loaded.",
        )


def _counted_in(deadline: Deadline) -> Label:
    zh = f"按日历 {deadline.calendar_id} 第 {deadline.calendar_version} 版"
    en = f"It is counted in version {deadline.calendar_version} of the calendar {deadline.calendar_id}"
    if deadline.country_version is None:
        return Label(f"{zh}计算。", f"{en}.")
    number = deadline.country_version
    return Label(
        f"{zh}及其国家日历第 {number} 版的日期计算。", f"{en}, with the days of its country in version {number}."
    )


def _last_counted(deadline: Deadline, calendar: Calendar) -> date:
    """The day on which it ends; without what it was extended by, which is not counted in days."""
    rule, ends_at = deadline.rule, deadline.due_at or deadline.set_at
    if rule is not None:
        ends_at = min(ends_at, recomputed(deadline, rule, calendar).at)
    return calendar.local_day(ends_at - timedelta(microseconds=1))


def _left_out(calendar: Calendar, first: date, last: date) -> Iterator[Label]:
    """The days that did not count, with why, in stretches."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for why, group in groupby(days, key=lambda day: None if calendar.is_working(day) else _why(calendar, day)):
        stretch = list(group)
        if why is not None:
            span = str(stretch[0]) if len(stretch) == 1 else f"{stretch[0]} – {stretch[-1]}"
            yield Label(f"{span} 不计：{why.zh}。", f"{span} did not count: {why.en}.")


def _why(calendar: Calendar, day: date) -> Label:
    special = calendar.days.get(day)
    if special is None:
        return _FREE if calendar.windows else Label("周末", "weekend")
    if special.kind is DayKind.CLOSED:
        return Label("商家休息", "the merchant is closed")
    return Label(HOLIDAYS.get(special.name, special.name), special.name)


def _end(deadline: Deadline, zone: ZoneInfo) -> Label:
    if deadline.due_at is None and deadline.ended_at is None:
        return Label("尚未结束。", "It has not ended.")
    at = "-" if deadline.due_at is None else in_zone(deadline.due_at, zone)
    ended = "-" if deadline.ended_at is None else in_zone(deadline.ended_at, zone)
    text = _STATES[deadline.state]
    if deadline.ended_at is None and deadline.extension_cause is not None:
        text = _EXTENDED.get(deadline.extension_cause, text)
    return Label(text.zh.format(at=at, ended=ended), text.en.format(at=at, ended=ended))


def _state_name(deadline: Deadline) -> Label:
    known = _STATE_NAMES.get(deadline.document)
    if known is not None:
        names = {str(state): label for state, label in known.items()}
        return names.get(deadline.document_state, Label(deadline.document_state, deadline.document_state))
    return DISPUTE_STATES[deadline.document_state]


def _effect(deadline: Deadline) -> Label | None:
    """What its timer does, by the tables: that of the timeout with its hours in the state of the document."""
    for table in _TABLES[deadline.document]:
        for state in table.timeouts:
            for timeout in table.alternatives(state):
                if state.value == deadline.document_state and timeout.hours == deadline.timer and timeout.effect:
                    return effect_label(timeout.effect)
    return None
