"""courier: act as the partners whose couriers carry the parcels."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx
import typer
from aftercare_events import waybills

from aftercare_cli import couriers
from aftercare_cli.participants import participants
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import Layout

PartnerOption = Annotated[str, typer.Option("--partner", help=", ".join(couriers.PARTNERS))]
CarrierOption = Annotated[
    str | None, typer.Option("--carrier", help="the carrier, where the partner's format names one")
]
ReferenceOption = Annotated[
    str | None, typer.Option("--reference", help="the number of registration, by which yto names the parcel")
]
ReceiverOption = Annotated[
    str | None, typer.Option("--delivered-to", help="person, proxy, locker or station, where the partner states it")
]
_MOST_SECONDS = 60.0


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    courier = typer.Typer(no_args_is_help=True, help="Act as a courier.")
    courier.command("push")(push)
    courier.command("simulate")(simulate)
    courier.command("partners")(partners)
    app.add_typer(courier, name="courier")


def push(
    partner: PartnerOption,
    waybill: Annotated[str, typer.Option(help="the waybill number, in any case, width and spacing")],
    status: Annotated[str, typer.Option(help="picked_up, in_transit, out_for_delivery, delivered, …")],
    carrier: CarrierOption = None,
    reference: ReferenceOption = None,
    delivered_to: ReceiverOption = None,
) -> None:
    """Sign and post one scan as the partner would."""
    _check_partner(partner)
    number, layout = _number(waybill), Layout.here()
    scan = couriers.Scan(number, status, datetime.now(UTC), _code(carrier), reference, delivered_to)
    with participants(layout.home, Addresses.read(layout.stack_file).services) as people:
        print(couriers.push(people.admin, partner, scan, layout.home))


def simulate(
    partner: PartnerOption,
    waybill: Annotated[list[str], typer.Option(help="a waybill number of a registered parcel; may be repeated")],
    life: Annotated[str, typer.Option(help=", ".join(couriers.LIVES))] = "delivered",
    carrier: CarrierOption = None,
    reference: ReferenceOption = None,
    delivered_to: ReceiverOption = None,
    shuffled: Annotated[bool, typer.Option(help="post in any order")] = False,
    twice: Annotated[float, typer.Option(min=0, max=1, help="the part of the pushes that is posted twice")] = 0,
    late: Annotated[float, typer.Option(min=0, max=1, help="the part that is posted after all others")] = 0,
    fault: Annotated[list[str] | None, typer.Option(help=", ".join(couriers.Fault))] = None,
    minutes: Annotated[float, typer.Option(min=0, max=240, help="from one scan of a parcel to the next")] = 1,
    seed: Annotated[int, typer.Option(help="the same number gives the same order")] = 0,
) -> None:
    """Walk registered parcels through a life, and post each step as the partner would; what has become of the pushes."""
    _check_partner(partner)
    if life not in couriers.LIVES:
        raise typer.BadParameter(f"must be one of {', '.join(couriers.LIVES)}", param_hint="--life")
    simulation = couriers.Simulation(
        partner=partner,
        waybills=[_number(each) for each in waybill],
        life=life,
        carrier=_code(carrier),
        reference=reference,
        delivered_to=delivered_to,
        since=datetime.now(UTC),
        pause=timedelta(minutes=minutes),
        disorder=couriers.Disorder(shuffled=shuffled, twice=twice, late=late),
        faults=[_fault(each) for each in fault or ()],
        seed=seed,
    )
    layout = Layout.here()
    with participants(layout.home, Addresses.read(layout.stack_file).services) as people:
        target = couriers.endpoint(people.admin, partner, layout.home)
        tally = asyncio.run(_simulate(simulation, people.admin.url(target["path"]), target["secret"]))
    print(f"{tally.acknowledged} acknowledged, {tally.given_up} given up, {tally.tries} posts")
    if tally.given_up > len(simulation.faults) or tally.not_posted:
        raise StackError("pushes without a fault were not acknowledged")


def partners() -> None:
    """Print the partners that `push` and `simulate` support."""
    print("\n".join(couriers.PARTNERS))


async def _simulate(simulation: couriers.Simulation, url: str, secret: str) -> couriers.Tally:
    async with httpx.AsyncClient(timeout=_MOST_SECONDS) as http:
        return await couriers.simulate(simulation, url, secret, http)


def _check_partner(partner: str) -> None:
    if partner not in couriers.PARTNERS:
        raise typer.BadParameter(f"must be one of {', '.join(couriers.PARTNERS)}", param_hint="--partner")


def _number(waybill: str) -> str:
    try:
        return waybills.waybill(waybill)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--waybill") from None


def _code(carrier: str | None) -> str | None:
    return waybills.canonical_carrier(carrier) if carrier else None


def _fault(name: str) -> couriers.Fault:
    try:
        return couriers.Fault(name)
    except ValueError:
        raise typer.BadParameter(f"must be one of {', '.join(couriers.Fault)}", param_hint="--fault") from None
