"""events parked, outbox, replay, reconcile, unrestored, tail, check: inspect and repair the event log."""

import asyncio
import signal
import subprocess
import sys
from contextlib import aclosing
from typing import Annotated

import typer

from aftercare_cli.events import lines
from aftercare_cli.events.filter import EventFilter
from aftercare_cli.events.tail import tail as follow
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import SERVICES, Layout
from aftercare_cli.stack.service_commands import run_service

# The options of these commands are the service's own; they are passed on as they are.
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
Service = Annotated[str, typer.Option(help=", ".join(service.name for service in SERVICES))]


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    events = typer.Typer(
        no_args_is_help=True, help="Inspect the event log, and repair what consumers could not handle."
    )
    events.command(context_settings=PASSED_ON)(parked)
    events.command(context_settings=PASSED_ON)(outbox)
    events.command(context_settings=PASSED_ON)(replay)
    events.command(context_settings=PASSED_ON)(reconcile)
    events.command(context_settings=PASSED_ON)(unrestored)
    events.command()(tail)
    events.command(context_settings=PASSED_ON)(check)
    app.add_typer(events, name="events")


def parked(context: typer.Context, service: Service) -> None:
    """list | show N | retry N [--despite-gap …] | retry-key KEY | discard N --reason …: events that a service has parked."""
    raise typer.Exit(_run(service, "parked", *context.args))


def outbox(context: typer.Context, service: Service) -> None:
    """show | release KEY: events that a service has not published yet, and aggregates whose events Kafka refuses."""
    raise typer.Exit(_run(service, "outbox", *context.args))


def replay(context: typer.Context, service: Service) -> None:
    """Rebuild a projection from the log beside the live tables (--shadow), compare, and --switch if wanted."""
    raise typer.Exit(_run(service, "replay", *context.args))


def reconcile(context: typer.Context, service: Service) -> None:
    """[--apply] [--since TIME] [--report FILE]: after a restore of the service's database, find and mend what it has lost."""
    raise typer.Exit(_run(service, "reconcile", *context.args))


def unrestored(context: typer.Context, service: Service) -> None:
    """list | close EVENT --reason …: events that `reconcile` could not do again, and what a person has done about them."""
    raise typer.Exit(_run(service, "unrestored", *context.args))


def tail(
    topic: Annotated[str | None, typer.Option(help="cases, or aftercare.cases.v1")] = None,
    type: Annotated[str | None, typer.Option(help="OrderPaid, or OrderPaid.v1")] = None,
    key: Annotated[str | None, typer.Option(help="the aggregate's id")] = None,
    order: Annotated[str | None, typer.Option(help="events that name this order")] = None,
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="start with the oldest event")] = False,
    count: Annotated[int, typer.Option(min=0, help="end after this many; 0: run until interrupted")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object per line")] = False,
) -> None:
    """Show events as they arrive, until interrupted."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    wanted, show = EventFilter(topic, type, key, order), lines.show_json if as_json else lines.show
    wanted.topics()

    async def run() -> None:
        shown = 0
        async with aclosing(follow(_addresses().kafka, wanted, from_beginning=from_beginning)) as found:
            async for record, envelope in found:
                show(record, envelope)
                shown += 1
                if shown == count:
                    return

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        return


def check(context: typer.Context) -> None:
    """Run the checker over the log and all databases of the running stack; exit 1 where a guarantee does not hold."""
    _addresses()
    command = [sys.executable, "-m", "aftercare_checker", "--stack", str(Layout.here().stack_file), *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def _run(service: str, *arguments: str) -> int:
    names = [one.name for one in SERVICES]
    if service not in names:
        raise StackError(f"there is no service {service}; there are {', '.join(names)}")
    return run_service(Layout.here(), service, arguments)


def _addresses() -> Addresses:
    return Addresses.read(Layout.here().stack_file)
