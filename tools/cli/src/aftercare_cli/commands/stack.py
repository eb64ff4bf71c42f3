"""up, down, status, logs, reset, run, topics, doctor, lifecycles."""

from collections.abc import Collection, Sequence
from typing import Annotated

import typer
from aftercare_chassis.kafka import topics

from aftercare_cli import doctor as checks
from aftercare_cli import lifecycles as page
from aftercare_cli import view
from aftercare_cli.stack.choose import choose
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import PROVIDERS, SERVERS, SERVICES, Layout, checkout
from aftercare_cli.stack.service_commands import run_service

With = Annotated[str | None, typer.Option("--with", help="embedded, compose or given (else AFTERCARE_STACK decides)")]
# The arguments of `run` are the service's own; they are passed on as they are.
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    for command in (up, down, status, logs, reset, doctor, lifecycles):
        app.command()(command)
    app.command(context_settings=PASSED_ON)(run)
    app.command("topics")(create_topics)


def up(
    kind: With = None,
    without: Annotated[list[str] | None, typer.Option(help="do not start this service: your debugger does")] = None,
    simulate: Annotated[
        list[str] | None,
        typer.Option(help=f"simulate this payment provider too, until `down`: {', '.join(PROVIDERS)}; may be repeated"),
    ] = None,
) -> None:
    """Start what is not running yet, and repair what is broken."""
    excluded = _known(without, "service", {service.name for service in SERVICES})
    providers = _known(simulate, "payment provider", PROVIDERS)
    with view.progress() as progress:
        addresses = choose(Layout.here(), kind, without=excluded, providers=providers).up(progress)
    view.addresses(addresses)


def _known(names: Sequence[str] | None, what: str, known: Collection[str]) -> frozenset[str]:
    """The names as a set. Raises: StackError where one is not known."""
    if unknown := set(names or ()) - set(known):
        raise StackError(f"there is no {what} {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    return frozenset(names or ())


def down(
    services: Annotated[
        list[str] | None, typer.Argument(help="only these, such as cs-svc; without any the whole stack")
    ] = None,
    kind: With = None,
) -> None:
    """Stop what `up` started; the data stay. `up` starts single ones again."""
    layout = Layout.here()
    stack = choose(layout, kind)
    names = sorted(_known(services, "service", {server.name for server in SERVERS}))
    with view.progress() as progress:
        stack.down(progress, names)
    if names:
        return
    where = "its volumes" if stack.kind == "compose" else layout.home
    view.console.print(f"The stack has stopped; its data stay in {where} (`make reset` deletes them).", soft_wrap=True)


def reset(kind: With = None) -> None:
    """Stop the stack and delete all its data, keys and secrets included."""
    with view.progress() as progress:
        choose(Layout.here(), kind).reset(progress)
    view.console.print("The stack has stopped and its data are deleted.")


def status(kind: With = None) -> None:
    """Show the state of every component; exit 1 unless all are up."""
    components = choose(Layout.here(), kind).status()
    view.components(components)
    if any(component.state != "up" for component in components):
        raise typer.Exit(1)


def logs(
    service: Annotated[str | None, typer.Argument(help="one service; all without it")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="continue until interrupted")] = False,
    kind: With = None,
) -> None:
    """Print the last lines of the logs."""
    choose(Layout.here(), kind).logs(service, follow)


def run(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help=", ".join(each.name for each in SERVICES))],
) -> None:
    """Run a command of a service on the running stack, such as `aftercare run kb-svc import FILE`; exit with its code."""
    _known([service], "service", {each.name for each in SERVICES})
    raise typer.Exit(run_service(Layout.here(), service, context.args))


def create_topics(
    bootstrap: Annotated[
        str | None,
        typer.Option(envvar="AFTERCARE_KAFKA", help="host:port of the brokers; without it, those of the running stack"),
    ] = None,
    replication_factor: Annotated[
        int | None, typer.Option(help="default: 3, and 1 on the running stack", min=1, max=2**15 - 1)
    ] = None,
    min_isr: Annotated[
        int | None, typer.Option(help="default: 2, and 1 on the running stack", min=1, max=2**31 - 1)
    ] = None,
    partitions: topics.Partitions = None,
    retention_ms: topics.RetentionMs = -1,
    retry_seconds: topics.RetrySeconds = 0,
) -> None:
    """Create the topics that are missing."""
    replicas, in_sync = (3, 2) if bootstrap else (1, 1)
    topics.command(
        bootstrap or Addresses.read(Layout.here().stack_file).kafka,
        replication_factor or replicas,
        min_isr or in_sync,
        partitions,
        retention_ms,
        retry_seconds,
    )


def doctor() -> None:
    """Check what this machine needs for the stack, and how to get what is missing; exit 1 when the stack cannot run."""
    findings = checks.examine(Layout.here())
    for finding in findings:
        mark = "[green]✓[/]" if finding.ok else "[red]✗[/]"
        view.console.print(f"  {mark} {finding.name:<28} [dim]{finding.detail}[/]")
    if not checks.runnable(findings):
        raise StackError("requirements are missing: see the lines with ✗ above")


def lifecycles(
    check: Annotated[bool, typer.Option("--check", help="change nothing; exit 1 when the page is out of date")] = False,
) -> None:
    """Write docs/lifecycles.md from the lifecycles of all services."""
    if not page.out_of_date(checkout()):
        return
    if check:
        raise StackError(f"{page.PAGE} is out of date: run `make format`")
    (checkout() / page.PAGE).write_text(page.text(), encoding="utf-8")
