"""token, demo: act as a user of the suite."""

import json
from typing import Annotated

import typer
from aftercare_events.roles import ROLES

from aftercare_cli import tokens, view
from aftercare_cli.commands.stack import With
from aftercare_cli.demo.scenario import Scenario
from aftercare_cli.journey import Journey
from aftercare_cli.participants import BUYER, participants
from aftercare_cli.stack.choose import choose
from aftercare_cli.stack.interface import Addresses
from aftercare_cli.stack.layout import Layout

LONGEST_HOURS = 24 * 366 * 10
"""The validity of a token; without a limit its end would be beyond every calendar."""


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command()(token)
    app.command()(demo)


def token(
    role: Annotated[str, typer.Option(help=", ".join(ROLES))],
    sub: Annotated[str, typer.Option(help="the subject, e.g. buyer-1")],
    merchant: Annotated[str | None, typer.Option(help="the merchant of a seller, e.g. m-1")] = None,
    hours: Annotated[float, typer.Option(help="how long it is valid; less than 0: how long it has expired")] = 12,
) -> None:
    """Print a bearer token for the running stack."""
    if role not in ROLES:
        raise typer.BadParameter(f"must be one of {', '.join(ROLES)}", param_hint="--role")
    if role == "seller" and not merchant:
        raise typer.BadParameter("is required for a seller", param_hint="--merchant")
    if role != "seller" and merchant:
        raise typer.BadParameter(f"is for a seller; a {role} acts for no merchant", param_hint="--merchant")
    if not abs(hours) <= LONGEST_HOURS:  # which nan is not either
        raise typer.BadParameter(f"must be at most {LONGEST_HOURS}, ten years", param_hint="--hours")
    layout = Layout.here()
    # Without a stack there is no key set: a new one would sign tokens that no service accepts.
    Addresses.read(layout.stack_file)
    print(tokens.token(layout.home, role=role, sub=sub, merchant=merchant, hours=hours))


def demo(
    kind: With = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="print only the ids, as one JSON object; the steps go to stderr")
    ] = False,
) -> None:
    """Start the suite and run one order's whole scenario; exit 0 only if every step succeeded."""
    view.console.stderr = as_json
    layout = Layout.here()
    with view.progress() as progress:
        addresses = choose(layout, kind).up(progress)
    with participants(layout.home, addresses.services) as people:
        scenario = Scenario(people, Journey(people, BUYER))
        scenario.run()
        urls = [people.buyer.url(path) for path in scenario.paths()]
    view.next_steps(addresses, urls, tokens.token(layout.home, role="buyer", sub=BUYER))
    if as_json:
        print(json.dumps(scenario.ids, indent=2))
