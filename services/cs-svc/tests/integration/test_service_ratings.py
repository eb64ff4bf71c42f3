"""Ratings by both sides: merchants rate ended cases, customers closed conversations, each once and with their earlier versions."""

import asyncio
from collections import Counter
from typing import Any

from aftercare_events import AfterSaleApproved
from cs_desk import CASE, SCORES, Desk, made

OF_CASE = {"buyer": 4, "handling": 5, "attitude": 5, "delivery": 3}
OF_CONVERSATION = {"helpfulness": 5, "attitude": 4, "speed": 2}
MANY = 10


async def closed(desk: Desk) -> str:
    """A conversation of buyer-1 that agent-1 had and closed."""
    path = f"/v1/conversations/{(await desk.conversation())['id']}"
    assert (await desk.agent.post(f"{path}/assign", json={})).is_success
    assert (await desk.agent.post(f"{path}/close")).is_success
    return path.rpartition("/")[2]


async def rated(desk: Desk, **fields: Any) -> dict[str, Any]:
    body = {"conversation_id": await closed(desk), "scores": OF_CONVERSATION, **fields}
    return made(await desk.buyer.post("/v1/conversation-ratings", json=body))


async def test_both_sides_rate_a_case(prepared: Desk) -> None:
    await prepared.completed()
    made(await prepared.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES}))
    body = {"case_id": CASE, "scores": OF_CASE, "text": "处理公正"}
    rating = made(await prepared.seller.post("/v1/merchant-ratings", json=body))
    assert (rating["side"], rating["merchant_id"], rating["scores"]) == ("merchant", "m-1", OF_CASE)
    [event] = await prepared.events("ServiceRated")
    assert (event.side, event.case_id, event.scores, event.handler) == ("merchant", CASE, OF_CASE, "seller-1")
    assert "处理公正".encode() not in b"".join(each.data for each in await prepared.harness.envelopes())


async def test_a_merchant_rates_an_ended_case_of_its_own_once(prepared: Desk) -> None:
    body = {"case_id": CASE, "scores": OF_CASE}
    await prepared.consume(AfterSaleApproved, state="refunding")
    early = await prepared.seller.post("/v1/merchant-ratings", json=body)
    prepared.harness.problem(early, 409, "case_not_completed")
    await prepared.completed()
    foreign = await prepared.other_seller.post("/v1/merchant-ratings", json=body)
    prepared.harness.problem(foreign, 404, "case_unknown")
    answers = await asyncio.gather(*(prepared.seller.post("/v1/merchant-ratings", json=body) for _ in range(MANY)))
    assert Counter(each.status_code for each in answers) == {201: 1, 409: MANY - 1}
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"service_already_rated"}
    assert len(await prepared.events("ServiceRated")) == 1


async def test_a_customer_rates_a_conversation_with_the_agent_who_had_it(prepared: Desk) -> None:
    rating = await rated(prepared, text="很耐心")
    assert (rating["agent_id"], rating["case_id"], rating["side"]) == ("agent-1", CASE, "customer")
    [event] = await prepared.events("ServiceRated")
    assert (event.conversation_id, event.agent_id) == (rating["conversation_id"], "agent-1")
    listed = (await prepared.agent.get("/v1/conversation-ratings?agent_id=agent-1")).json()["data"]
    assert [each["id"] for each in listed] == [rating["id"]]
    assert (await prepared.agent.get("/v1/conversation-ratings?agent_id=agent-2")).json()["data"] == []


async def test_a_conversation_is_rated_by_its_customer_once_it_is_closed(prepared: Desk) -> None:
    opened = (await prepared.conversation())["id"]
    body = {"conversation_id": opened, "scores": OF_CONVERSATION}
    early = await prepared.buyer.post("/v1/conversation-ratings", json=body)
    prepared.harness.problem(early, 409, "conversation_not_closed")
    await prepared.agent.post(f"/v1/conversations/{opened}/close")
    foreign = await prepared.other_buyer.post("/v1/conversation-ratings", json=body)
    prepared.harness.problem(foreign, 404, "rated_conversation_unknown")
    answers = await asyncio.gather(*(prepared.buyer.post("/v1/conversation-ratings", json=body) for _ in range(MANY)))
    assert Counter(each.status_code for each in answers) == {201: 1, 409: MANY - 1}
    assert len(await prepared.events("ServiceRated")) == 1


async def test_a_merged_conversation_is_rated_where_it_went(prepared: Desk) -> None:
    first, second = [(await prepared.conversation())["id"] for _ in range(2)]
    merged = await prepared.agent.post(f"/v1/conversations/{first}/merge", json={"into_id": second})
    assert merged.is_success, merged.text
    body = {"conversation_id": first, "scores": OF_CONVERSATION}
    response = await prepared.buyer.post("/v1/conversation-ratings", json=body)
    assert prepared.harness.problem(response, 409, "conversation_merged")["merged_into"] == second


async def test_each_side_sees_its_own_ratings_and_agents_all(prepared: Desk) -> None:
    await prepared.completed()
    by_merchant = made(await prepared.seller.post("/v1/merchant-ratings", json={"case_id": CASE, "scores": OF_CASE}))
    by_customer = await rated(prepared)
    places = {
        f"/v1/merchant-ratings/{by_merchant['id']}": "seller",
        f"/v1/conversation-ratings/{by_customer['id']}": "buyer",
    }
    for path, own in places.items():
        for name in ("buyer", "seller", "other_buyer", "other_seller"):
            assert ((await getattr(prepared, name).get(path)).status_code == 200) == (name == own), (path, name)
            listed = (await getattr(prepared, name).get(path.rpartition("/")[0])).json()["data"]
            assert [each["id"] for each in listed] == ([path.rpartition("/")[2]] if name == own else [])
        assert (await prepared.agent.get(path)).status_code == 200
    mistaken = await prepared.agent.get(f"/v1/merchant-ratings/{by_customer['id']}")
    prepared.harness.problem(mistaken, 404, "not_found")


async def test_a_change_keeps_the_earlier_version(prepared: Desk) -> None:
    path = f"/v1/conversation-ratings/{(await rated(prepared))['id']}"
    better = {**OF_CONVERSATION, "speed": 5}
    changed = await prepared.buyer.patch(path, json={"scores": better}, headers={"If-Match": '"v1"'})
    assert (changed.json()["scores"], changed.headers["etag"]) == (better, '"v2"')
    stale = await prepared.buyer.patch(path, json={"text": "?"}, headers={"If-Match": '"v1"'})
    prepared.harness.problem(stale, 412, "stale_version")
    prepared.harness.problem(await prepared.buyer.patch(path, json={}), 422, "nothing_to_change")
    shown = (await prepared.agent.get(path)).json()
    assert [(each["version"], each["scores"]) for each in shown["history"]] == [(1, OF_CONVERSATION)]
    [event] = await prepared.events("ServiceRatingChanged")
    assert (event.scores, event.result) == (better, "changed")


async def test_scores_of_another_side_are_refused(prepared: Desk) -> None:
    await prepared.completed()
    for scores in (SCORES, OF_CONVERSATION, {**OF_CASE, "delivery": 0}, {**OF_CASE, "speed": 5}, {}):
        response = await prepared.seller.post("/v1/merchant-ratings", json={"case_id": CASE, "scores": scores})
        body = prepared.harness.problem(response, 422, "validation_failed")
        assert body["errors"][0]["pointer"].startswith("/scores"), scores


async def test_a_buyer_rates_the_merchant_beside_the_case(prepared: Desk) -> None:
    await prepared.completed()
    of_merchant = {"seller": 4, "attitude": 5, "delivery": 2}
    body = {"case_id": CASE, "scores": SCORES, "merchant_scores": of_merchant}
    rating = made(await prepared.buyer.post("/v1/ratings", json=body))
    assert rating["merchant_scores"] == of_merchant
    [event] = await prepared.events("RatingGiven")
    assert event.merchant_scores == of_merchant
    path, better = f"/v1/ratings/{rating['id']}", {**of_merchant, "delivery": 4}
    await prepared.buyer.patch(path, json={"merchant_scores": better})
    shown = (await prepared.seller.get(path)).json()
    assert (shown["merchant_scores"], shown["history"][0]["merchant_scores"]) == (better, of_merchant)


async def test_nothing_rates_by_itself(prepared: Desk) -> None:
    await prepared.completed()
    await closed(prepared)
    for _ in range(4):
        prepared.harness.clock.advance(hours=24 * 100)
        await prepared.harness.run_due()
    assert await prepared.events("RatingGiven") == await prepared.events("ServiceRated") == []
