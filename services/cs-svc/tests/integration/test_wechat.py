"""Customer messages of WeChat: pushes that are signed and encrypted, answers by its API, and its windows and limits."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aftercare_chassis.testing import FixedClock
from aftercare_simulators.channels.wechat import WeChat, WeChatPush
from file_samples import encoded, scene
from platform_desk import PlatformDesk, platform_desk, texts

PERSON = "oPERSON_of-tests_0000000001"


@dataclass
class Account:
    """An account of WeChat, and the service that is connected to it."""

    wechat: WeChat
    at: PlatformDesk

    async def push(self, push: WeChatPush) -> tuple[int, str]:
        response = await self.at.push("wechat", push.body, query=push.query)
        return response.status_code, response.text

    async def write(self, text: str, number: int = 1) -> None:
        assert await self.push(self.wechat.push(self.wechat.message(PERSON, text, number=number))) == (200, "success")
        await self.at.run()


@pytest.fixture
async def account(postgres_url: str) -> AsyncIterator[Account]:
    clock = FixedClock()
    wechat = WeChat(lambda: clock.now())
    settings = {
        "wechat_app_id": wechat.app_id,
        "wechat_app_secret": wechat.secret,
        "wechat_tokens": f"another-token, {wechat.token}",
        "wechat_aes_keys": f"{'A' * 43},{wechat.key}",
    }
    async with platform_desk(postgres_url, wechat.app(), **settings) as at:
        clock = at.desk.harness.clock
        yield Account(wechat, at)


async def test_the_address_is_verified_by_its_owner_alone(account: Account) -> None:
    query = account.wechat.verification()
    client, path = account.at.desk.harness.client(), "/v1/channel-webhooks/wechat"
    response = await client.get(path, params=query)
    assert (response.status_code, response.text) == (200, query["echostr"])
    forged = await client.get(path, params={**query, "signature": "0" * 40})
    assert (forged.status_code, forged.text) == (401, "signature_invalid")


async def test_a_message_is_answered_over_the_api(account: Account) -> None:
    await account.write("退款到了吗？")
    [opened] = await account.at.conversations()
    assert (opened["channel"], opened["buyer_id"][:5], texts(opened)) == ("wechat", "cust_", ["退款到了吗？"])
    await account.at.answer(opened, "已退款。")
    assert account.wechat.sent == [(PERSON, "已退款。")]
    assert await account.at.deliveries(opened) == [("sent", None)]
    await account.write("谢谢", number=2)
    [conversation] = await account.at.conversations()
    assert texts(conversation) == ["退款到了吗？", "已退款。", "谢谢"]


async def test_a_message_that_comes_again_is_posted_once(account: Account) -> None:
    for seconds in (0, 5, 10):
        account.at.desk.harness.clock.advance(seconds=seconds)
        await account.write("在吗", number=7)
    assert [texts(each) for each in await account.at.conversations()] == [["在吗"]]


async def test_forged_old_and_plain_pushes_are_refused_and_not_stored(account: Account) -> None:
    wechat = account.wechat
    xml = wechat.message(PERSON, "在吗", number=1)
    good = wechat.push(xml)
    old = wechat.push(xml, at=account.at.desk.harness.clock.now() - timedelta(minutes=6))
    assert await account.push(old) == (401, "timestamp_out_of_tolerance")
    changed = WeChatPush(good.query, good.body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA"))
    assert await account.push(changed) == (401, "signature_invalid")
    assert await account.push(wechat.push(xml, plain=True)) == (401, "signature_missing")
    assert await account.push(WeChatPush({}, good.body)) == (401, "signature_missing")
    other = WeChat(wechat.clock, app_id="wx_another")
    assert await account.push(other.push(xml)) == (400, "unreadable")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
    assert (await account.push(WeChatPush(good.query, bomb)))[0] == 400
    assert await account.at.inbox() == []


async def test_a_large_body_is_refused_in_words_of_wechat(account: Account) -> None:
    push = account.wechat.push("x" * 1_048_576)
    status, text = await account.push(push)
    assert status == 413
    assert re.fullmatch("[a-z_]+", text)


async def test_emoji_and_characters_that_deceive_are_kept_within_limits(account: Account) -> None:
    await account.write("🙂" * 25_000)
    await account.write("\u202e\u2066退款\ufeff", number=2)
    [conversation] = await account.at.conversations()
    first, second = texts(conversation)
    assert len(first) < 20_010
    assert second == "退款"


async def test_after_48_hours_a_message_is_refused_before_it_is_sent(account: Account) -> None:
    await account.write("在吗")
    [opened] = await account.at.conversations()
    clock = account.at.desk.harness.clock
    [identity] = (await account.at.desk.agent.get("/v1/identities")).json()["data"]
    assert identity["answered_until"] == (clock.now() + timedelta(hours=48)).isoformat().replace("+00:00", "Z")
    clock.advance(hours=48)
    refused = await account.at.answer(opened, "在的")
    account.at.desk.harness.problem(refused, 409, "reply_window_closed")
    assert account.wechat.sent == []
    await account.write("还在吗", number=2)
    assert (await account.at.answer(opened, "在的")).status_code == 201
    assert [text for _, text in account.wechat.sent] == ["在的"]


async def test_a_message_that_comes_late_does_not_open_the_window_again(account: Account) -> None:
    clock, wechat = account.at.desk.harness.clock, account.wechat
    await account.write("第二条", number=2)
    early = wechat.message(PERSON, "第一条", number=1, at=clock.now() - timedelta(hours=1))
    await account.push(wechat.push(early))
    await account.at.run()
    [identity] = (await account.at.desk.agent.get("/v1/identities")).json()["data"]
    assert identity["last_inbound_at"] == clock.now().isoformat().replace("+00:00", "Z")
    [conversation] = await account.at.conversations()
    by_time = sorted(conversation["messages"], key=lambda each: str(each["sent_at"]))
    assert [each["text"] for each in by_time] == ["第一条", "第二条"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (45047, ("failed", "too_many_answers")),
        (45015, ("failed", "window_closed")),
        (48002, ("failed", "blocked_by_person")),
        (-1, ("queued", "wechat_-1")),
        (45009, ("queued", "wechat_45009")),
    ],
)
async def test_limits_of_wechat_are_reasons_of_deliveries(
    account: Account, code: int, outcome: tuple[str, str]
) -> None:
    await account.write("在吗")
    [opened] = await account.at.conversations()
    account.wechat.faults = [code]
    await account.at.answer(opened, "在的")
    assert await account.at.deliveries(opened) == [outcome]


async def test_a_token_is_fetched_once_early_and_again_where_it_is_refused(account: Account) -> None:
    await account.write("在吗")
    [opened] = await account.at.conversations()
    for text in ("一", "二"):
        await account.at.answer(opened, text)
    assert account.wechat.tokens_asked == 1
    account.wechat.revoke_tokens()
    await account.at.answer(opened, "三")
    assert account.wechat.tokens_asked == 2
    account.at.desk.harness.clock.advance(seconds=account.wechat.seconds - 200)
    await account.at.answer(opened, "四")
    assert account.wechat.tokens_asked == 3
    assert [text for _, text in account.wechat.sent] == ["一", "二", "三", "四"]


async def test_a_long_answer_is_sent_in_pieces(account: Account) -> None:
    await account.write("怎么退")
    [opened] = await account.at.conversations()
    await account.at.answer(opened, "\n".join(f"第{n}步：" + "说" * 200 for n in range(6)))
    assert len(account.wechat.sent) == 2
    assert all(len(text.encode()) <= 2048 for _, text in account.wechat.sent)


async def test_pictures_are_fetched_and_kept_with_their_message(account: Account) -> None:
    wechat, now = account.wechat, account.at.desk.harness.clock.now()
    photo = encoded(scene())
    wechat.files["m-1"] = (photo, "image/jpeg")
    for number, media_id in enumerate(("m-1", "gone")):
        rest = f"<MediaId><![CDATA[{media_id}]]></MediaId><MsgId>{number}</MsgId>"
        await account.push(wechat.push(wechat.xml(PERSON, "image", now, rest)))
    await account.at.run()
    [conversation] = await account.at.conversations()
    assert texts(conversation) == ["[图片]", "[图片]"]
    path = f"/v1/conversations/{conversation['id']}/attachments"
    gone, kept = (await account.at.desk.agent.get(path)).json()["data"]
    assert (kept["size_bytes"], kept["state"], gone["refused_because"]) == (len(photo), "uploaded", "not_fetched")
    shown = [each["attachments"][0]["id"] for each in conversation["messages"]]
    assert sorted(shown) == sorted([kept["id"], gone["id"]])
    await account.at.desk.harness.run_workers("attachment-checks")
    checked = (await account.at.desk.agent.get(f"{path}/{kept['id']}")).json()
    assert (checked["state"], checked["channel"]) == ("added", "wechat")


async def test_events_open_nothing_and_other_kinds_are_shown(account: Account) -> None:
    wechat, now = account.wechat, account.at.desk.harness.clock.now()
    event = wechat.xml(PERSON, "event", now, "<Event><![CDATA[subscribe]]></Event>")
    voice = wechat.xml(PERSON, "voice", now, "<Recognition><![CDATA[我要退货]]></Recognition><MsgId>1</MsgId>")
    unknown = wechat.xml(PERSON, "hologram", now, "<MsgId>2</MsgId>")
    for xml in (event, event, voice, unknown):
        await account.push(wechat.push(xml))
    await account.at.run()
    assert await account.at.inbox() == [("ignored", "event_subscribe"), ("applied", None), ("applied", None)]
    [conversation] = await account.at.conversations()
    assert texts(conversation) == ["[语音] 我要退货", "[hologram]"]


async def test_a_channel_without_an_account_has_no_address(account: Account) -> None:
    response = await account.at.push("qq", b"{}")
    assert (response.status_code, response.headers["content-type"]) == (404, "text/plain; charset=utf-8")
