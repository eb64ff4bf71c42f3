"""How the demo prints its steps."""

from typing import Any

from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from aftercare_cli.api_client import ApiClient, Body
from aftercare_cli.view import console

COLUMNS = ("time", "service", "event", "affected", "applicant", "handler", "result")


def print_section(title: str) -> None:
    console.print()
    console.print(Rule(f"[bold]{title}", align="left", style="dim"))


def print_step(who: ApiClient | str, action: str, outcome: str = "") -> None:
    """One line: who does what, and the outcome."""
    name = who if isinstance(who, str) else who.name
    result = f"  [green]→ {escape(outcome)}[/]" if outcome else ""
    console.print(f"  [bold]{escape(name)}[/] {escape(action)}{result}")


# The money object of the APIs: `amount` in minor units beside `currency`.
def format_money(money: dict[str, Any]) -> str:
    """The amount with two decimals, which the currencies of the demo have."""
    return f"{money['currency']} {money['amount'] // 100}.{money['amount'] % 100:02}"


def print_record(entries: list[Body]) -> None:
    """The record as a table, one event per row."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in COLUMNS:
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
