"""The table of a lifecycle as a diagram for the documentation."""

from aftercare_chassis.lifecycle.definitions import A, Binding, Guard, History, S, Timeout, Transition
from aftercare_chassis.lifecycle.table import Lifecycle


def draw(table: Lifecycle[S, A]) -> str:
    """The whole table as a Mermaid state diagram: every transition, and a note per state about whose turn it is."""
    lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in sorted(table.starts))]
    for (state, action), row in table.transitions.items():
        label = _label(table, state, action, row)
        lines += [f"    {state} --> {target}: {label}" for target in sorted(table.targets(row))]
    lines += [
        f"    note right of {state}: {_turn(timeout, table.binding)}" for state, timeout in table.timeouts.items()
    ]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in sorted(table.ends))]) + "\n"


def _label(table: Lifecycle[S, A], state: S, action: A, row: Transition[S]) -> str:
    roles = ", ".join(sorted(row.permission.roles))
    guards = "".join(f", {_guard(guard)}" for guard in row.guards)
    history = ", where it was before" if isinstance(row.target, History) else ""
    remembered = f", then {row.remembered}" if row.remembered else ""
    outcome = f", as an outcome of {row.outcome_of}" if row.outcome_of else ""
    restarts = ", the time starts again" if row.restarts else ""
    timed = _timers(table.timeouts.get(state), action)
    return f"{action} ({roles}{outcome}{guards}{history}{remembered}{restarts}){timed}"


def _guard(guard: Guard) -> str:
    barred = "" if guard.roles is None else f" for {' and '.join(sorted(guard.roles))}"
    return f"{'never, as' if guard.always else 'unless'} {guard.code}{barred}"


def _timers(timeout: Timeout[A] | None, action: A) -> str:
    """When a timer takes the action, and by which guard where the state has two timeouts."""
    if timeout is None:
        return ""
    first = _timed(timeout) if timeout.then is action else ""
    if timeout.instead is None:
        return first
    guard, other = timeout.instead
    second = _timers(other, action)
    second = second and f"{second}, while {guard.code}"
    return (first and f"{first}, not while {guard.code}") + second


def _turn(timeout: Timeout[A], binding: Binding | None) -> str:
    """Whose turn it is, and whether its time is binding. Mermaid permits neither a colon nor a semicolon in a note."""
    other, each = "", timeout
    while each.instead is not None:
        guard, each = each.instead
        other += f", while {guard.code} of {each.turn}"
    turns = {each.turn for each in timeout.alternatives if each.then is not None}
    bound = ", whose time is binding" if binding is not None and turns & binding.roles.keys() else ""
    return f"turn of {timeout.turn}{', or of another by the facts' if timeout.turn_by else ''}{other}{bound}"


def _timed(timeout: Timeout[A]) -> str:
    """When the timer takes the action, for the diagram."""
    if timeout.hours is None and timeout.since is None:
        return ""
    since = f" from {timeout.since}" if timeout.since else ""
    when = f"after {timeout.hours}{since}" if timeout.hours else f"at {timeout.since}"
    return f" / {when}{f', unless {timeout.unless.code}' if timeout.unless else ''}"
