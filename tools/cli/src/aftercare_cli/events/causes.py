"""Events as trees: each below the one that caused it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.markup import escape

from aftercare_cli import view
from aftercare_cli.events.lines import COLOURS

# Any: events and traces as the API writes them.
Event = dict[str, Any]
_MILLISECONDS_UNTIL, _SECONDS_UNTIL, _MINUTES_UNTIL, _HOURS_UNTIL = 1.0, 120.0, 7200.0, 48 * 3600.0
_TOPIC_OF = {"order-svc": "orders", "aftersale-svc": "cases", "cs-svc": "conversations", "kb-svc": "articles"}


@dataclass(slots=True)
class Node:
    """An event with what it caused, oldest first; `seconds` after its cause, or of a root None."""

    event: Event
    seconds: float | None = None
    effects: list["Node"] = field(default_factory=list)


def tree_of(events: Sequence[Event]) -> list[Node]:
    """The events without a cause among these, in the order in which they are given, with their effects below them."""
    nodes = {event["event_id"]: Node(event) for event in events}
    roots = []
    for event in events:
        cause, node = nodes.get(event["caused_by"] or ""), nodes[event["event_id"]]
        if cause is None:
            roots.append(node)
        else:
            node.seconds = (_time(event) - _time(cause.event)).total_seconds()
            cause.effects.append(node)
    return roots


def as_json(trace: dict[str, Any], roots: Sequence[Node]) -> dict[str, Any]:
    """The trees, with `effects` of each event, and `seconds_after_cause` of each that has one."""
    return {"complete": trace["complete"], "truncated": trace["truncated"], "events": [_nested(each) for each in roots]}


def _nested(node: Node) -> Event:
    after = {} if node.seconds is None else {"seconds_after_cause": node.seconds}
    return {**node.event, **after, "effects": [_nested(each) for each in node.effects]}


def show(trace: dict[str, Any], roots: Sequence[Node]) -> None:
    """Print one line per event, indented below its cause, and what the trace as a whole is."""
    for root in roots:
        for prefix, node in _lines(root, "", ""):
            view.console.print(_line(prefix, node))
    view.console.print(f"[dim]{_summary(trace)}[/]")


def _lines(node: Node, prefix: str, indent: str) -> Iterator[tuple[str, Node]]:
    yield prefix, node
    for effect in node.effects:
        is_last = effect is node.effects[-1]
        yield from _lines(effect, indent + ("└─ " if is_last else "├─ "), indent + ("   " if is_last else "│  "))


def _line(prefix: str, node: Node) -> str:
    event, service = node.event, _service(node.event)
    colour = COLOURS.get(_TOPIC_OF.get(service, ""), "white")
    after = "" if node.seconds is None else f" [dim]+{duration(node.seconds)}[/]"
    return (
        f"[dim]{_time(event):%Y-%m-%d %H:%M:%S}.{_time(event).microsecond // 1000:03}[/] {prefix}"
        f"[{colour}]{escape(event['event_type'])}[/] [bold]{escape(event['subject'])}[/] [dim]#{event['sequence']}[/] "
        f"{escape(event['handler'])} → {escape(event['result'])}{after} [dim]{service}[/]"
    )


def _summary(trace: dict[str, Any]) -> str:
    events: list[Event] = trace["data"]
    times = [_time(event) for event in events]
    services = sorted({_service(event) for event in events})
    notes = [
        *(() if trace["complete"] else ("incomplete: an event or a cause is missing, or waits for an operator",)),
        *(("older events exist",) if trace["truncated"] else ()),
    ]
    span = duration((max(times) - min(times)).total_seconds())
    plural = "event" if len(events) == 1 else "events"
    return " · ".join([f"{len(events)} {plural} of {', '.join(services)} in {span}", *notes])


def duration(seconds: float) -> str:
    """A time in the largest unit of which there are some."""
    if seconds < _MILLISECONDS_UNTIL:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _SECONDS_UNTIL:
        return f"{seconds:.1f} s"
    if seconds < _MINUTES_UNTIL:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < _HOURS_UNTIL else f"{seconds / 86400:.0f} d"


def _time(event: Event) -> datetime:
    return datetime.fromisoformat(event["time"])


def _service(event: Event) -> str:
    return str(event["source"]).removeprefix("/")
