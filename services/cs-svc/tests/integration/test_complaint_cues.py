"""A message that says that it complains is shown to the agent with a category, and becomes a complaint when the agent says so."""

from cs_desk import Desk, made


async def test_an_agent_is_shown_what_complains_and_takes_it_in(prepared: Desk) -> None:
    conversation = (await prepared.conversation(text="退款都十五天了还没到账，你们到底管不管"))["id"]
    path = f"/v1/conversations/{conversation}"
    made(await prepared.buyer.post(f"{path}/messages", json={"text": "请问退货地址是哪里"}))
    made(await prepared.agent.post(f"{path}/messages", json={"text": "您是要投诉吗？"}))
    [cue] = (await prepared.agent.get(f"{path}/complaint-cues")).json()["data"]
    assert (cue["category"], cue["place"], cue.get("complaint_id")) == ("refund_delayed", "00000001", None)
    assert await prepared.events("ComplaintOpened") == []
    marked = f"{path}/messages/{cue['message_id']}/complaint"
    complaint = made(await prepared.agent.post(marked, json={"category": cue["category"]}))
    [shown] = (await prepared.agent.get(f"{path}/complaint-cues")).json()["data"]
    assert shown["complaint_id"] == complaint["id"]


async def test_what_repeats_a_complaint_shows_the_one_to_which_it_was_added(prepared: Desk) -> None:
    first = await prepared.complaint(category="refund_delayed", text="退款十五天没有到账，我要投诉")
    opened = await prepared.conversation(text="退款都十五天没有到账了，我要投诉")
    path = f"/v1/conversations/{opened['id']}"
    [cue] = (await prepared.agent.get(f"{path}/complaint-cues")).json()["data"]
    made(await prepared.agent.post(f"{path}/messages/{cue['message_id']}/complaint", json={"category": "other"}))
    [shown] = (await prepared.agent.get(f"{path}/complaint-cues")).json()["data"]
    assert shown["complaint_id"] == first["id"]


async def test_buyers_and_merchants_are_not_shown_it(prepared: Desk) -> None:
    conversation = (await prepared.conversation(text="我要投诉"))["id"]
    for client in (prepared.buyer, prepared.seller):
        response = await client.get(f"/v1/conversations/{conversation}/complaint-cues")
        prepared.harness.problem(response, 403, "forbidden")
