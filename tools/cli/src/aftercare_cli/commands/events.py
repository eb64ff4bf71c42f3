"""events parked, outbox, replay, tail, check: looking at the spine and mending it."""

import asyncio
import signal
import subprocess
import sys
from contextlib import aclosing
from typing import Annotated

import typer

from aftercare_cli.events import lines
from aftercare_cli.events.filter import Wanted
from aftercare_cli.events.tail import tail as follow
from aftercare_cli.stack.environment import run_service
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import SERVICES, Layout

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
Service = Annotated[str, typer.Option(help=", ".join(service.name for service in SERVICES))]


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    events = typer.Typer(no_args_is_help=True, help="The event log: look at it, and mend what consumers stumbled over.")
    events.command(context_settings=PASSED_ON)(parked)
    events.command(context_settings=PASSED_ON)(outbox)
    events.command(context_settings=PASSED_ON)(replay)
    events.command()(tail)
    events.command(context_settings=PASSED_ON)(check)
    app.add_typer(events, name="events")


def parked(context: typer.Context, service: Service) -> None:
    """list | show N | retry N [--despite-gap …] | retry-key KEY | discard N --reason …: events that a service has set aside."""
    raise typer.Exit(_of(service, "parked", *context.args))


def outbox(context: typer.Context, service: Service) -> None:
    """show | release KEY: what a service has not brought to the log yet, and which aggregates the log refuses."""
    raise typer.Exit(_of(service, "outbox", *context.args))


def replay(context: typer.Context, service: Service) -> None:
    """Rebuild what the log alone makes, beside the live tables (--shadow), compare, and --switch if wanted."""
    raise typer.Exit(_of(service, "replay", *context.args))


def tail(
    topic: Annotated[str | None, typer.Option(help="cases, or aftercare.cases.v1")] = None,
    type: Annotated[str | None, typer.Option(help="OrderPaid, or OrderPaid.v1")] = None,
    key: Annotated[str | None, typer.Option(help="the aggregate's id")] = None,
    order: Annotated[str | None, typer.Option(help="everything that names this order")] = None,
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="all that the log holds first")] = False,
    count: Annotated[int, typer.Option(min=0, help="end after so many; 0: when interrupted")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="one object a line")] = False,
) -> None:
    """Show events as they come, until interrupted."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    wanted, show = Wanted(topic, type, key, order), lines.show_json if as_json else lines.show
    wanted.topics()

    async def run() -> None:
        seen = 0
        async with aclosing(follow(_addresses().kafka, wanted, from_beginning=from_beginning)) as found:
            async for record, envelope in found:
                show(record, envelope)
                seen += 1
                if seen == count:
                    return

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        return


def check(context: typer.Context) -> None:
    """Let the independent checker read the log and all databases of the running suite; exit 1 where a promise is broken."""
    _addresses()
    command = [sys.executable, "-m", "aftercare_checker", "--stack", str(Layout.here().stack_file), *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def _of(service: str, *words: str) -> int:
    if service not in {one.name for one in SERVICES}:
        raise StackError(f"there is no service {service}: {', '.join(one.name for one in SERVICES)}")
    return run_service(Layout.here(), service, words)


def _addresses() -> Addresses:
    return Addresses.read(Layout.here().stack_file)
