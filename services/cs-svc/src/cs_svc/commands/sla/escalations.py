"""What happens when a part of the time of a clock has passed: people are called, and the conversation becomes more urgent."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.working_time import Calendar
from aftercare_events import ConversationPrioritised, SlaBreached, SlaEscalated

from cs_svc.commands.deadlines import clock_timer
from cs_svc.commands.routing.queue import ROUTING
from cs_svc.commands.routing.record import queue_fields
from cs_svc.commands.sla.record import clock_fields
from cs_svc.domain.routing.queue import QueueEntry, raised
from cs_svc.domain.sla import clocks as domain
from cs_svc.domain.sla.clocks import Clock, ClockAction, ClockState
from cs_svc.domain.sla.policies import EscalationAction
from cs_svc.settings import Settings
from cs_svc.tables.routing.queue import QUEUE_ENTRIES
from cs_svc.tables.sla.clocks import CLOCKS


@clock_timer(ClockAction.ESCALATE)
async def escalate(
    tx: Transaction[Settings], clock: Clock, calendar: Calendar, entry: QueueEntry | None, agent_id: str | None
) -> None:
    """Take the steps of a locked clock that are due, and record the breach where its time has passed."""
    steps = domain.due_steps(clock, calendar, tx.now)
    changed = domain.escalate(clock, calendar, len(steps), tx)
    fields = clock_fields(tx, changed)
    team = clock.team_id if entry is None else entry.team_id
    events: list[SlaEscalated | SlaBreached] = [
        SlaEscalated(**fields, percent=each["percent"], action=each["action"], agent_id=agent_id, team_id=team)
        for each in steps
    ]
    if changed.state is ClockState.BREACHED:
        events.append(SlaBreached(**fields, agent_id=agent_id, team_id=team))
    if not events:  # the end was rounded down to a microsecond before the step
        return
    await tx.save(CLOCKS, changed, *events)
    if any(each["action"] == EscalationAction.RAISE_PRIORITY for each in steps) and entry is not None:
        urgent = raised(entry, tx.now)
        if urgent is not entry:
            await tx.save(
                QUEUE_ENTRIES,
                urgent,
                ConversationPrioritised(**queue_fields(tx, urgent), priority=urgent.priority),
            )
            tx.wake(ROUTING)
