"""Every partner's simulator posts to the real route: what is shown of a parcel is what has happened to it."""

import random
from datetime import datetime, timedelta

import httpx
import pytest
from aftercare_simulators.couriers import (
    LIVES,
    PARTNERS,
    Courier,
    Disorder,
    Fault,
    Partner,
    Reply,
    Request,
    Scan,
    life,
    schedule,
    with_fault,
)
from courier_pushes import carrier_of

EACH = pytest.mark.parametrize("name", PARTNERS)
ANY_ORDER = Disorder(shuffled=True, twice=0.3, late=0.2)


@pytest.fixture
def partner(name, desk, monkeypatch):
    found = PARTNERS[name]
    if hasattr(found, "now"):
        monkeypatch.setattr(found, "now", desk.harness.clock.now)
    return found


async def posting(desk, partner: Partner, endpoint) -> Courier:
    """The partner posts to its endpoint, and waits for nothing between its tries."""

    async def post(request: Request) -> Reply:
        response: httpx.Response = await desk.courier.post(
            endpoint["path"], content=request.body, headers=dict(request.headers)
        )
        return Reply(response.status_code, response.content)

    async def pause(_: float) -> None: ...

    return Courier(partner, post, pause=pause)


async def shipped(desk, partner: Partner, waybill_no: str):
    """A parcel, and the carrier under which it was registered."""
    carrier = carrier_of(partner.adapter)
    parcel = await desk.ship(await desk.ordered(), waybill_no, carrier=carrier, reference=f"ref-{waybill_no}")
    return parcel, carrier


def lived(desk, partner, name, waybill_no, carrier, **other) -> list[Scan]:
    since = desk.harness.clock.now() - timedelta(minutes=1)
    return list(
        life(partner, name, waybill_no=waybill_no, since=since, carrier=carrier, reference=f"ref-{waybill_no}", **other)
    )


async def deliver(desk, partner, parcels, disorder=None, seed=0) -> Courier:
    endpoint = await desk.endpoint(partner.adapter)
    courier = await posting(desk, partner, endpoint)
    desk.harness.clock.advance(hours=40)
    for push in schedule(partner, parcels, endpoint["secret"], disorder=disorder, dice=random.Random(seed)):
        assert await courier.deliver(push.request), push.scan
    await desk.work()
    return courier


def true_history(partner, history):
    return [(partner.shown.get(scan.status, scan.status), scan.at) for scan in history]


async def shown_history(desk, parcel):
    shown = await desk.parcel(parcel)
    return shown, [(each["status"], datetime.fromisoformat(each["occurred_at"])) for each in shown["events"]]


@EACH
@pytest.mark.parametrize("disorder", [None, ANY_ORDER], ids=["in order", "in any order"])
async def test_what_is_shown_is_what_has_happened(desk, partner, disorder):
    parcels = []
    for number, name in enumerate(("delivered", "refused")):
        parcel, carrier = await shipped(desk, partner, f"7300000000000{number}")
        parcels.append((parcel, lived(desk, partner, name, f"7300000000000{number}", carrier)))

    courier = await deliver(desk, partner, [history for _, history in parcels], disorder)

    assert courier.tally.given_up == 0
    for parcel, history in parcels:
        shown, events = await shown_history(desk, parcel)
        assert events == true_history(partner, history)
        assert shown["status"] == history[-1].status
    assert {push["state"] for push in await desk.pushes(limit=100)} == {"applied"}


@EACH
async def test_who_took_the_parcel(desk, partner):
    receivers = {"easypost": ("person",), "aftership": ("person", "station"), "jt-vn": ()}
    parcels = {}
    for number, receiver in enumerate(receivers.get(partner.name, ("person", "proxy", "station"))):
        parcel, carrier = await shipped(desk, partner, f"7300000000000{number}")
        history = lived(desk, partner, "delivered", f"7300000000000{number}", carrier, delivered_to=receiver)
        parcels[receiver] = (parcel, history)
    await deliver(desk, partner, [history for _, history in parcels.values()])
    shown = {receiver: (await desk.parcel(parcel))["delivered_to"] for receiver, (parcel, _) in parcels.items()}
    # What these two report of a station is the collection there, by the buyer.
    collected = {"station": "person"} if partner.name in ("zto", "aftership") else {}
    assert shown == {receiver: collected.get(receiver, receiver) for receiver in parcels}


@EACH
async def test_what_does_not_prove_its_sender_is_repeated_in_vain(desk, partner):
    parcel, carrier = await shipped(desk, partner, "73000000000000")
    history = lived(desk, partner, "delivered", "73000000000000", carrier)
    endpoint = await desk.endpoint(partner.adapter)
    # Without the token of the address, of which the simulator has the signed form.
    endpoint["path"] = endpoint["path"].partition("?")[0]
    desk.harness.clock.advance(hours=40)
    for fault in (Fault.BAD_SIGNATURE, Fault.GZIP, Fault.TOO_LARGE):
        courier = await posting(desk, partner, endpoint)
        assert not await courier.deliver(with_fault(partner, history, endpoint["secret"], fault)), fault
        assert courier.tally.tries == 1 + len(partner.pauses)
    await desk.work()
    assert (await shown_history(desk, parcel))[1] == []
    logged = await desk.pushes()
    assert [each["state"] for each in logged] == ["refused"] * 2, (
        "a repetition is the same push, and a large one is none"
    )


@EACH
async def test_what_is_signed_and_of_no_use_is_kept_with_its_reason(desk, partner):
    parcel, carrier = await shipped(desk, partner, "73000000000000")
    history = lived(desk, partner, "delivered", "73000000000000", carrier)[:1]
    endpoint = await desk.endpoint(partner.adapter)
    desk.harness.clock.advance(hours=40)
    faults = [Fault.CUT_OFF, Fault.UNKNOWN_WAYBILL]
    if partner.name not in ("yto", "sf-xml"):
        faults.append(Fault.BOM)  # which XML may begin with
    for fault in faults:
        courier = await posting(desk, partner, endpoint)
        wrong = with_fault(partner, history, endpoint["secret"], fault)
        assert await courier.deliver(wrong), "else the partner would disable the endpoint"
    await desk.work()
    assert (await shown_history(desk, parcel))[1] == []
    logged = await desk.pushes()
    assert len(logged) == len(faults)
    assert {each["state"] for each in logged} == {"unreadable", "waiting"}
    assert all(each["why"] for each in logged)


@EACH
async def test_a_status_that_goes_backwards_is_shown_and_changes_no_end(desk, partner):
    parcel, carrier = await shipped(desk, partner, "73000000000000")
    history = lived(desk, partner, "delivered", "73000000000000", carrier)
    endpoint = await desk.endpoint(partner.adapter)
    courier = await posting(desk, partner, endpoint)
    desk.harness.clock.advance(hours=40)

    for request in (
        partner.encode(history, endpoint["secret"]),
        with_fault(partner, history, endpoint["secret"], Fault.BACKWARDS),
    ):
        assert await courier.deliver(request)
        await desk.work()

    shown, events = await shown_history(desk, parcel)
    assert shown["status"] == history[-1].status
    assert events[-1] == (history[0].status, history[-1].at + timedelta(minutes=1))


def test_every_life_is_reported_in_full_by_some_partner() -> None:
    for name, statuses in LIVES.items():
        assert any(set(statuses) <= set(each.codes) for each in PARTNERS.values()), name
