"""Scenarios in which a courier collects returned goods."""

from typing import Any

from aftercare_simulators.shipping import Fault
from in_process_suite import InProcessSuite
from suite_couriers import sf_account
from suite_scenarios import NEW_ADDRESS, RETURN_ADDRESS, TEXTS, asked, delivered, step


async def _slots(suite: InProcessSuite, case: dict[str, Any]) -> list[str]:
    found = (await suite.get("buyer", "aftersale", f"cases/{case['id']}/pickup-slots"))["data"]
    return [str(each["begins_at"]) for each in found]


async def a_pickup_that_is_missed_and_booked_again(suite: InProcessSuite) -> str:
    """One pickup is moved and cancelled, one passes without a word, one is collected by the courier's scan. The order's id."""
    order = await delivered(suite, "73000081")
    case = await asked(suite, order, 1)
    await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
    times = await _slots(suite, case)
    await step(suite, "buyer", case, "book-pickup", slot=times[0], address=NEW_ADDRESS, note=TEXTS["note"])
    await step(suite, "buyer", case, "move-pickup", slot=times[1])
    await step(suite, "seller", case, "give-pickup-waybill", carrier="zto", waybill_no="73000083")
    await step(suite, "buyer", case, "cancel-pickup")
    await step(suite, "buyer", case, "book-pickup", slot=times[0], address=NEW_ADDRESS)
    await suite.advance(3 * 24)
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["pickup"]["missed_by"] == "unknown"
    await step(suite, "buyer", case, "book-pickup", slot=(await _slots(suite, case))[0], address=NEW_ADDRESS)
    await step(suite, "seller", case, "give-pickup-waybill", carrier="zto", waybill_no="73000082")
    await suite.push("73000082", "picked_up")
    found = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (found["state"], found["return_parcel"]["method"]) == ("return_in_transit", "pickup")
    await suite.push("73000082", "delivered")
    parcels = (await suite.get("buyer", "order", f"parcels?order_id={order['id']}&leg=return"))["data"]
    assert [(each["status"], each["reason"]) for each in parcels] == [
        ("delivered", None),
        ("cancelled", "pickup_given_up"),
    ]
    return str(order["id"])


async def a_pickup_that_the_courier_refuses(suite: InProcessSuite) -> str:
    """SF refuses what was booked, and the buyer sends the goods otherwise. The order's id."""
    order = await delivered(suite, "73000084")
    case = await asked(suite, order, 1)
    await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
    async with sf_account(suite) as books:
        books.fault = Fault.REFUSED
        await step(suite, "buyer", case, "book-pickup", slot=(await _slots(suite, case))[0])
    found = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (found["state"], found["pickup"]["missed_by"]) == ("await_buyer_shipment", "courier_refused")
    await step(suite, "buyer", case, "ship", carrier="zto", waybill_no="73000085")
    return str(order["id"])


SCENARIOS = (a_pickup_that_is_missed_and_booked_again, a_pickup_that_the_courier_refuses)
