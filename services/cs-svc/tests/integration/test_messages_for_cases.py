"""Messages that are answers for a case: the event names the case, so that aftersale-svc can show them there."""

import pytest
from cs_desk import CASE, ORDER, Desk, made

ANSWER = {"text": "已核实, 同意退款", "case_id": CASE}


async def test_the_event_of_an_answer_names_the_case_and_has_no_text(prepared: Desk) -> None:
    opened = await prepared.conversation(case_id=None)
    path = f"/v1/conversations/{opened['id']}"
    answer = made(await prepared.seller.post(f"{path}/messages", json=ANSWER))
    made(await prepared.seller.post(f"{path}/messages", json={"text": "还有别的问题吗"}))
    assert answer["case_id"] == CASE
    shown = (await prepared.buyer.get(path)).json()
    assert [each["case_id"] for each in shown["messages"]] == [None, CASE, None]
    assert shown["case_id"] is None, "the conversation stays one about the order"
    posted = await prepared.events("MessagePosted")
    assert [(each.case_id, each.for_case) for each in posted] == [(None, None), (CASE, True), (None, None)]
    assert (posted[1].message_id, posted[1].author_role, posted[1].author_id) == (answer["id"], "seller", "seller-1")
    assert posted[1].evidence == (posted[1].text_hash,)
    assert "同意退款".encode() not in b"".join(each.data for each in await prepared.harness.envelopes())


async def test_an_answer_is_posted_once_for_a_repeated_request(prepared: Desk) -> None:
    path = f"/v1/conversations/{(await prepared.conversation())['id']}/messages"
    headers = {"Idempotency-Key": "one"}
    first, again = [await prepared.buyer.post(path, json=ANSWER, headers=headers) for _ in range(2)]
    assert first.json() == again.json()
    assert [each.for_case for each in await prepared.events("MessagePosted")] == [None, True]


@pytest.mark.parametrize(
    "about", [{"case_id": "case_2"}, {"order_id": "ord_9", "case_id": None}, {"order_id": None, "case_id": None}]
)
async def test_a_conversation_about_something_else_is_refused(prepared: Desk, about: dict[str, str | None]) -> None:
    await prepared.case("case_2")
    await prepared.order("ord_9")
    opened = await prepared.conversation(**about)
    refused = await prepared.buyer.post(f"/v1/conversations/{opened['id']}/messages", json=ANSWER)
    problem = prepared.harness.problem(refused, 422, "case_not_in_conversation")
    assert problem["errors"][0]["pointer"] == "/case_id"
    assert (await prepared.buyer.get(f"/v1/conversations/{opened['id']}")).json()["message_count"] == 1


async def test_a_case_of_other_people_looks_as_one_that_does_not_exist(prepared: Desk) -> None:
    await prepared.case("case_9", order_id="ord_9", buyer_id="buyer-2", merchant_id="m-2")
    path = f"/v1/conversations/{(await prepared.conversation(case_id=None))['id']}/messages"
    for client in (prepared.buyer, prepared.seller):
        for case_id in ("case_9", "case_0"):
            refused = await client.post(path, json={**ANSWER, "case_id": case_id})
            prepared.harness.problem(refused, 404, "case_unknown")
    refused = await prepared.agent.post(path, json={**ANSWER, "case_id": "case_9"})
    prepared.harness.problem(refused, 422, "case_not_in_conversation")
    foreign = await prepared.other_buyer.post(path, json=ANSWER)
    assert foreign.status_code == 404
    assert len(await prepared.events("MessagePosted")) == 1


async def test_a_case_that_has_ended_may_be_answered(prepared: Desk) -> None:
    opened = await prepared.conversation(order_id=ORDER)
    await prepared.completed()
    assert made(await prepared.agent.post(f"/v1/conversations/{opened['id']}/messages", json=ANSWER))["case_id"] == CASE
