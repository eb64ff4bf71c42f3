"""Ratings: one per ended case, in four dimensions, with their earlier versions."""

from typing import Any

from aftercare_events import AfterSaleApproved, AfterSaleClosed
from cs_desk import CASE, ORDER, SCORES, Desk, made


async def rate(desk: Desk, **fields: object) -> dict[str, Any]:
    return made(await desk.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES, **fields}))


async def test_a_buyer_rates_a_completed_case(prepared: Desk) -> None:
    await prepared.completed()
    rating = await rate(prepared, text="很好")
    assert rating["id"].startswith("rat_")
    assert (rating["case_id"], rating["order_id"], rating["merchant_id"]) == (CASE, ORDER, "m-1")
    assert (rating["scores"], rating["text"], rating["version"]) == (SCORES, "很好", 1)
    (event,) = await prepared.events("RatingGiven")
    assert (event.rating_id, event.scores, event.result, event.handler) == (rating["id"], SCORES, "given", "buyer-1")
    assert "很好".encode() not in b"".join(e.data for e in await prepared.harness.envelopes())


async def test_a_case_that_has_not_ended_is_not_rated(prepared: Desk) -> None:
    for state in ("pending_review", "refunding"):
        await prepared.consume(AfterSaleApproved, state=state)
        response = await prepared.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES})
        assert prepared.harness.problem(response, 409, "case_not_completed")["state"] == state


async def test_a_closed_case_may_be_rated(prepared: Desk) -> None:
    await prepared.consume(AfterSaleClosed, state="closed", cause="buyer_late")
    await rate(prepared)


async def test_the_event_decides_whether_a_case_has_ended(prepared: Desk) -> None:
    await prepared.consume(AfterSaleApproved, state="completed", terminal=False)
    response = await prepared.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES})
    assert prepared.harness.problem(response, 409, "case_not_completed")["state"] == "completed"
    await prepared.consume(AfterSaleClosed, state="a_state_of_a_later_build", terminal=True)
    await rate(prepared)


async def test_a_case_is_rated_once(prepared: Desk) -> None:
    await prepared.completed()
    first = await rate(prepared)
    response = await prepared.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES})
    assert prepared.harness.problem(response, 409, "already_rated")["rating_id"] == first["id"]
    assert len(await prepared.events("RatingGiven")) == 1


WRONG_SCORES: tuple[object, ...] = (
    *({name: score for name, score in SCORES.items() if name != left_out} for left_out in SCORES),
    *({**SCORES, "speed": wrong} for wrong in (0, 6, -1, 4.0, 4.5, "4", True, None, 10**30)),
    {**SCORES, "packaging": 5},
    {},
    [5, 4, 5, 3],
)


async def test_scores_are_four_integers_from_one_to_five(prepared: Desk) -> None:
    await prepared.completed()
    for scores in WRONG_SCORES:
        response = await prepared.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": scores})
        body = prepared.harness.problem(response, 422, "validation_failed")
        assert body["errors"][0]["pointer"].startswith("/scores"), scores
    assert await prepared.events("RatingGiven") == []


async def test_a_foreign_case_looks_unknown(prepared: Desk) -> None:
    await prepared.completed()
    response = await prepared.other_buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES})
    prepared.harness.problem(response, 404, "case_unknown")
    assert response.headers["retry-after"] == "1"


async def test_a_change_keeps_the_earlier_version(prepared: Desk) -> None:
    await prepared.completed()
    path = f"/v1/ratings/{(await rate(prepared, text='很好'))['id']}"
    lower = {**SCORES, "speed": 1}
    changed = await prepared.buyer.patch(path, json={"scores": lower}, headers={"If-Match": '"v1"'})
    assert (changed.json()["scores"], changed.json()["text"]) == (lower, "很好")
    assert changed.headers["etag"] == '"v2"'
    await prepared.buyer.patch(path, json={"text": "一般"})
    shown = (await prepared.seller.get(path)).json()
    assert (shown["scores"], shown["text"], shown["version"]) == (lower, "一般", 3)
    history = [(each["version"], each["scores"], each["text"]) for each in shown["history"]]
    assert history == [(1, SCORES, "很好"), (2, lower, "很好")]
    assert [e.scores["speed"] for e in await prepared.events("RatingChanged")] == [1, 1]


async def test_a_change_of_a_stale_version_is_refused(prepared: Desk) -> None:
    await prepared.completed()
    path = f"/v1/ratings/{(await rate(prepared))['id']}"
    await prepared.buyer.patch(path, json={"text": "一般"})
    stale = await prepared.buyer.patch(path, json={"text": "又改"}, headers={"If-Match": '"v1"'})
    prepared.harness.problem(stale, 412, "stale_version")
    assert (await prepared.buyer.get(path)).json()["text"] == "一般"


async def test_a_change_without_values_is_refused(prepared: Desk) -> None:
    await prepared.completed()
    path = f"/v1/ratings/{(await rate(prepared))['id']}"
    prepared.harness.problem(await prepared.buyer.patch(path, json={}), 422, "nothing_to_change")


async def test_lists_hold_only_visible_ratings(prepared: Desk) -> None:
    await prepared.completed()
    rating = await rate(prepared)
    for client in (prepared.buyer, prepared.seller, prepared.agent):
        listed = (await client.get(f"/v1/ratings?case_id={CASE}")).json()["data"]
        assert [each["id"] for each in listed] == [rating["id"]]
    assert (await prepared.other_seller.get("/v1/ratings")).json()["data"] == []
