"""Feedback over four channels: received, answered, improved."""

from typing import Any

import httpx
from cs_desk import CASE, ORDER, Desk, made


async def give(client: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    return made(await client.post("/v1/feedback", json={"channel": "wechat", "text": "退款很快", **fields}))


async def test_feedback_is_received_over_four_channels(prepared: Desk) -> None:
    for channel in ("web", "wechat", "qq", "sms"):
        feedback = await give(prepared.buyer, channel=channel, case_id=CASE)
        assert feedback["id"].startswith("fb_")
        assert (feedback["state"], feedback["channel"], feedback["text"]) == ("open", channel, "退款很快")
        assert (feedback["case_id"], feedback["order_id"], feedback["merchant_id"]) == (CASE, ORDER, "m-1")
        assert (feedback["buyer_id"], feedback["owner_id"], feedback["answer"]) == ("buyer-1", None, None)
    events = await prepared.events("FeedbackReceived")
    assert [each.channel for each in events] == ["web", "wechat", "qq", "sms"]
    assert {(each.case_id, each.affected_party, each.result) for each in events} == {(CASE, "buyer-1", "open")}


async def test_an_agent_answers_and_records_an_improvement(prepared: Desk) -> None:
    path = f"/v1/feedback/{(await give(prepared.buyer))['id']}"
    answered = (await prepared.agent.post(f"{path}/answer", json={"text": "谢谢", "sentiment": "positive"})).json()
    assert (answered["state"], answered["answer"], answered["sentiment"]) == ("answered", "谢谢", "positive")
    assert answered["owner_id"] == "agent-1"
    improved = await prepared.agent.post(f"{path}/improve", json={"text": "缩短了审核时间"})
    assert (improved.json()["state"], improved.json()["improvement"]) == ("improved", "缩短了审核时间")
    assert improved.headers["etag"] == '"v3"'
    assert (await prepared.buyer.get(path)).json()["answer"] == "谢谢"
    published = [type(event).__name__ for event in await prepared.harness.published()]
    assert published == ["FeedbackReceived", "FeedbackAnswered", "FeedbackImproved"]


async def test_feedback_is_answered_before_it_is_improved_and_once(prepared: Desk) -> None:
    path = f"/v1/feedback/{(await give(prepared.buyer))['id']}"
    response = await prepared.agent.post(f"{path}/improve", json={"text": "?"})
    assert prepared.harness.problem(response, 409, "illegal_transition")["allowed"] == ["answer"]
    await prepared.agent.post(f"{path}/answer", json={"text": "谢谢"})
    response = await prepared.agent.post(f"{path}/answer", json={"text": "再谢"})
    assert prepared.harness.problem(response, 409, "illegal_transition")["allowed"] == ["improve"]


async def test_an_agent_records_anonymous_feedback(prepared: Desk) -> None:
    feedback = await give(prepared.agent, channel="qq", source="买家交流群")
    assert (feedback["source"], feedback["buyer_id"], feedback["recorded_by"]) == ("买家交流群", None, "agent-1")
    (event,) = await prepared.events("FeedbackReceived")
    assert (event.affected_party, event.handler) == ("anonymous", "agent-1")
    assert (await prepared.buyer.get(f"/v1/feedback/{feedback['id']}")).status_code == 404


async def test_a_merchants_feedback_on_a_case_is_hidden_from_its_buyer(prepared: Desk) -> None:
    feedback = await give(prepared.seller, case_id=CASE, text="买家寄回了空包裹")
    assert (feedback["merchant_id"], feedback["buyer_id"]) == ("m-1", None)
    (event,) = await prepared.events("FeedbackReceived")
    assert (event.affected_party, event.applicant, event.handler) == ("m-1", "m-1", "seller-1")
    assert (await prepared.seller.get(f"/v1/feedback/{feedback['id']}")).status_code == 200
    assert (await prepared.buyer.get(f"/v1/feedback/{feedback['id']}")).status_code == 404
    assert (await give(prepared.seller))["merchant_id"] == "m-1"


async def test_feedback_recorded_with_a_case_belongs_to_its_buyer(prepared: Desk) -> None:
    feedback = await give(prepared.agent, case_id=CASE)
    assert feedback["buyer_id"] == "buyer-1"
    assert (await prepared.buyer.get(f"/v1/feedback/{feedback['id']}")).status_code == 200


async def test_an_unknown_or_foreign_case_is_refused(prepared: Desk) -> None:
    body = {"channel": "web", "text": "?", "case_id": CASE}
    response = await prepared.other_buyer.post("/v1/feedback", json=body)
    prepared.harness.problem(response, 404, "case_unknown")
    assert response.headers["retry-after"] == "1"


async def test_lists_are_filtered(prepared: Desk) -> None:
    first, _ = await give(prepared.buyer), await give(prepared.buyer, channel="sms")
    await prepared.agent.post(f"/v1/feedback/{first['id']}/answer", json={"text": "谢谢"})
    for query in ("state=answered", "channel=wechat", "owner_id=agent-1"):
        listed = (await prepared.agent.get(f"/v1/feedback?{query}")).json()["data"]
        assert [each["id"] for each in listed] == [first["id"]]
    assert (await prepared.other_buyer.get("/v1/feedback")).json()["data"] == []


async def test_the_words_of_feedback_suggest_a_sentiment_over_every_channel(desk: Desk) -> None:
    for channel, text, sentiment in (
        ("email", "退款一直没有到账，太差了", "negative"),
        ("phone", "Great service, thank you", "positive"),
        ("conversation", "请问退货地址在哪里", "neutral"),
    ):
        given = made(await desk.agent.post("/v1/feedback", json={"channel": channel, "text": text}))
        assert (given["suggested_sentiment"], given["sentiment"]) == (sentiment, None)
        listed = (await desk.agent.get("/v1/feedback", params={"suggested_sentiment": sentiment})).json()["data"]
        assert [each["id"] for each in listed] == [given["id"]]
    assert "negative" not in str([each.data for each in await desk.harness.envelopes()])
