"""Text messages: signed requests to the provider, its reports, answers, and who takes no more of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aftercare_chassis.testing import FixedClock
from aftercare_simulators.channels.sms import SmsProvider
from cs_desk import made
from platform_desk import PlatformDesk, platform_desk, texts
from queue_desk import QueueDesk, done

NUMBER, TOKEN = "13800138000", "push-token-of-tests"


@dataclass
class Account:
    """An account at the provider, and the service that uses it."""

    provider: SmsProvider
    at: PlatformDesk

    async def push(self, *pushed: dict[str, Any], token: str = TOKEN) -> tuple[int, Any]:
        response = await self.at.push("sms", json.dumps(pushed).encode(), query={"token": token})
        await self.at.run()
        return response.status_code, response.json()

    async def write(self, text: str = "您的退货已收到。") -> dict[str, Any]:
        """A conversation that an agent opens with the number."""
        identity = made(await self.at.desk.agent.post("/v1/identities", json={"channel": "sms", "address": NUMBER}))
        path = f"/v1/identities/{identity['id']}/conversations"
        opened = made(await self.at.desk.agent.post(path, json={"text": text}))
        await self.at.run()
        return opened

    async def delivery(self, conversation: dict[str, Any]) -> dict[str, Any]:
        """The newest one."""
        path = f"/v1/conversations/{conversation['id']}/deliveries"
        newest: dict[str, Any] = (await self.at.desk.agent.get(path)).json()["data"][0]
        return newest


@asynccontextmanager
async def connected(postgres_url: str, provider: SmsProvider, **given: object) -> AsyncIterator[Account]:
    """The service that is connected to the provider."""
    settings = {
        "sms_key_id": provider.key_id,
        "sms_key_secret": provider.secret,
        "sms_push_tokens": TOKEN,
        "sms_sign_name": provider.sign_name,
        "sms_template": provider.template,
        "sms_url": "http://sms.test",
        "sms_hourly": 3,
    }
    async with platform_desk(postgres_url, provider.app(), **settings, **given) as at:
        yield Account(provider, at)


@pytest.fixture
async def account(postgres_url: str) -> AsyncIterator[Account]:
    clock = FixedClock()
    async with connected(postgres_url, SmsProvider(lambda: clock.now())) as account:
        clock = account.at.desk.harness.clock
        yield account


async def test_a_message_is_sent_signed_and_its_report_is_stored(account: Account) -> None:
    conversation = await account.write("您的退货 (RMA-1) 已收到 & 入库 ~ 100%*")
    [sent] = account.provider.sent
    assert (sent["PhoneNumbers"], json.loads(sent["TemplateParam"])["content"][:4]) == (NUMBER, "您的退货")
    assert await account.at.deliveries(conversation) == [("sent", None)]
    assert (await account.delivery(conversation))["segments"] == 1
    assert await account.push(account.provider.report(sent)) == (200, {"code": 0, "msg": "成功"})
    assert await account.at.deliveries(conversation) == [("delivered", None)]


async def test_a_message_that_does_not_arrive_has_the_reason(account: Account) -> None:
    conversation = await account.write()
    report = account.provider.report(account.provider.sent[0], success=False, code="MK:0001")
    assert (await account.push(report, report))[0] == 200
    assert await account.at.deliveries(conversation) == [("bounced", "sms_mk_0001")]


async def test_an_answer_is_in_the_conversation_of_its_number(account: Account) -> None:
    await account.write()
    answers = [account.provider.answer(NUMBER, "好的", sequence=1), account.provider.answer(NUMBER, "谢谢", sequence=2)]
    for _ in range(2):
        await account.push(*answers)
    await account.push(account.provider.answer("8613800138000", "再见", sequence=3))
    [conversation] = await account.at.conversations()
    assert texts(conversation) == ["您的退货已收到。", "好的", "谢谢", "再见"]
    assert conversation["messages"][1]["sent_at"] == account.at.desk.harness.clock.now().isoformat().replace(
        "+00:00", "Z"
    )


async def test_a_number_that_left_its_buyer_after_a_merge_writes_in_a_conversation_of_its_own(account: Account) -> None:
    agent, opened = account.at.desk.agent, await account.write()
    [number] = (await agent.get("/v1/identities")).json()["data"]
    mail = made(await agent.post("/v1/identities", json={"channel": "email", "address": "li.wei@example.com"}))
    for identity in (number, mail):
        body = {"buyer_id": "buyer-1", "reason": "核对了订单号"}
        assert (await agent.post(f"/v1/identities/{identity['id']}/link", json=body)).status_code == 200
    target = made(await agent.post(f"/v1/identities/{mail['id']}/conversations", json={"text": "您好"}))
    merged = await agent.post(f"/v1/conversations/{opened['id']}/merge", json={"into_id": target["id"]})
    assert merged.status_code == 200, merged.text
    assert (await agent.post(f"/v1/identities/{number['id']}/unlink", json={"reason": "误关联"})).status_code == 200
    await account.push(account.provider.answer(NUMBER, "在吗", sequence=1))
    assert await account.at.inbox() == [("applied", None)]
    newest = (await account.at.conversations())[-1]
    assert (texts(newest), newest["buyer_id"]) == (["在吗"], number["customer_id"])


@pytest.mark.parametrize("word", ["TD", "退订", " t ", "STOP."])
async def test_who_opts_out_gets_no_more_until_they_opt_in(account: Account, word: str) -> None:
    conversation = await account.write()
    await account.push(account.provider.answer(NUMBER, word, sequence=1))
    refused = await account.at.answer(conversation, "还有优惠")
    account.at.desk.harness.problem(refused, 409, "opted_out")
    await account.push(account.provider.answer(NUMBER, "恢复", sequence=2))
    assert (await account.at.answer(conversation, "您好")).status_code == 201
    assert len(account.provider.sent) == 2
    types = [each.type for each in await account.at.desk.harness.envelopes()]
    assert [each for each in types if each.startswith("IdentityOpted")] == ["IdentityOptedOut.v1", "IdentityOptedIn.v1"]


async def test_the_bot_leaves_whoever_opts_out_to_people(postgres_url: str) -> None:
    provider = SmsProvider(lambda: FixedClock().now())
    async with connected(postgres_url, provider, bot_channels="sms") as account:
        queues = QueueDesk(account.at.desk)
        await queues.team()
        await account.push(account.provider.answer(NUMBER, "TD", sequence=1))
        await account.at.run("bot-turns")
        [conversation] = await account.at.conversations()
        assert (texts(conversation), conversation["bot_in_charge"]) == (["TD"], False)
        turns = await account.at.desk.harness.runtime.pool.fetch("SELECT state, due_at FROM bot_turns")
        assert [tuple(each) for each in turns] == [("dropped", None)]
        assert [each["state"] for each in await queues.entries()] == ["waiting"]
        assert provider.sent == []


async def test_what_was_merged_stays_with_the_buyer_when_the_link_is_undone(account: Account) -> None:
    desk = account.at.desk
    await account.push(account.provider.answer(NUMBER, "一", sequence=1))
    [over_sms] = await account.at.conversations()
    [identity] = (await desk.agent.get("/v1/identities")).json()["data"]
    path = f"/v1/identities/{identity['id']}"
    done(await desk.agent.post(f"{path}/link", json={"buyer_id": "buyer-1", "reason": "?"}))
    mine = made(await desk.buyer.post("/v1/conversations", json={"text": "我的事"}))
    done(await desk.agent.post(f"/v1/conversations/{over_sms['id']}/merge", json={"into_id": mine["id"]}))
    done(await desk.agent.post(f"{path}/unlink", json={"reason": "误关联"}))
    assert (await desk.buyer.get(f"/v1/conversations/{mine['id']}")).status_code == 200
    assert (await account.at.answer(mine, "只给买家看")).status_code == 201
    assert account.provider.sent == [], "the address is not the buyer's"
    await account.push(account.provider.answer(NUMBER, "二", sequence=2))
    assert await account.at.inbox() == [("applied", None)] * 2
    assert [texts(each) for each in await account.at.conversations()] == [[], ["我的事", "一", "只给买家看"], ["二"]]
    done(await desk.agent.post(f"{path}/link", json={"buyer_id": "buyer-2", "reason": "?"}))
    assert (await desk.other_buyer.get(f"/v1/conversations/{mine['id']}")).status_code == 404


async def test_what_was_split_from_a_merged_one_stays_with_the_buyer_as_well(account: Account) -> None:
    desk = account.at.desk
    mine = made(await desk.buyer.post("/v1/conversations", json={"text": "我的事"}))
    desk.harness.clock.advance(seconds=1)
    await account.push(account.provider.answer(NUMBER, "一", sequence=1))
    [identity] = (await desk.agent.get("/v1/identities")).json()["data"]
    path, over_sms = f"/v1/identities/{identity['id']}", (await account.at.conversations())[1]
    done(await desk.agent.post(f"{path}/link", json={"buyer_id": "buyer-1", "reason": "?"}))
    done(await desk.agent.post(f"/v1/conversations/{over_sms['id']}/merge", json={"into_id": mine["id"]}))
    merged = done(await desk.agent.get(f"/v1/conversations/{mine['id']}"))
    body = {"from_place": merged["messages"][1]["place"]}
    new = made(await desk.agent.post(f"/v1/conversations/{mine['id']}/split", json=body))
    done(await desk.agent.post(f"{path}/unlink", json={"reason": "误关联"}))
    for each in (mine, new):
        assert (await desk.buyer.get(f"/v1/conversations/{each['id']}")).status_code == 200


async def test_a_question_with_such_a_word_is_a_question(account: Account) -> None:
    conversation = await account.write()
    await account.push(account.provider.answer(NUMBER, "怎么退订会员？", sequence=1))
    assert (await account.at.answer(conversation, "您好")).status_code == 201


async def test_a_number_gets_so_many_messages_an_hour_and_the_rest_later(account: Account) -> None:
    conversation = await account.write()
    for text in ("二", "三", "四"):
        await account.at.answer(conversation, text)
    assert len(account.provider.sent) == 3
    assert (await account.at.deliveries(conversation))[0] == ("queued", "too_many_to_address")
    account.at.desk.harness.clock.advance(hours=1, seconds=1)
    await account.at.run()
    assert len(account.provider.sent) == 4


async def test_long_texts_are_counted_and_those_beyond_the_limit_are_not_sent(account: Account) -> None:
    conversation = await account.write("退" * 65)
    assert (await account.delivery(conversation))["segments"] == 2
    await account.at.answer(conversation, "🙂" * 300)
    assert (await account.at.deliveries(conversation))[0] == ("failed", "text_too_long")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", ("failed", "address_unknown")),
        ("isv.BUSINESS_LIMIT_CONTROL", ("queued", "too_many_to_address")),
        ("isp.SYSTEM_ERROR", ("queued", "sms_isp_system_error")),
        ("isv.BLACK_KEY_CONTROL_LIMIT", ("failed", "text_forbidden")),
    ],
)
async def test_refusals_of_the_provider_are_reasons(account: Account, code: str, outcome: tuple[str, str]) -> None:
    account.provider.faults = [code]
    conversation = await account.write()
    assert await account.at.deliveries(conversation) == [outcome]


async def test_pushes_without_the_token_or_malformed_are_refused(account: Account) -> None:
    answer = account.provider.answer(NUMBER, "好的", sequence=1)
    assert await account.push(answer, token="") == (401, {"code": 1, "msg": "signature_missing"})
    assert await account.push(answer, token="forged") == (401, {"code": 1, "msg": "signature_invalid"})
    for body in (b"{", b"{}", b"[1]", b"[" * 100_000):
        response = await account.at.push("sms", body, query={"token": TOKEN})
        assert (response.status_code, response.json()["msg"]) == (400, "unreadable")
    assert await account.at.inbox() == []
    strange = [{"content": "\ud800在", "phone_number": "x"}, {"biz_id": "1"}, {"success": True, "biz_id": "unknown"}]
    assert (await account.push(*strange))[0] == 200
    assert sorted(await account.at.inbox(), key=str) == [
        ("ignored", "address_malformed"),
        ("ignored", "delivery_unknown"),
        ("unreadable", "sms_malformed"),
    ]
