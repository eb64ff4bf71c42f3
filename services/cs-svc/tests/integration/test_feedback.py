"""Feedback over four channels: open, answered, improved."""

from typing import Any

import httpx
from cs_desk import CASE, ORDER, Desk, made


async def give(client: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    return made(await client.post("/v1/feedback", json={"channel": "wechat", "text": "退款很快", **fields}))


async def test_four_channels_take_feedback_in(served: Desk) -> None:
    for channel in ("web", "wechat", "qq", "sms"):
        feedback = await give(served.buyer, channel=channel, case_id=CASE)
        assert feedback["id"].startswith("fb_")
        assert (feedback["state"], feedback["channel"], feedback["text"]) == ("open", channel, "退款很快")
        assert (feedback["case_id"], feedback["order_id"], feedback["merchant_id"]) == (CASE, ORDER, "m-1")
        assert (feedback["buyer_id"], feedback["owner_id"], feedback["answer"]) == ("buyer-1", None, None)
    told = await served.events("FeedbackReceived")
    assert [each.channel for each in told] == ["web", "wechat", "qq", "sms"]
    assert {(each.case_id, each.affected_party, each.result) for each in told} == {(CASE, "buyer-1", "open")}


async def test_it_is_answered_and_something_gets_better(served: Desk) -> None:
    path = f"/v1/feedback/{(await give(served.buyer))['id']}"
    answered = (await served.agent.post(f"{path}/answer", json={"text": "谢谢", "sentiment": "positive"})).json()
    assert (answered["state"], answered["answer"], answered["sentiment"]) == ("answered", "谢谢", "positive")
    assert answered["owner_id"] == "agent-1"
    improved = await served.agent.post(f"{path}/improve", json={"text": "缩短了审核时间"})
    assert (improved.json()["state"], improved.json()["improvement"]) == ("improved", "缩短了审核时间")
    assert improved.headers["etag"] == '"v3"'
    assert (await served.buyer.get(path)).json()["answer"] == "谢谢"
    told = [type(event).__name__ for event in await served.harness.published()]
    assert told == ["FeedbackReceived", "FeedbackAnswered", "FeedbackImproved"]


async def test_each_step_has_its_turn(served: Desk) -> None:
    path = f"/v1/feedback/{(await give(served.buyer))['id']}"
    response = await served.agent.post(f"{path}/improve", json={"text": "?"})
    assert served.harness.problem(response, 409, "illegal_transition")["allowed"] == ["answer"]
    await served.agent.post(f"{path}/answer", json={"text": "谢谢"})
    response = await served.agent.post(f"{path}/answer", json={"text": "再谢"})
    assert served.harness.problem(response, 409, "illegal_transition")["allowed"] == ["improve"]


async def test_an_agent_writes_down_what_came_over_a_group(served: Desk) -> None:
    feedback = await give(served.agent, channel="qq", source="买家交流群")
    assert (feedback["source"], feedback["buyer_id"], feedback["recorded_by"]) == ("买家交流群", None, "agent-1")
    (told,) = await served.events("FeedbackReceived")
    assert (told.affected_party, told.handler) == ("anonymous", "agent-1")
    assert (await served.buyer.get(f"/v1/feedback/{feedback['id']}")).status_code == 404


async def test_a_merchant_tells_us_too_and_not_the_buyer(served: Desk) -> None:
    feedback = await give(served.seller, case_id=CASE, text="买家寄回了空包裹")
    assert (feedback["merchant_id"], feedback["buyer_id"]) == ("m-1", None)
    (told,) = await served.events("FeedbackReceived")
    assert (told.affected_party, told.applicant, told.handler) == ("m-1", "m-1", "seller-1")
    assert (await served.seller.get(f"/v1/feedback/{feedback['id']}")).status_code == 200
    assert (await served.buyer.get(f"/v1/feedback/{feedback['id']}")).status_code == 404
    assert (await give(served.seller))["merchant_id"] == "m-1"


async def test_a_linked_case_tells_whose_it_is(served: Desk) -> None:
    feedback = await give(served.agent, case_id=CASE)
    assert feedback["buyer_id"] == "buyer-1"
    assert (await served.buyer.get(f"/v1/feedback/{feedback['id']}")).status_code == 200


async def test_an_unknown_or_foreign_case_is_refused(served: Desk) -> None:
    body = {"channel": "web", "text": "?", "case_id": CASE}
    response = await served.stranger.post("/v1/feedback", json=body)
    served.harness.problem(response, 404, "case_unknown")
    assert response.headers["retry-after"] == "1"


async def test_lists_are_filtered(served: Desk) -> None:
    first, _ = await give(served.buyer), await give(served.buyer, channel="sms")
    await served.agent.post(f"/v1/feedback/{first['id']}/answer", json={"text": "谢谢"})
    for query in ("state=answered", "channel=wechat", "owner_id=agent-1"):
        listed = (await served.agent.get(f"/v1/feedback?{query}")).json()["data"]
        assert [each["id"] for each in listed] == [first["id"]]
    assert (await served.stranger.get("/v1/feedback")).json()["data"] == []
