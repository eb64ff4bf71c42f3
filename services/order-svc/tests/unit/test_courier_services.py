"""What this service relies on of a courier that shipments are ordered of: the adapter's real code against the courier's simulator."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from aftercare_simulators.shipping import Fault
from courier_services import NOW, RECEIVER, TOMORROW, WORLDS, World
from order_svc.domain.shipping.model import PickupWindow
from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.outward import requests
from order_svc.integrations.couriers.outward.port import (
    CourierOutcome,
    CourierRefusal,
    InterceptAction,
    InterceptRequest,
)
from order_svc.integrations.couriers.registry import COURIERS

UNREADABLE = (Fault.GARBAGE, Fault.HUGE, Fault.FAILURE, Fault.BAD_WAYBILL)

REDIRECT = InterceptRequest(
    number="0195a1b2c3d47e5f8a9b0c1d2e3f4a5b",
    carrier="sf",
    waybill_no="SF7300000000001",
    action=InterceptAction.REDIRECT,
    receiver=RECEIVER,
)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    return WORLDS[request.param]()


async def test_a_shipment_is_ordered_and_found_under_our_number(world: World) -> None:
    made = await world.adapter.create(world.account, world.shipment)
    assert (made.outcome, made.cancelled) == (CourierOutcome.DONE, False)
    assert made.waybill_no is not None
    found = await world.adapter.find(world.account, replace(world.shipment, courier_ref=made.courier_ref))
    assert (found.outcome, found.waybill_no) == (CourierOutcome.DONE, made.waybill_no)
    assert list(world.books.orders) == [world.shipment.number]


async def test_an_order_without_an_answer_is_found_and_never_made_twice(world: World) -> None:
    world.books.fault = Fault.LOST_ANSWER
    assert (await world.adapter.create(world.account, world.shipment)).outcome is CourierOutcome.UNKNOWN
    world.books.fault = None
    again = await world.adapter.create(world.account, world.shipment)
    found = await world.adapter.find(world.account, world.shipment)
    assert again.outcome in (CourierOutcome.UNKNOWN, CourierOutcome.DONE)
    assert (found.outcome, len(world.books.orders)) == (CourierOutcome.DONE, 1)
    assert found.waybill_no == next(iter(world.books.orders.values())).waybill_no


async def test_a_waybill_may_be_assigned_later(world: World) -> None:
    world.books.fault = Fault.NO_WAYBILL_YET
    made = await world.adapter.create(world.account, world.shipment)
    assert (made.outcome, made.waybill_no) == (CourierOutcome.DONE, None)
    world.books.fault = None
    found = await world.adapter.find(world.account, replace(world.shipment, courier_ref=made.courier_ref))
    assert found.waybill_no is not None


@pytest.mark.parametrize("fault", UNREADABLE)
async def test_an_answer_that_cannot_be_read_leaves_the_outcome_open(world: World, fault: Fault) -> None:
    world.books.fault = fault
    made = await world.adapter.create(world.account, world.shipment)
    assert (made.outcome, made.waybill_no) == (CourierOutcome.UNKNOWN, None)


async def test_an_answer_in_another_encoding_is_none(world: World) -> None:
    world.books.scan("SF1", "50", "已收取快件", NOW)
    world.books.fault = Fault.WRONG_ENCODING
    assert (await world.adapter.track(world.account, "sf", "SF1")).outcome is CourierOutcome.UNKNOWN
    assert (await world.adapter.price(world.account, world.shipment, ["sf"])).quotes == ()


async def test_the_order_of_somebody_else_is_not_taken_for_ours() -> None:
    world = WORLDS["sf"]()
    world.books.fault = Fault.OTHER_ORDER
    made = await world.adapter.create(world.account, world.shipment)
    assert (made.outcome, made.waybill_no) == (CourierOutcome.UNKNOWN, None)


async def test_scans_of_another_parcel_are_not_taken_for_ours(world: World) -> None:
    world.books.scan("SF1234567890", "50", "已收取快件", NOW)
    world.books.fault = Fault.OTHER_WAYBILL
    assert (await world.adapter.track(world.account, "sf", "SF1234567890")).push is None


async def test_wrong_credentials_are_a_refusal(world: World) -> None:
    made = await world.adapter.create(world.signed_wrongly(), world.shipment)
    assert (made.outcome, made.refusal) == (CourierOutcome.REFUSED, CourierRefusal.CREDENTIALS_INVALID)
    assert world.books.orders == {}


@pytest.mark.parametrize(
    ("courier", "refusal"),
    [("sf", CourierRefusal.ADDRESS_NOT_SERVED), ("kuaidi100", CourierRefusal.OTHER)],
)
async def test_a_way_that_is_not_served_is_a_refusal(courier: str, refusal: CourierRefusal) -> None:
    world = WORLDS[courier]()
    world.books.fault = Fault.REFUSED
    made = await world.adapter.create(world.account, world.shipment)
    assert (made.outcome, made.refusal) == (CourierOutcome.REFUSED, refusal)


async def test_sf_is_given_the_country_of_both_ends() -> None:
    """Its question for prices, and its intercepts, have no country: they are refused here."""
    world = WORLDS["sf"]()
    abroad = replace(world.shipment, receiver=replace(RECEIVER, country="SG"))
    assert (await world.adapter.create(world.account, abroad)).outcome is CourierOutcome.DONE
    [order] = world.books.orders.values()
    assert [each["country"] for each in order.content["contactInfoList"]] == ["CN", "SG"]
    for result in (
        await world.adapter.price(world.account, abroad, ["sf"]),
        await world.adapter.intercept(world.account, replace(REDIRECT, receiver=abroad.receiver)),
        await WORLDS["kuaidi100"]().adapter.intercept(world.account, replace(REDIRECT, receiver=abroad.receiver)),
    ):
        assert (result.outcome, result.refusal) == (CourierOutcome.REFUSED, CourierRefusal.ADDRESS_NOT_SERVED)


async def test_prices_are_in_minor_units(world: World) -> None:
    (quote,) = (await world.adapter.price(world.account, world.shipment, ["sf"])).quotes
    assert (quote.carrier, quote.price_minor) == ("sf", 1250)


async def test_a_pickup_is_booked_moved_and_given_up_with_its_shipment(world: World) -> None:
    shipment = replace(world.shipment, pickup=TOMORROW)
    made = await world.adapter.create(world.account, shipment)
    shipment = replace(shipment, courier_ref=made.courier_ref)
    (order,) = world.books.orders.values()
    assert order.pickup is not None
    assert order.pickup[0].endswith(("10:00", "10:00:00"))  # 02:00 UTC by the clocks of China
    later = PickupWindow(
        begins_at=TOMORROW.begins_at + timedelta(hours=4), ends_at=TOMORROW.ends_at + timedelta(hours=4)
    )
    assert (await world.adapter.move_pickup(world.account, shipment, later)).outcome is CourierOutcome.DONE
    assert order.pickup[0].endswith(("14:00", "14:00:00"))
    assert (await world.adapter.cancel(world.account, shipment)).outcome is CourierOutcome.DONE
    assert order.cancelled
    assert (await world.adapter.find(world.account, shipment)).cancelled


async def test_what_is_collected_is_neither_moved_nor_cancelled(world: World) -> None:
    made = await world.adapter.create(world.account, world.shipment)
    assert made.waybill_no is not None
    world.books.scan(made.waybill_no, "1", "已揽收")
    shipment = replace(world.shipment, courier_ref=made.courier_ref)
    for result in (
        await world.adapter.cancel(world.account, shipment),
        await world.adapter.move_pickup(world.account, shipment, TOMORROW),
    ):
        assert (result.outcome, result.refusal) == (CourierOutcome.REFUSED, CourierRefusal.TOO_LATE)


async def test_a_pickup_too_far_away_is_refused_before_kuaidi100_is_asked() -> None:
    world = WORLDS["kuaidi100"]()
    days = timedelta(days=3)
    window = PickupWindow(begins_at=TOMORROW.begins_at + days, ends_at=TOMORROW.ends_at + days)
    made = await world.adapter.create(world.account, replace(world.shipment, pickup=window))
    assert made.refusal is CourierRefusal.PICKUP_TIME_NOT_OFFERED
    assert world.books.calls == []


@pytest.mark.parametrize("action", InterceptAction)
async def test_a_parcel_is_intercepted(world: World, action: InterceptAction) -> None:
    request = InterceptRequest(number="n1", carrier="sf", waybill_no="SF1", action=action, receiver=RECEIVER)
    assert (await world.adapter.intercept(world.account, request)).outcome is CourierOutcome.DONE
    assert len(world.books.intercepts) == 1


async def test_without_an_account_of_the_carrier_kuaidi100_intercepts_nothing() -> None:
    world = WORLDS["kuaidi100"]()
    action = InterceptAction.RETURN_TO_SENDER
    request = InterceptRequest(number="n1", carrier="zto", waybill_no="7", action=action, receiver=RECEIVER)
    result = await world.adapter.intercept(replace(world.account, billing_no=None), request)
    assert (result.outcome, world.books.calls) == (CourierOutcome.UNSUPPORTED, [])


async def test_a_subscription_is_made_once() -> None:
    world = WORLDS["kuaidi100"]()
    for _ in range(2):
        assert (await world.adapter.subscribe(world.account, "zto", "73", "0000")).outcome is CourierOutcome.DONE
    parameters = world.books.subscriptions[0]["parameters"]
    assert (parameters["callbackurl"], parameters["salt"]) == (world.account.callback_url, "a-salt")


async def test_polled_scans_are_read_as_pushed_ones_are(world: World) -> None:
    code = {"sf": "50", "kuaidi100": "1"}[world.adapter.name]
    world.books.scan("SF1234567890", code, "已收取快件", NOW)
    tracked = await world.adapter.track(world.account, "sf", "SF1234567890")
    assert tracked.push is not None
    (report,) = COURIERS[world.adapter.name].parse(tracked.push)
    assert (report.waybill_no, report.scan.status) == ("SF1234567890", ParcelStatus.PICKED_UP)
    assert report.scan.occurred_at == NOW


async def test_a_parcel_without_scans_is_not_found(world: World) -> None:
    assert (await world.adapter.track(world.account, "sf", "SF1234567890")).outcome is CourierOutcome.NOT_FOUND


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (httpx.ConnectError, CourierOutcome.NOT_SENT),
        (httpx.ReadTimeout, CourierOutcome.UNKNOWN),
        (httpx.Response(200, json={}), CourierOutcome.UNKNOWN),
        (httpx.Response(200, json=[]), CourierOutcome.UNKNOWN),
        (httpx.Response(200, text="{" * 10000), CourierOutcome.UNKNOWN),
        (httpx.Response(200, content=b"\xff\xfe"), CourierOutcome.UNKNOWN),
        (httpx.Response(302, headers={"location": "http://elsewhere"}), CourierOutcome.UNKNOWN),
    ],
    ids=["not reached", "no response", "empty", "list", "nested", "no text", "redirect"],
)
@pytest.mark.parametrize("courier", WORLDS)
async def test_what_the_network_does_is_an_outcome(
    courier: str, failure: type[httpx.TransportError] | httpx.Response, outcome: CourierOutcome
) -> None:
    world = WORLDS[courier](httpx.MockTransport(_failing(failure)))
    shipment = replace(world.shipment, courier_ref="1/2")
    assert (await world.adapter.create(world.account, shipment)).outcome is outcome
    assert (await world.adapter.find(world.account, shipment)).outcome is outcome
    assert (await world.adapter.cancel(world.account, shipment)).outcome is outcome
    assert (await world.adapter.track(world.account, "sf", "SF1")).outcome is outcome


async def test_a_courier_that_answers_byte_by_byte_does_not_hold_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_SECONDS", 0.05)
    world = WORLDS["sf"]()
    world.books.fault = Fault.LATE
    assert (await world.adapter.create(world.account, world.shipment)).outcome is CourierOutcome.UNKNOWN


def test_no_credential_and_no_contact_is_in_a_representation(world: World) -> None:
    shown = repr((world.account, world.shipment))
    assert not any(each in shown for each in ("secret-of", "key-of", "王芳", "13800000000", "a-salt"))


def test_the_reason_of_a_courier_is_kept_where_it_is_a_code() -> None:
    assert requests.refused(CourierRefusal.OTHER, "8114").reason == "8114"
    assert requests.refused(CourierRefusal.OTHER, "请联系 13800000000").reason is None


def _failing(
    failure: type[httpx.TransportError] | httpx.Response,
) -> Callable[[httpx.Request], httpx.Response]:
    def fail(request: httpx.Request) -> httpx.Response:
        if isinstance(failure, httpx.Response):
            return httpx.Response(failure.status_code, headers=failure.headers, content=failure.content)
        raise failure("as the test requires", request=request)

    return fail
