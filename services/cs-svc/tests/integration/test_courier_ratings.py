"""Ratings of couriers: one per parcel whose way has ended."""

from typing import Any

from aftercare_events import ParcelRegistered
from cs_desk import PARCEL, Desk, made

LATE = {"parcel_id": "parcel_1", "score": 1, "faults": ["late", "bad_attitude"]}


async def test_a_buyer_rates_the_courier_of_a_delivered_parcel(desk: Desk) -> None:
    await desk.delivered()
    rating = made(await desk.buyer.post("/v1/courier-ratings", json={**LATE, "text": "等了一周"}))
    assert rating["id"].startswith("crat_")
    assert (rating["parcel_id"], rating["carrier"], rating["score"]) == ("parcel_1", "zto", 1)
    assert [each["code"] for each in rating["faults"]] == ["late", "bad_attitude"]
    assert (rating["faults"][0]["zh_cn"], rating["faults"][0]["en"]) == ("送达太慢", "the parcel came late")
    (event,) = await desk.events("CourierRated")
    assert (event.rating_id, event.score, event.faults) == (rating["id"], 1, ("late", "bad_attitude"))
    assert (event.handler, event.merchant_id, event.leg, event.carrier) == ("buyer-1", "m-1", "outbound", "zto")
    assert "等了一周".encode() not in b"".join(e.data for e in await desk.harness.envelopes())


async def test_the_courier_of_a_parcel_that_is_lost_or_back_is_rated(desk: Desk) -> None:
    for status in ("lost", "returned"):
        parcel = {**PARCEL, "parcel_id": f"parcel_{status}"}
        await desk.consume(ParcelRegistered, **parcel)
        await desk.scanned(status, parcel_id=parcel["parcel_id"])
        made(await desk.buyer.post("/v1/courier-ratings", json={"parcel_id": parcel["parcel_id"], "score": 3}))


async def test_a_parcel_on_its_way_or_without_a_courier_is_not_rated(desk: Desk) -> None:
    async def refused() -> None:
        response = await desk.buyer.post("/v1/courier-ratings", json=LATE)
        desk.harness.problem(response, 409, "parcel_not_ended")

    await desk.consume(ParcelRegistered, **PARCEL)
    await refused()
    await desk.scanned("in_transit", terminal=False)
    await refused()
    await desk.scanned("cancelled")
    await refused()
    assert await desk.events("CourierRated") == []


async def test_a_parcel_is_rated_once(desk: Desk) -> None:
    await desk.delivered()
    first = made(await desk.buyer.post("/v1/courier-ratings", json=LATE))
    again = await desk.buyer.post("/v1/courier-ratings", json={"parcel_id": "parcel_1", "score": 5})
    assert desk.harness.problem(again, 409, "courier_already_rated")["rating_id"] == first["id"]
    assert len(await desk.events("CourierRated")) == 1


async def test_a_bad_rating_names_faults_and_a_better_one_names_none(desk: Desk) -> None:
    await desk.delivered()
    for score, faults in ((1, []), (2, []), (3, ["late"]), (5, ["other"])):
        body = {"parcel_id": "parcel_1", "score": score, "faults": faults}
        problem = desk.harness.problem(
            await desk.buyer.post("/v1/courier-ratings", json=body), 422, "courier_faults_mismatch"
        )
        assert (problem["errors"][0]["pointer"], problem["score"]) == ("/faults", score)
    assert await desk.events("CourierRated") == []


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    *(({**LATE, "score": wrong}, "/score") for wrong in (0, 6, -1, 2.0, "2", True, None)),
    ({**LATE, "faults": ["late", "late"]}, "/faults"),
    ({**LATE, "faults": ["ugly"]}, "/faults/0"),
    ({**LATE, "faults": "late"}, "/faults"),
    ({"parcel_id": "parcel_1", "faults": ["late"]}, "/score"),
    ({"score": 1, "faults": ["late"]}, "/parcel_id"),
    ({**LATE, "text": " "}, "/text"),
)


async def test_wrong_input_names_the_field(desk: Desk) -> None:
    await desk.delivered()
    for body, pointer in WRONG:
        response = await desk.buyer.post("/v1/courier-ratings", json=body)
        problem = desk.harness.problem(response, 422, "validation_failed")
        assert problem["errors"][0]["pointer"] == pointer, body
    assert await desk.events("CourierRated") == []


async def test_a_foreign_parcel_looks_unknown(desk: Desk) -> None:
    await desk.delivered()
    response = await desk.other_buyer.post("/v1/courier-ratings", json=LATE)
    desk.harness.problem(response, 404, "parcel_unknown")
    assert response.headers["retry-after"] == "1"


async def test_merchant_and_agents_read_it_and_others_do_not(desk: Desk) -> None:
    await desk.delivered()
    rating = made(await desk.buyer.post("/v1/courier-ratings", json=LATE))
    for client in (desk.buyer, desk.seller, desk.agent, desk.arbitrator):
        for query in ("parcel_id=parcel_1", "carrier=zto", "order_id=ord_1"):
            listed = (await client.get(f"/v1/courier-ratings?{query}")).json()["data"]
            assert [each["id"] for each in listed] == [rating["id"]]
        assert (await client.get(f"/v1/courier-ratings/{rating['id']}")).json() == rating
    assert (await desk.agent.get("/v1/courier-ratings?carrier=sf")).json()["data"] == []
    assert (await desk.other_seller.get("/v1/courier-ratings")).json()["data"] == []
    desk.harness.problem(await desk.other_seller.get(f"/v1/courier-ratings/{rating['id']}"), 404, "not_found")
