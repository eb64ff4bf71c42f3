"""token, demo, courier: acting as the people around the suite."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from aftercare_events import waybills
from aftercare_events.roles import ROLES

from aftercare_cli import couriers, tokens, view
from aftercare_cli.commands.stack import With
from aftercare_cli.demo.cast import BUYER, cast
from aftercare_cli.demo.story import Story
from aftercare_cli.journey import Journey
from aftercare_cli.stack.choose import choose
from aftercare_cli.stack.interface import Addresses
from aftercare_cli.stack.layout import Layout


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command()(token)
    app.command()(demo)
    courier = typer.Typer(no_args_is_help=True, help="Act as a courier.")
    courier.command("push")(push)
    # With a second command, even a small one, typer keeps `push` as a word of its own.
    courier.command("partners")(partners)
    app.add_typer(courier, name="courier")


def token(
    role: Annotated[str, typer.Option(help=", ".join(ROLES))],
    sub: Annotated[str, typer.Option(help="who it is, e.g. buyer-1")],
    merchant: Annotated[str | None, typer.Option(help="whose seller, e.g. m-1")] = None,
    hours: float = 12,
) -> None:
    """Print a bearer token for the running stack."""
    if role not in ROLES:
        raise typer.BadParameter(f"is one of {', '.join(ROLES)}", param_hint="--role")
    if role == "seller" and not merchant:
        raise typer.BadParameter("a seller needs one", param_hint="--merchant")
    print(tokens.token(Layout.here().home, role=role, sub=sub, merchant=merchant, hours=hours))


def demo(
    kind: With = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="print only the ids, as one JSON object; the story goes to stderr")
    ] = False,
) -> None:
    """Start the suite and play one order's whole story; exit 0 only if every step held."""
    view.console.stderr = as_json
    layout = Layout.here()
    with view.progress() as shown:
        where = choose(layout, kind).up(shown)
    with cast(layout.home, where.services) as people:
        story = Story(people, Journey(people, BUYER))
        story.play()
        urls = [people.buyer.url(path) for path in story.paths()]
    view.next_steps(where, urls, tokens.token(layout.home, role="buyer", sub=BUYER))
    if as_json:
        print(json.dumps(story.ids, indent=2))


def push(
    partner: Annotated[str, typer.Option(help=", ".join(couriers.PARTNERS))],
    waybill: Annotated[str, typer.Option(help="the waybill number, in any case, width and spacing")],
    status: Annotated[str, typer.Option(help="picked_up, in_transit, out_for_delivery, delivered, …")],
    carrier: Annotated[str | None, typer.Option(help="who carries it, where the partner tells")] = None,
) -> None:
    """Sign and post one scan as the partner would."""
    if partner not in couriers.PARTNERS:
        raise typer.BadParameter(f"is one of {', '.join(couriers.PARTNERS)}", param_hint="--partner")
    try:
        number = waybills.waybill(waybill)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--waybill") from None
    layout = Layout.here()
    scan = couriers.Scan(number, status, datetime.now(UTC), carrier and waybills.canonical_carrier(carrier))
    with cast(layout.home, Addresses.read(layout.stack_file).services) as people:
        print(couriers.push(people.admin, partner, scan, layout.home))


def partners() -> None:
    """The partners this command can speak for."""
    print("\n".join(couriers.PARTNERS))
