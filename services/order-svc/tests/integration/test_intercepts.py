"""Intercepts of parcels on their way: requested by a party, answered by the courier, ended by its silence or the parcel."""

import pytest
from aftercare_events import InterceptEnded, InterceptGranted, InterceptRequested, ParcelStatusChanged
from order_svc.domain.tracking import ParcelStatus

RETURN = {"purpose": "return_to_sender"}


@pytest.fixture
async def parcel(shop):
    order, _ = await shop.paid()
    shipped = await shop.ship(order, 3)
    await shop.scan(ParcelStatus.IN_TRANSIT)
    return shipped


async def requested(shop, parcel, body=RETURN, who="buyer"):
    response = await getattr(shop, who).post(f"/v1/parcels/{parcel['id']}/intercepts", json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def act(shop, intercept, action, who="seller", **body):
    return await getattr(shop, who).post(f"/v1/intercepts/{intercept['id']}/{action}", json=body)


async def test_a_granted_return_turns_the_parcel_round_and_it_comes_back(shop, parcel):
    intercept = await requested(shop, parcel)
    assert (intercept["state"], intercept["whose_turn"], intercept["requested_by"]) == (
        "requested",
        "merchant",
        "buyer",
    )
    submitted = (await act(shop, intercept, "submit", reference="IC-1")).json()
    assert (submitted["state"], submitted["whose_turn"]) == ("submitted", "courier")
    fee = {"amount": 600, "currency": "CNY"}
    granted = (await act(shop, intercept, "grant", fee=fee, fee_payer="buyer")).json()
    assert (granted["state"], granted["reference"], granted["fee"], granted["fee_payer"]) == (
        "granted",
        "IC-1",
        fee,
        "buyer",
    )
    assert granted["whose_turn"] is None
    shown = (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()
    assert (shown["status"], shown["reason"]) == ("returning", "intercepted")
    await shop.scan(ParcelStatus.DELIVERED, hours=20)
    last = (await shop.events(ParcelStatusChanged))[-1]
    assert (last.status, last.returned) == ("returned", True), "aftersale-svc opens a case by this"
    [event] = await shop.events(InterceptGranted)
    assert (event.applicant, event.handler, event.fee_minor, event.order_id) == (
        "m-1",
        "seller-1",
        600,
        parcel["order_id"],
    )


async def test_a_new_address_is_kept_and_never_published(shop, parcel, kettles):
    moved = {**kettles()["shipping_address"], "street": "延安路 2 号"}
    intercept = await requested(shop, parcel, {"purpose": "change_address", "shipping_address": moved})
    assert intercept["shipping_address"]["street"] == "延安路 2 号"
    granted = (await act(shop, intercept, "grant")).json()
    assert (granted["state"], granted["shipping_address"]["street"]) == ("granted", "延安路 2 号")
    assert (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()["status"] == "in_transit"
    [event] = await shop.events(InterceptRequested)
    assert event.address_hash.startswith("sha256:")
    for envelope in await shop.h.envelopes():
        assert "延安路".encode() not in envelope.data
    [listed] = (await shop.seller.get("/v1/intercepts", params={"order_id": parcel["order_id"]})).json()["data"]
    assert "shipping_address" not in listed


async def test_a_refused_intercept_changes_nothing_and_another_may_follow(shop, parcel):
    refused = (await act(shop, await requested(shop, parcel), "refuse", reason="out_for_delivery")).json()
    assert (refused["state"], refused["refusal"]) == ("refused", "out_for_delivery")
    assert (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()["status"] == "in_transit"
    await requested(shop, parcel, who="seller")


async def test_at_most_one_is_open_and_it_can_be_withdrawn_until_it_is_with_the_courier(shop, parcel):
    first = await requested(shop, parcel)
    path = f"/v1/parcels/{parcel['id']}/intercepts"
    problem = shop.problem(await shop.seller.post(path, json=RETURN), 409, "intercept_open")
    assert problem["intercept_id"] == first["id"]
    assert (await act(shop, first, "withdraw", "buyer")).json()["state"] == "withdrawn"
    second = await requested(shop, parcel)
    await act(shop, second, "submit")
    shop.problem(await act(shop, second, "withdraw", "buyer"), 409, "illegal_transition")
    shop.problem(await act(shop, second, "grant", "buyer"), 403, "forbidden")


async def test_an_intercept_expires_where_the_courier_does_not_answer(shop, parcel):
    intercept = await requested(shop, parcel)
    shop.h.clock.advance(hours=47)
    await act(shop, intercept, "submit")
    shop.h.clock.advance(hours=47)
    await shop.h.run_due()
    path = f"/v1/intercepts/{intercept['id']}"
    assert (await shop.buyer.get(path)).json()["state"] == "submitted"
    shop.h.clock.advance(hours=2)
    await shop.h.run_due()
    assert (await shop.buyer.get(path)).json()["state"] == "expired"
    [event] = await shop.events(InterceptEnded)
    assert (event.cause, event.handler) == ("no_answer", "system")


async def test_an_intercept_fails_where_the_parcel_arrives_first(shop, parcel):
    intercept = await requested(shop, parcel)
    await shop.scan(ParcelStatus.DELIVERED, hours=1)
    assert (await shop.buyer.get(f"/v1/intercepts/{intercept['id']}")).json()["state"] == "failed"
    [event] = await shop.events(InterceptEnded)
    assert event.cause == "parcel_ended"
    path = f"/v1/parcels/{parcel['id']}/intercepts"
    shop.problem(await shop.buyer.post(path, json=RETURN), 409, "parcel_not_under_way")


async def test_what_is_asked_for_has_to_fit(shop, parcel, kettles):
    path, address = f"/v1/parcels/{parcel['id']}/intercepts", kettles()["shipping_address"]
    shop.problem(await shop.buyer.post(path, json={"purpose": "change_address"}), 422, "address_missing")
    both = RETURN | {"shipping_address": address}
    shop.problem(await shop.buyer.post(path, json=both), 422, "address_not_needed")
    shop.problem(await shop.buyer.post(path, json={"purpose": "burn"}), 422, "validation_failed")
    other_buyer = shop.h.client("buyer", "buyer-2")
    shop.problem(await other_buyer.post(path, json=RETURN), 404, "not_found")
    intercept = await requested(shop, parcel)
    shop.problem(await other_buyer.get(f"/v1/intercepts/{intercept['id']}"), 404, "not_found")
