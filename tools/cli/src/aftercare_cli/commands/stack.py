"""up, down, status, logs, reset, topics, doctor, lifecycles."""

from typing import Annotated

import typer
from aftercare_chassis.kafka import topics

from aftercare_cli import doctor as health
from aftercare_cli import lifecycles as page
from aftercare_cli import view
from aftercare_cli.stack.choose import choose
from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.layout import SERVICES, Layout, checkout

With = Annotated[str | None, typer.Option("--with", help="embedded, compose or given (else AFTERCARE_STACK decides)")]


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    for command in (up, down, status, logs, reset, doctor, lifecycles):
        app.command()(command)
    app.command("topics")(topics.command)


def up(
    kind: With = None,
    without: Annotated[list[str] | None, typer.Option(help="leave this service to your editor or debugger")] = None,
) -> None:
    """Start what does not run yet; mend what is broken."""
    left_out = frozenset(without or ())
    if unknown := left_out - {service.name for service in SERVICES}:
        raise StackError(f"there is no service {', '.join(sorted(unknown))}")
    with view.progress() as shown:
        where = choose(Layout.here(), kind, left_out).up(shown)
    view.addresses(where)


def down(kind: With = None) -> None:
    """End what `up` started; the data stay."""
    with view.progress() as shown:
        choose(Layout.here(), kind).down(shown)
    view.console.print("Everything is down; the data stay in .aftercare (`make reset` deletes them).")


def reset(kind: With = None) -> None:
    """Down, and delete all data of the local stack."""
    with view.progress() as shown:
        choose(Layout.here(), kind).reset(shown)
    view.console.print("Everything is down and its data are gone.")


def status(kind: With = None) -> None:
    """Say what runs and what is broken; exit 1 unless everything is up."""
    found = choose(Layout.here(), kind).status()
    view.pieces(found)
    if any(piece.state != "up" for piece in found):
        raise typer.Exit(1)


def logs(
    service: Annotated[str | None, typer.Argument(help="all when left out")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on until interrupted")] = False,
    kind: With = None,
) -> None:
    """Show the last lines of the logs."""
    choose(Layout.here(), kind).logs(service, follow)


def doctor() -> None:
    """Say what is missing on this machine and how to get it; exit 1 when the stack cannot run."""
    findings = health.examine(Layout.here())
    for finding in findings:
        view.console.print(
            f"  {'[green]✓[/]' if finding.fine else '[red]✗[/]'} {finding.what:<28} [dim]{finding.detail}[/]"
        )
    if not health.runnable(findings):
        raise StackError("something is missing: see the lines with ✗ above")


def lifecycles(
    check: Annotated[bool, typer.Option("--check", help="change nothing; exit 1 when the page is stale")] = False,
) -> None:
    """Write docs/lifecycles.md from the services' tables."""
    if not page.stale(checkout()):
        return
    if check:
        raise StackError(f"{page.PAGE} is stale: run `make format`")
    (checkout() / page.PAGE).write_text(page.text(), encoding="utf-8")
