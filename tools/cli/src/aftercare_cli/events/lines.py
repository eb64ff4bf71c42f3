"""One event as one line: coloured text, or JSON."""

import json
from dataclasses import asdict

from aftercare_events import Envelope
from aiokafka import ConsumerRecord
from rich.markup import escape

from aftercare_cli import view
from aftercare_cli.events.filter import data_of

COLOURS = {
    "orders": "cyan",
    "payments": "green",
    "parcels": "yellow",
    "cases": "magenta",
    "disputes": "red",
    "sanctions": "red",
    "merchants": "magenta",
    "complaints": "bright_red",
    "conversations": "blue",
    "feedback": "blue",
    "articles": "bright_blue",
    "insights": "bright_black",
}


def show(record: ConsumerRecord, envelope: Envelope | ValueError) -> None:
    """Print time, type, aggregate and sequence, handler and result."""
    if isinstance(envelope, ValueError):
        place = f"{record.topic}/{record.partition}/{record.offset}"
        view.console.print(f"[bold red]unreadable[/] {place} [dim]{escape(str(envelope))}[/]")
        return
    colour, data = COLOURS.get(envelope.topic.split(".")[1], "white"), data_of(envelope)
    order = data.get("order_id")
    suffix = f" · {order}" if order and order != envelope.subject else ""
    view.console.print(
        f"[dim]{envelope.time:%H:%M:%S.%f}[/] [{colour}]{escape(envelope.type):<28}[/] "
        f"[bold]{escape(envelope.subject)}[/] [dim]#{envelope.sequence}[/] "
        f"{escape(str(data.get('handler', '?')))} → {escape(str(data.get('result', '?')))}[dim]{escape(suffix)}[/]"
    )


def show_json(record: ConsumerRecord, envelope: Envelope | ValueError) -> None:
    """Print everything as one JSON object."""
    line: dict[str, object] = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    if isinstance(envelope, ValueError):
        line |= {"unreadable": str(envelope)}
    else:
        line |= asdict(envelope) | {"data": data_of(envelope)}
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)
