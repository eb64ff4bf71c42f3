"""Ratings: once per finished case, four dimensions, changes with history."""

from typing import Any

from aftercare_events import AfterSaleApproved, AfterSaleClosed
from cs_desk import CASE, ORDER, SCORES, Desk, made


async def rate(desk: Desk, **fields: object) -> dict[str, Any]:
    return made(await desk.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES, **fields}))


async def test_a_buyer_rates_a_completed_case(served: Desk) -> None:
    await served.completed()
    rating = await rate(served, text="很好")
    assert rating["id"].startswith("rat_")
    assert (rating["case_id"], rating["order_id"], rating["merchant_id"]) == (CASE, ORDER, "m-1")
    assert (rating["scores"], rating["text"], rating["version"]) == (SCORES, "很好", 1)
    (told,) = await served.events("RatingGiven")
    assert (told.rating_id, told.scores, told.result, told.handler) == (rating["id"], SCORES, "given", "buyer-1")
    assert "很好".encode() not in b"".join(e.data for e in await served.harness.envelopes())


async def test_not_before_the_case_has_ended(served: Desk) -> None:
    for state in ("pending_review", "refunding"):
        await served.told(AfterSaleApproved, state=state)
        response = await served.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES})
        assert served.harness.problem(response, 409, "case_not_completed")["state"] == state


async def test_a_closed_case_has_ended_too(served: Desk) -> None:
    await served.told(AfterSaleClosed, state="closed", cause="buyer_late")
    await rate(served)


async def test_only_once(served: Desk) -> None:
    await served.completed()
    first = await rate(served)
    response = await served.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES})
    assert served.harness.problem(response, 409, "already_rated")["rating_id"] == first["id"]
    assert len(await served.events("RatingGiven")) == 1


WRONG_SCORES: tuple[object, ...] = (
    *({name: score for name, score in SCORES.items() if name != left_out} for left_out in SCORES),
    *({**SCORES, "speed": wrong} for wrong in (0, 6, -1, 4.0, 4.5, "4", True, None, 10**30)),
    {**SCORES, "packaging": 5},
    {},
    [5, 4, 5, 3],
)


async def test_four_whole_scores_from_one_to_five(served: Desk) -> None:
    await served.completed()
    for scores in WRONG_SCORES:
        response = await served.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": scores})
        body = served.harness.problem(response, 422, "validation_failed")
        assert body["errors"][0]["pointer"].startswith("/scores"), scores
    assert await served.events("RatingGiven") == []


async def test_a_foreign_case_looks_like_none(served: Desk) -> None:
    await served.completed()
    response = await served.stranger.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES})
    served.harness.problem(response, 404, "case_unknown")
    assert response.headers["retry-after"] == "1"


async def test_a_change_keeps_what_was_said_before(served: Desk) -> None:
    await served.completed()
    path = f"/v1/ratings/{(await rate(served, text='很好'))['id']}"
    lower = {**SCORES, "speed": 1}
    changed = await served.buyer.patch(path, json={"scores": lower}, headers={"If-Match": '"v1"'})
    assert (changed.json()["scores"], changed.json()["text"]) == (lower, "很好")
    assert changed.headers["etag"] == '"v2"'
    await served.buyer.patch(path, json={"text": "一般"})
    shown = (await served.seller.get(path)).json()
    assert (shown["scores"], shown["text"], shown["version"]) == (lower, "一般", 3)
    history = [(each["version"], each["scores"], each["text"]) for each in shown["history"]]
    assert history == [(1, SCORES, "很好"), (2, lower, "很好")]
    assert [e.scores["speed"] for e in await served.events("RatingChanged")] == [1, 1]


async def test_a_change_of_a_stale_version_is_refused(served: Desk) -> None:
    await served.completed()
    path = f"/v1/ratings/{(await rate(served))['id']}"
    await served.buyer.patch(path, json={"text": "一般"})
    stale = await served.buyer.patch(path, json={"text": "又改"}, headers={"If-Match": '"v1"'})
    served.harness.problem(stale, 412, "stale_version")
    assert (await served.buyer.get(path)).json()["text"] == "一般"


async def test_a_change_changes_something(served: Desk) -> None:
    await served.completed()
    path = f"/v1/ratings/{(await rate(served))['id']}"
    served.harness.problem(await served.buyer.patch(path, json={}), 422, "nothing_to_change")


async def test_lists_show_what_each_may_see(served: Desk) -> None:
    await served.completed()
    rating = await rate(served)
    for client in (served.buyer, served.seller, served.agent):
        listed = (await client.get(f"/v1/ratings?case_id={CASE}")).json()["data"]
        assert [each["id"] for each in listed] == [rating["id"]]
    assert (await served.rival.get("/v1/ratings")).json()["data"] == []
