"""Replies with amounts above a limit, which another agent approves before they are sent."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from cs_desk import Desk
from cs_svc import main
from cs_svc.domain.held_replies import HELD_REPLY, HeldReplyState, above_limit
from queue_desk import done

LIMITS = {"CNY": 50_000, "m-1.CNY": 70_000, "USD": 7_000}
PROMISE = "我们给您补偿 800 元"


@pytest.fixture
async def limited(postgres_url: str) -> AsyncIterator[Desk]:
    async with Harness.start(main.service, postgres_url, reply_limits=LIMITS) as harness:
        desk = Desk(harness)
        await desk.order()
        await desk.case()
        yield desk


def other(desk: Desk) -> httpx.AsyncClient:
    return desk.harness.client("agent", "agent-2")


async def post(desk: Desk, conversation: dict[str, Any], text: str = PROMISE, what: str = "messages") -> httpx.Response:
    return await desk.agent.post(f"/v1/conversations/{conversation['id']}/{what}", json={"text": text})


async def held(desk: Desk, conversation: dict[str, Any], text: str = PROMISE) -> dict[str, Any]:
    return done(await post(desk, conversation, text, "held-replies"))


async def act(client: httpx.AsyncClient, reply: dict[str, Any], action: str, **body: Any) -> httpx.Response:
    return await client.post(f"/v1/held-replies/{reply['id']}/{action}", json=body or None)


async def texts(desk: Desk, conversation: dict[str, Any]) -> list[tuple[str, str]]:
    shown = done(await desk.buyer.get(f"/v1/conversations/{conversation['id']}"))
    return [(each["author_id"], each["text"]) for each in shown["messages"]]


async def test_a_high_amount_is_sent_after_another_agent_has_approved_it(limited: Desk) -> None:
    opened = await limited.conversation()
    problem = limited.harness.problem(await post(limited, opened), 409, "approval_needed")
    assert (problem["amount"], problem["currency"]) == (80_000, "CNY")
    reply = await held(limited, opened)
    assert reply["amount"] == {"amount": 80_000, "currency": "CNY"}
    assert len(await texts(limited, opened)) == 1
    limited.harness.problem(await act(limited.agent, reply, "approve"), 403, "not_by_author")
    approved = done(await act(other(limited), reply, "approve"))
    assert (approved["state"], approved["decided_by"]) == ("approved", "agent-2")
    assert (await texts(limited, opened))[-1] == ("agent-1", PROMISE)
    limited.harness.problem(await act(other(limited), reply, "approve"), 409, "illegal_transition")
    assert len(await texts(limited, opened)) == 2
    (event,) = await limited.events("HeldReplyApproved")
    assert (event.handler, event.author_id, event.message_id) == ("agent-2", "agent-1", approved["message_id"])
    assert PROMISE.encode() not in b"".join(each.data for each in await limited.harness.envelopes())


async def test_lower_amounts_and_other_people_need_no_approval(limited: Desk) -> None:
    opened = await limited.conversation()
    limited.harness.problem(await post(limited, opened, "好的", "held-replies"), 409, "no_approval_needed")
    for text in ("运费 12 元", "补偿 700 元", "订单 20001234 已发货"):
        done(await post(limited, opened, text))
    path = f"/v1/conversations/{opened['id']}/messages"
    done(await limited.buyer.post(path, json={"text": "我要赔偿 9000 元"}))
    done(await limited.seller.post(path, json={"text": "退您 9000 元"}))
    limited.harness.problem(await post(limited, opened, "we pay you $80"), 409, "approval_needed")
    limited.harness.problem(await post(limited, opened, "补 1 欧元"), 409, "approval_needed")


async def test_files_are_not_held_and_none_is_left_out_unnoticed(limited: Desk) -> None:
    opened = await limited.conversation()
    body = {"text": PROMISE, "attachment_ids": ["att_1"]}
    refused = await limited.agent.post(f"/v1/conversations/{opened['id']}/held-replies", json=body)
    problem = limited.harness.problem(refused, 422, "validation_failed")
    assert [each["pointer"] for each in problem["errors"]] == ["/attachment_ids"]
    assert await limited.events("HeldReplyAsked") == []


async def test_the_first_message_to_an_address_names_none(limited: Desk) -> None:
    identity = done(await limited.agent.post("/v1/identities", json={"channel": "sms", "address": "13800001234"}))
    path = f"/v1/identities/{identity['id']}/conversations"
    limited.harness.problem(await limited.agent.post(path, json={"text": PROMISE}), 409, "approval_needed")


async def test_it_is_off_by_default(prepared: Desk) -> None:
    opened = await prepared.conversation()
    done(await post(prepared, opened, "补偿 90000 元"))
    prepared.harness.problem(await post(prepared, opened, PROMISE, "held-replies"), 409, "no_approval_needed")


async def test_a_filled_macro_needs_it_too(limited: Desk) -> None:
    macro = {"title": "补偿", "text": "订单 {order_id} 补偿人民币九百元"}
    done(await limited.admin.put("/v1/macros/pay", json=macro))
    opened = await limited.conversation()
    filled = done(await limited.agent.get(f"/v1/conversations/{opened['id']}/macros/pay"))
    limited.harness.problem(await post(limited, opened, filled["text"]), 409, "approval_needed")


async def test_it_is_declined_withdrawn_or_expires(limited: Desk) -> None:
    opened = await limited.conversation()
    declined = await held(limited, opened)
    limited.harness.problem(await act(limited.agent, declined, "decline", reason="高"), 403, "not_by_author")
    declined = done(await act(other(limited), declined, "decline", reason="超出标准"))
    assert (declined["state"], declined["reason"]) == ("declined", "超出标准")
    withdrawn = await held(limited, opened)
    limited.harness.problem(await act(other(limited), withdrawn, "withdraw"), 403, "by_author_only")
    assert done(await act(limited.agent, withdrawn, "withdraw"))["state"] == "withdrawn"
    expired = await held(limited, opened)
    limited.harness.clock.advance(hours=5)
    await limited.harness.run_due()
    client = limited.harness.client("agent", "agent-2")
    assert done(await client.get(f"/v1/held-replies/{expired['id']}"))["state"] == "expired"
    found = done(await client.get("/v1/held-replies?state=awaiting"))["data"]
    assert found == []
    assert len(done(await client.get(f"/v1/conversations/{opened['id']}"))["messages"]) == 1


@pytest.mark.parametrize("how", ["close", "merge"])
async def test_it_lapses_with_its_conversation(limited: Desk, how: str) -> None:
    opened = await limited.conversation()
    reply = await held(limited, opened)
    body = {"into_id": (await limited.conversation())["id"]} if how == "merge" else None
    done(await limited.agent.post(f"/v1/conversations/{opened['id']}/{how}", json=body))
    limited.harness.problem(await act(other(limited), reply, "approve"), 409, "illegal_transition")


async def test_it_is_sent_once_whoever_approves(limited: Desk) -> None:
    opened = await limited.conversation()
    for _ in range(4):
        reply = await held(limited, opened)
        before = len(await texts(limited, opened))
        clients = [limited.harness.client("agent", f"agent-{number}") for number in (2, 3, 4)]
        answers = await asyncio.gather(
            *(act(each, reply, "approve") for each in clients), act(limited.agent, reply, "withdraw")
        )
        assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
        state = done(await limited.agent.get(f"/v1/held-replies/{reply['id']}"))["state"]
        assert len(await texts(limited, opened)) - before == (state == "approved")


def test_the_limit_of_a_merchant_is_before_that_of_the_currency() -> None:
    assert above_limit("600 元", "m-1", LIMITS) is None
    for merchant in ("m-2", None):
        assert above_limit("600 元", merchant, LIMITS) is not None
    assert above_limit("600 元", "m-1", {}) is None
    largest = above_limit("9" * 40 + "元", None, LIMITS)
    assert largest is not None
    assert largest.minor == 10**15


def test_every_held_reply_has_a_way_out() -> None:
    timeout = HELD_REPLY.timeout(HeldReplyState.AWAITING)
    assert timeout is not None
    assert (HeldReplyState.AWAITING, timeout.then) in HELD_REPLY.transitions
    assert {row.target for row in HELD_REPLY.transitions.values()} == set(HeldReplyState) - {HeldReplyState.AWAITING}
