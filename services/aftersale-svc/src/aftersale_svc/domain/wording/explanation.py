"""A case in sentences: what it is, where it is, whose turn it is and until when, what then, what comes back, who may do what."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aftercare_chassis.lifecycle import NOBODY, NOT_IN_THIS_STATE, PLAIN_HOURS, SYSTEM, Actor, Timing
from aftercare_chassis.sentences import DEFAULT_ZONE, in_zone

from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.errors import NotStalled
from aftersale_svc.domain.cases.full_case import FullCase, facts_for
from aftersale_svc.domain.cases.guards import stalls_at
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.reasons import REASONS, Label
from aftersale_svc.domain.cases.stops import Stop
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.claims.model import StepOfClaim
from aftersale_svc.domain.disputes.stops import effect
from aftersale_svc.domain.permissions import STAFF
from aftersale_svc.domain.wording.action_text import ActionText
from aftersale_svc.domain.wording.actions import ACTION_NAMES, WHY_NOT
from aftersale_svc.domain.wording.claim_steps import claim_sentence
from aftersale_svc.domain.wording.context import NO_CONTEXT, CaseContext
from aftersale_svc.domain.wording.effects import effect_label
from aftersale_svc.domain.wording.money import money
from aftersale_svc.domain.wording.money_times import money_when
from aftersale_svc.domain.wording.outcomes import because, reduced, why
from aftersale_svc.domain.wording.progress import progress
from aftersale_svc.domain.wording.returned_goods import not_received
from aftersale_svc.domain.wording.states import TURN_NAMES, TYPE_NAMES
from aftersale_svc.domain.wording.step_details import about
from aftersale_svc.domain.wording.steps import ACTORS, FOR_CALLER, STATED, STEPS, UNATTENDED
from aftersale_svc.domain.wording.still_open import ended
from aftersale_svc.domain.wording.terms import open_offer


@dataclass(frozen=True, slots=True)
class Explanation:
    """A case in sentences. `then` is None where it has no deadline, `money_when` where no money goes back, `appeal` where nobody can appeal,
    `why` where it is neither rejected nor closed nor for an agent and all was granted, `offer`, `settlement` and `proposed` where nothing of that kind waits for an answer
    (`proposed` is for the platform alone), `not_received` where all units were in the parcel; `actions` leaves out what the state does not have."""

    what: Label
    where: Label
    turn: Label
    then: Label | None
    money: Label
    money_when: Label | None
    actions: tuple[ActionText[CaseAction], ...]
    appeal: Label | None = None
    why: Label | None = None
    offer: Label | None = None
    settlement: Label | None = None
    proposed: Label | None = None
    not_received: Label | None = None


def explain(
    full: FullCase,
    actor: Actor,
    now: datetime | None = None,
    context: CaseContext = NO_CONTEXT,
    timing: Timing = PLAIN_HOURS,
) -> Explanation:
    """The case in sentences for this reader; `now` and `timing` as for `lifecycle.allowed`."""
    case, table, facts, stop = full.case, lifecycle.of(full.case), facts_for(full, actor, now), full.stop
    own_effect = table.deadline_effect(case, facts)
    return Explanation(
        what=_what(full),
        where=progress(full),
        turn=_turn_of(full, context) if stop is None else _stopped(stop, context.zone),
        then=_then(own_effect if stop is None else effect(stop)),
        money=money(full, context),
        money_when=money_when(full, context.zone),
        actions=tuple(
            ActionText(
                CaseAction(each.action), ACTION_NAMES[CaseAction(each.action)], _why_not(each.why_not, full, context)
            )
            for each in table.allowed(case, actor, facts, now, timing)
            if each.why_not != NOT_IN_THIS_STATE
        ),
        appeal=context.appeal,
        why=_why(full, context),
        offer=open_offer(full, own_effect, context.zone),
        settlement=context.settlement,
        proposed=context.proposed if actor.role in STAFF else None,
        not_received=not_received(full),
    )


def sentence(step: TimelineStep, zone: ZoneInfo = DEFAULT_ZONE) -> Label:
    """A step of the timeline as a sentence, with what it offered, asked for or decided, with why it rejected or closed the case, and
    without its note."""
    if isinstance(step, StepOfClaim):
        return claim_sentence(step)
    actor = ACTORS.get(step.actor_role, Label(step.actor_role, step.actor_role))
    if step.on_behalf_of is not None:
        actor = FOR_CALLER
    special = UNATTENDED if step.actor_role == SYSTEM.role else STATED
    text = special.get(step.action) or STEPS.get(
        step.action, Label("{actor}：" + step.action, "{actor}: " + step.action)
    )
    taken = because(Label(text.zh.format(actor=actor.zh), text.en.format(actor=actor.en)), step.reason)
    what = None if step.details is None else about(step.details, zone)
    if what is None:
        return taken
    return Label(f"{taken.zh}：{what.zh}", f"{taken.en}: {what.en}")


def _why(full: FullCase, context: CaseContext) -> Label | None:
    found, until = why(full.case) or reduced(full), context.disputable_until
    if found is None or until is None:
        return found
    time = in_zone(until, context.zone)
    return Label(
        f"{found.zh}；买家如有异议，可在 {time} 前投诉，由平台处理",
        f"{found.en}. If the buyer disagrees, a complaint until {time} lets the platform look at it",
    )


def _what(full: FullCase) -> Label:
    type_, reason = TYPE_NAMES[full.case.type], REASONS[full.case.reason].label
    units = sum(line.quantity for line in full.requested)
    zh = f"{type_.zh}，共 {units} 件，原因：{reason.zh}"
    return Label(zh, f"{type_.en}, {units} unit{'' if units == 1 else 's'}. Reason: {reason.en}")


def _turn_of(full: FullCase, context: CaseContext) -> Label:
    case = full.case
    return ended(full, context) if case.whose_turn == NOBODY else _turn(case.whose_turn, case.deadline_at, context.zone)


def _turn(turn: str, until: datetime | None, zone: ZoneInfo) -> Label:
    who = TURN_NAMES[turn]
    if until is None:
        return Label(f"等待{who.zh}处理", f"It is the turn of {who.en}")
    time = in_zone(until, zone)
    return Label(f"等待{who.zh}处理，截止 {time}", f"It is the turn of {who.en}, until {time}")


def _stopped(stop: Stop, zone: ZoneInfo) -> Label:
    """Whom the dispute waits for; nobody can act in the case itself."""
    turn = _turn(stop.whose_turn, stop.deadline_at, zone)
    return Label(f"售后单因维权冻结；维权中{turn.zh}", f"A dispute stops the case. In the dispute: {turn.en}")


def _then(effect: str | None) -> Label | None:
    if effect is None:
        return None
    then = effect_label(effect)
    return Label(f"逾期未处理：{then.zh}", f"If nothing happens by then, {then.en}")


def _why_not(code: str | None, full: FullCase, context: CaseContext) -> Label | None:
    if code is None:
        return None
    why_not, at = WHY_NOT.get(code, Label(code, code)), stalls_at(full.case)
    if code != NotStalled.code or at is None:
        return why_not
    time = in_zone(at, context.zone)
    return Label(f"{why_not.zh}；如未处理，自 {time} 起可以", f"{why_not.en}; if nothing happens, from {time} on")
