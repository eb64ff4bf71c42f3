"""One event as one line: for people in colours, for programs as JSON."""

import json
from dataclasses import asdict

from aftercare_events import Envelope
from aiokafka import ConsumerRecord
from rich.markup import escape

from aftercare_cli import view
from aftercare_cli.events.filter import said

COLOURS = {
    "orders": "cyan",
    "payments": "green",
    "parcels": "yellow",
    "cases": "magenta",
    "disputes": "red",
    "sanctions": "red",
    "complaints": "bright_red",
    "conversations": "blue",
    "feedback": "blue",
    "articles": "bright_blue",
    "insights": "bright_black",
}


def show(record: ConsumerRecord, envelope: Envelope | ValueError) -> None:
    """Time, type, aggregate and its number, who did it, what came out."""
    if isinstance(envelope, ValueError):
        place = f"{record.topic}/{record.partition}/{record.offset}"
        view.console.print(f"[bold red]unreadable[/] {place} [dim]{escape(str(envelope))}[/]")
        return
    colour, told = COLOURS.get(envelope.topic.split(".")[1], "white"), said(envelope)
    order = told.get("order_id")
    beside = f" · {order}" if order and order != envelope.subject else ""
    view.console.print(
        f"[dim]{envelope.time:%H:%M:%S.%f}[/] [{colour}]{escape(envelope.type):<28}[/] "
        f"[bold]{escape(envelope.subject)}[/] [dim]#{envelope.sequence}[/] "
        f"{escape(str(told.get('handler', '?')))} → {escape(str(told.get('result', '?')))}[dim]{escape(beside)}[/]"
    )


def show_json(record: ConsumerRecord, envelope: Envelope | ValueError) -> None:
    """The same with all there is, one object a line."""
    told: dict[str, object] = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    if isinstance(envelope, ValueError):
        told |= {"unreadable": str(envelope)}
    else:
        told |= asdict(envelope) | {"data": said(envelope)}
    print(json.dumps(told, ensure_ascii=False, default=str), flush=True)
