"""How the story is printed."""

from typing import Any

from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from aftercare_cli.person import Person
from aftercare_cli.view import console


def chapter(title: str) -> None:
    console.print()
    console.print(Rule(f"[bold]{title}", align="left", style="dim"))


def tell(who: Person | str, what: str, outcome: str = "") -> None:
    """One step: who does what, and what comes of it."""
    name = who if isinstance(who, str) else who.name
    console.print(f"  [bold]{escape(name)}[/] {escape(what)}" + (f"  [green]→ {escape(outcome)}[/]" if outcome else ""))


def money(amount: dict[str, Any]) -> str:
    """Money as a person reads it; the currencies of the story have two decimals."""
    return f"{amount['currency']} {amount['amount'] // 100}.{amount['amount'] % 100:02}"


def trace(entries: list[dict[str, Any]]) -> None:
    """The record as a table: who was affected, who asked, who acted, when, what, with which result."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("time", "said by", "event", "affected", "applicant", "handler", "result"):
        table.add_column(column, no_wrap=True)
    for entry in entries:
        table.add_row(
            entry["time"][11:23],
            entry["source"].strip("/").removesuffix("-svc"),
            entry["event_type"].rpartition(".")[0],
            entry["affected_party"],
            entry["applicant"],
            entry["handler"],
            entry["result"],
        )
    console.print(table)
