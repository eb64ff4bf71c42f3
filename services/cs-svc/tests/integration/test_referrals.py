"""Conversations that go from the platform's customer service to the merchant's, and back."""

import asyncio
from typing import Any

import httpx
import pytest
from cs_desk import Desk
from cs_svc.domain.referrals import REFERRAL, ReferralState
from queue_desk import QueueDesk, done
from test_sla import policy

REASON, BACK = "请商家核对发货清单", "买家要求平台判断"


async def refer(desk: Desk, conversation: dict[str, Any], who: str = "agent", **fields: Any) -> httpx.Response:
    path = f"/v1/conversations/{conversation['id']}/refer"
    client: httpx.AsyncClient = getattr(desk, who)
    return await client.post(path, json={"reason": REASON, **fields})


async def act(desk: Desk, who: str, referral: dict[str, Any], action: str, **body: Any) -> httpx.Response:
    client: httpx.AsyncClient = getattr(desk, who)
    return await client.post(f"/v1/referrals/{referral['id']}/{action}", json=body or None)


async def shown(desk: Desk, conversation: dict[str, Any], who: str = "agent") -> dict[str, Any]:
    client: httpx.AsyncClient = getattr(desk, who)
    return done(await client.get(f"/v1/conversations/{conversation['id']}"))


async def about_nothing(desk: Desk) -> dict[str, Any]:
    """A conversation of buyer-1 about nothing in particular, with three messages."""
    opened = done(await desk.buyer.post("/v1/conversations", json={"text": "我的电话是 10086，请帮我查发票"}))
    path = f"/v1/conversations/{opened['id']}/messages"
    done(await desk.agent.post(path, json={"text": "请说明订单"}))
    done(await desk.buyer.post(path, json={"text": "缺一个盖子"}))
    return opened


async def test_a_conversation_goes_to_the_merchant_and_back(prepared: Desk) -> None:
    opened = await prepared.conversation()
    offered = done(await refer(prepared, opened))
    assert (offered["state"], offered["offered_to"], offered["merchant_id"]) == ("offered", "merchant", "m-1")
    assert (await shown(prepared, opened))["served_by"] == "platform"
    [found] = done(await prepared.seller.get("/v1/referrals?state=offered"))["data"]
    assert (found["id"], found["reason"]) == (offered["id"], REASON)
    assert done(await act(prepared, "seller", offered, "accept"))["state"] == "accepted"
    served = await shown(prepared, opened)
    assert (served["served_by"], served["agent_id"]) == ("merchant", None)
    back = done(await refer(prepared, opened, "seller", reason=BACK))
    assert back["offered_to"] == "platform"
    done(await act(prepared, "agent", back, "accept"))
    served = await shown(prepared, opened, "buyer")
    assert (served["served_by"], served["agent_id"]) == ("platform", "agent-1")
    changes = [(each.served_by, each.cause) for each in await prepared.events("ConversationServiceChanged")]
    assert changes == [("merchant", "accepted"), ("platform", "accepted")]
    history = done(await prepared.agent.get(f"/v1/referrals?conversation_id={opened['id']}"))["data"]
    assert [each["state"] for each in history] == ["accepted", "accepted"]
    everything = b"".join(each.data for each in await prepared.harness.envelopes())
    assert REASON.encode() not in everything
    assert BACK.encode() not in everything


async def test_the_buyer_and_other_merchants_see_no_referral(prepared: Desk) -> None:
    offered = done(await refer(prepared, await prepared.conversation()))
    assert (await prepared.buyer.get(f"/v1/referrals/{offered['id']}")).status_code == 403
    assert (await prepared.other_seller.get(f"/v1/referrals/{offered['id']}")).status_code == 404
    assert (await act(prepared, "other_seller", offered, "accept")).status_code == 404
    assert done(await prepared.other_seller.get("/v1/referrals"))["data"] == []


async def test_each_side_does_what_is_its_own(prepared: Desk) -> None:
    opened = await prepared.conversation()
    prepared.harness.problem(await refer(prepared, opened, "seller"), 409, "not_served")
    offered = done(await refer(prepared, opened))
    prepared.harness.problem(await refer(prepared, opened), 409, "referral_open")
    for who, action, body in (
        ("agent", "accept", {}),
        ("agent", "decline", {"reason": "不"}),
        ("seller", "withdraw", {}),
    ):
        prepared.harness.problem(await act(prepared, who, offered, action, **body), 403, "other_side_only")
    declined = done(await act(prepared, "seller", offered, "decline", reason="不是我们的货"))
    assert (declined["state"], declined["answer"], declined["answered_by"]) == ("declined", "不是我们的货", "seller-1")
    assert all(not each["allowed"] for each in declined["allowed_actions"])
    prepared.harness.problem(await act(prepared, "seller", offered, "accept"), 409, "illegal_transition")
    again = done(await refer(prepared, opened))
    assert done(await act(prepared, "agent", again, "withdraw"))["state"] == "withdrawn"
    assert (await shown(prepared, opened))["served_by"] == "platform"


async def test_an_offer_expires(prepared: Desk) -> None:
    opened = await prepared.conversation()
    offered = done(await refer(prepared, opened))
    prepared.harness.clock.advance(hours=9)
    await prepared.harness.run_due()
    found = done(await prepared.admin.get(f"/v1/referrals/{offered['id']}"))
    assert (found["state"], found["deadline_at"]) == ("expired", None)
    assert len(await prepared.events("ReferralExpired")) == 1


async def test_the_merchant_sees_what_is_shared_of_a_conversation_about_nothing(prepared: Desk) -> None:
    opened = await about_nothing(prepared)
    path = f"/v1/conversations/{opened['id']}"
    prepared.harness.problem(await refer(prepared, opened), 422, "order_needed")
    prepared.harness.problem(await refer(prepared, opened, order_id="ord_9"), 404, "order_unknown")
    offered = done(await refer(prepared, opened, order_id="ord_1", shared_from="00000003"))
    assert (await prepared.seller.get(path)).status_code == 404
    done(await act(prepared, "seller", offered, "accept"))
    again = await refer(prepared, opened, "seller", order_id="ord_2")
    prepared.harness.problem(again, 422, "about_another_order")
    seen = await shown(prepared, opened, "seller")
    assert [each["text"] for each in seen["messages"]] == ["缺一个盖子"]
    assert (seen["merchant_id"], seen["order_id"], seen["unread_count"]) == ("m-1", "ord_1", 1)
    done(await prepared.seller.post(f"{path}/messages", json={"text": "今天补发"}))
    listed = done(await prepared.seller.get(f"{path}/messages"))["data"]
    assert [each["text"] for each in listed] == ["今天补发", "缺一个盖子"]
    assert len((await shown(prepared, opened, "buyer"))["messages"]) == 4
    assert len((await shown(prepared, opened, "agent"))["messages"]) == 4


async def test_without_sharing_the_merchant_sees_what_comes_then(prepared: Desk) -> None:
    opened = await about_nothing(prepared)
    offered = done(await refer(prepared, opened, order_id="ord_1"))
    done(await prepared.buyer.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "还在吗"}))
    done(await act(prepared, "seller", offered, "accept"))
    assert (await shown(prepared, opened, "seller"))["messages"] == []
    done(await prepared.buyer.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "商家好"}))
    seen = await shown(prepared, opened, "seller")
    assert [each["text"] for each in seen["messages"]] == ["商家好"]


async def test_what_was_hidden_stays_hidden_after_merge_and_split(prepared: Desk) -> None:
    opened = await about_nothing(prepared)
    done(await act(prepared, "seller", done(await refer(prepared, opened, order_id="ord_1")), "accept"))
    other = done(await prepared.buyer.post("/v1/conversations", json={"text": "另一件事"}))
    path = f"/v1/conversations/{other['id']}"
    done(await prepared.agent.post(f"{path}/merge", json={"into_id": opened["id"]}))
    seen = await shown(prepared, opened, "seller")
    assert (seen["messages"], seen["served_by"]) == ([], "merchant")
    place = (await shown(prepared, opened))["messages"][1]["place"]
    split = f"/v1/conversations/{opened['id']}/split"
    new = done(await prepared.agent.post(split, json={"from_place": place}))
    assert (new["merchant_id"], (await shown(prepared, new, "seller"))["messages"]) == ("m-1", [])


async def test_queues_and_clocks_go_on(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.enter("agent-1")
    await policy(prepared, first_answer_minutes=10, next_answer_minutes=10)
    opened = await prepared.conversation()
    offered = done(await refer(prepared, opened))
    assert (await queues.entry(opened))["state"] == "waiting"
    done(await act(prepared, "seller", offered, "accept"))
    assert (await queues.entry(opened))["state"] == "left"
    [clock] = done(await prepared.admin.get("/v1/sla/breaches?within=60"))["data"]
    assert clock["conversation_id"] == opened["id"]
    path = f"/v1/conversations/{opened['id']}/messages"
    done(await prepared.seller.post(path, json={"text": "稍等"}))
    assert done(await prepared.admin.get("/v1/sla/breaches?within=60"))["data"] == []
    done(await prepared.buyer.post(path, json={"text": "好了吗"}))
    assert (await queues.entry(opened))["state"] == "left"
    assert len(done(await prepared.admin.get("/v1/sla/breaches?within=60"))["data"]) == 1
    back = done(await refer(prepared, opened, "seller"))
    done(await act(prepared, "agent", back, "accept"))
    await queues.online("agent-1")
    prepared.harness.clock.advance(seconds=180)
    done(await queues.agent("agent-1").post("/v1/agents/agent-1/go-offline"))
    done(await prepared.harness.client("buyer", "buyer-1").post(path, json={"text": "在吗"}))
    assert (await queues.entry(opened))["state"] == "waiting"


async def test_an_agent_takes_back_what_the_merchant_serves(prepared: Desk) -> None:
    opened = await prepared.conversation()
    done(await act(prepared, "seller", done(await refer(prepared, opened)), "accept"))
    back = done(await refer(prepared, opened, "seller"))
    taken = done(await prepared.agent.post(f"/v1/conversations/{opened['id']}/assign"))
    assert (taken["served_by"], taken["agent_id"]) == ("platform", "agent-1")
    assert done(await prepared.agent.get(f"/v1/referrals/{back['id']}"))["state"] == "lapsed"
    assert (await prepared.events("ConversationServiceChanged"))[-1].cause == "taken_back"


@pytest.mark.parametrize("how", ["close", "merge"])
async def test_an_offer_lapses_with_its_conversation(prepared: Desk, how: str) -> None:
    opened = await prepared.conversation()
    offered = done(await refer(prepared, opened))
    body = {"into_id": (await prepared.conversation())["id"]} if how == "merge" else None
    done(await prepared.agent.post(f"/v1/conversations/{opened['id']}/{how}", json=body))
    prepared.harness.problem(await act(prepared, "seller", offered, "accept"), 409, "illegal_transition")
    (event,) = await prepared.events("ReferralLapsed")
    assert event.cause == {"close": "closed", "merge": "merged"}[how]


async def test_one_of_what_happens_at_once_wins(prepared: Desk) -> None:
    """Accept beside withdraw, a message and a merge: each referral ends once, and no message is lost."""
    ends: set[str] = set()
    for number in range(8):
        opened = await prepared.conversation()
        target = await prepared.conversation()
        offered = done(await refer(prepared, opened))
        path = f"/v1/conversations/{opened['id']}"
        calls = [
            act(prepared, "seller", offered, "accept"),
            prepared.buyer.post(f"{path}/messages", json={"text": "还有一件事"}),
            act(prepared, "agent", offered, "withdraw")
            if number % 2
            else prepared.agent.post(f"{path}/merge", json={"into_id": target["id"]}),
        ]
        answers = await asyncio.gather(*calls)
        assert all(each.status_code in (200, 201, 409) for each in answers), [each.text for each in answers]
        found = done(await prepared.admin.get(f"/v1/referrals/{offered['id']}"))
        ends.add(found["state"])
        current = await shown(prepared, opened)
        if found["state"] == "accepted" and current["merged_into"] is None:
            assert current["served_by"] == "merchant"
        if answers[1].status_code == 201:
            into = current["merged_into"] or opened["id"]
            texts = [each["text"] for each in (await shown(prepared, {"id": into}))["messages"]]
            assert texts.count("还有一件事") == 1
    assert ends <= {"accepted", "withdrawn", "lapsed"}


def test_every_offer_has_a_way_out() -> None:
    """Whoever stays silent, the timer ends an offer; an end has no way on."""
    timeout = REFERRAL.timeout(ReferralState.OFFERED)
    assert timeout is not None
    assert (ReferralState.OFFERED, timeout.then) in REFERRAL.transitions
    assert {state for state, _ in REFERRAL.transitions} == {ReferralState.OFFERED}
    assert {row.target for row in REFERRAL.transitions.values()} == set(ReferralState) - {ReferralState.OFFERED}
