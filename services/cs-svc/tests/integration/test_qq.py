"""A bot of QQ: pushes that are signed, answers within its windows, and its quota beyond them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.testing import FixedClock
from aftercare_simulators.channels.qq import Qq, QqPush
from platform_desk import PlatformDesk, platform_desk, texts

PERSON, GROUP = "E4F4AEA33253A2797FB897C50B81D7ED", "C9F778FE6ADF9D1D1DBE395BF744A33A"


@dataclass
class Bot:
    """A bot, and the service that is connected to it."""

    qq: Qq
    at: PlatformDesk

    async def push(self, push: QqPush) -> tuple[int, Any]:
        response = await self.at.push("qq", push.body, headers=push.headers)
        return response.status_code, response.json()

    async def write(self, payload: dict[str, Any]) -> None:
        assert await self.push(self.qq.push(payload)) == (200, {"op": 12})
        await self.at.run()


@asynccontextmanager
async def connected(postgres_url: str, **given: object) -> AsyncIterator[Bot]:
    """The service that is connected to a bot."""
    clock = FixedClock()
    qq = Qq(lambda: clock.now())
    settings = {
        "qq_app_id": qq.app_id,
        "qq_secrets": f"{qq.secret}, the-secret-before",
        "qq_url": "http://qq.test",
        "qq_login_url": "http://token.test",
    }
    async with platform_desk(postgres_url, qq.app(), **settings, **given) as at:
        clock = at.desk.harness.clock
        yield Bot(qq, at)


@pytest.fixture
async def bot(postgres_url: str) -> AsyncIterator[Bot]:
    async with connected(postgres_url) as bot:
        yield bot


async def test_the_address_is_verified_with_a_signature_of_ours(bot: Bot) -> None:
    status, answer = await bot.push(bot.qq.push(bot.qq.verification()))
    assert (status, answer["plain_token"]) == (200, "Arq0D5A61EgUu4OxUvOp")
    signed = b"1725442341Arq0D5A61EgUu4OxUvOp"
    bot.qq.key().public_key().verify(bytes.fromhex(answer["signature"]), signed)
    assert await bot.at.inbox() == []


async def test_a_private_message_is_answered_as_an_answer(bot: Bot) -> None:
    await bot.write(bot.qq.private(PERSON, "退款到了吗？", number=1))
    [opened] = await bot.at.conversations()
    assert (opened["channel"], texts(opened)) == ("qq", ["退款到了吗？"])
    await bot.at.answer(opened, "已退款。")
    await bot.at.answer(opened, "请查收。")
    assert bot.qq.sent == [(f"users/{PERSON}", "已退款。", True), (f"users/{PERSON}", "请查收。", True)]
    assert await bot.at.deliveries(opened) == [("sent", None), ("sent", None)]
    assert bot.qq.tokens_asked == 1


async def test_people_of_a_group_have_conversations_of_their_own(bot: Bot) -> None:
    for number, person in enumerate(("A", "B", "A")):
        await bot.write(bot.qq.in_group(GROUP, person, f"问题{number}", number=number))
    first, second = await bot.at.conversations()
    assert (texts(first), texts(second)) == (["问题0", "问题2"], ["问题1"])
    await bot.at.answer(second, "回答")
    assert bot.qq.sent == [(f"groups/{GROUP}", "回答", True)]


@pytest.mark.parametrize(("quota", "outcome"), [(1, ("sent", None)), (0, ("failed", "quota_used"))])
@pytest.mark.parametrize(("kind", "minutes"), [("private", 60), ("group", 5)])
async def test_after_its_window_a_message_counts_against_the_quota(
    bot: Bot, kind: str, minutes: int, quota: int, outcome: tuple[str, str | None]
) -> None:
    payload = (
        bot.qq.private(PERSON, "在吗", number=1)
        if kind == "private"
        else bot.qq.in_group(GROUP, PERSON, "在吗", number=1)
    )
    await bot.write(payload)
    [opened] = await bot.at.conversations()
    bot.qq.quota = quota
    bot.at.desk.harness.clock.advance(seconds=60 * minutes)
    await bot.at.answer(opened, "在的")
    assert await bot.at.deliveries(opened) == [outcome]
    assert [is_answer for _, _, is_answer in bot.qq.sent] == [False] * quota


async def test_an_answer_whose_response_is_lost_arrives_once(bot: Bot) -> None:
    await bot.write(bot.qq.private(PERSON, "在吗", number=1))
    [opened] = await bot.at.conversations()
    bot.qq.lost = 1
    await bot.at.answer(opened, "在的")
    assert await bot.at.deliveries(opened) == [("queued", "qq_unavailable")]
    bot.at.desk.harness.clock.advance(seconds=10)
    await bot.at.run()
    assert await bot.at.deliveries(opened) == [("sent", None)]
    assert len(bot.qq.sent) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ((429, 22009), ("failed", "quota_used")),
        ((400, 304023), ("queued", "qq_304023")),
        ((400, 50006), ("failed", "qq_50006")),
        ((401, 11244), ("sent", None)),
    ],
)
async def test_refusals_of_qq_are_reasons(bot: Bot, fault: tuple[int, int], outcome: tuple[str, str | None]) -> None:
    await bot.write(bot.qq.private(PERSON, "在吗", number=1))
    [opened] = await bot.at.conversations()
    bot.qq.faults = [fault]
    await bot.at.answer(opened, "在的")
    assert await bot.at.deliveries(opened) == [outcome]


async def test_forged_old_and_repeated_pushes_change_nothing(bot: Bot) -> None:
    payload = bot.qq.private(PERSON, "在吗", number=1)
    push = bot.qq.push(payload)
    assert await bot.push(QqPush({}, push.body)) == (401, {"code": "signature_missing"})
    assert await bot.push(QqPush(push.headers, push.body + b" ")) == (401, {"code": "signature_invalid"})
    assert await bot.push(QqPush({**push.headers, "x-signature-ed25519": "zz"}, push.body)) == (
        401,
        {"code": "signature_invalid"},
    )
    old = bot.qq.push(payload, at=bot.at.desk.harness.clock.now() - timedelta(minutes=6))
    assert await bot.push(old) == (401, {"code": "timestamp_out_of_tolerance"})
    assert await bot.at.inbox() == []
    for event in ("first", "second"):
        await bot.write({**payload, "id": event})
    assert [texts(each) for each in await bot.at.conversations()] == [["在吗"]]


async def test_strange_payloads_are_kept_and_open_nothing(bot: Bot) -> None:
    for payload in (
        {"op": 0, "t": "C2C_MESSAGE_CREATE", "id": "1", "d": None},
        {"op": 0, "t": "C2C_MESSAGE_CREATE", "id": "2", "d": {"id": "m", "author": []}},
        {"op": 0, "t": "FRIEND_ADD", "id": "3", "d": {}},
        {"op": 11},
    ):
        await bot.write(payload)
    states = [("unreadable", "qq_malformed"), ("unreadable", "qq_malformed"), ("ignored", "event_friend_add")]
    assert await bot.at.inbox() == states


async def test_pictures_are_fetched_from_qq_alone(bot: Bot) -> None:
    bot.qq.files["cat.jpg"] = b"\xff\xd8\xff"
    attachments = [
        {"url": f"https://{host}/download/cat.jpg", "filename": "cat.jpg", "content_type": "image/jpeg"}
        for host in ("multimedia.nt.qq.com.cn", "internal.example", "[multimedia.nt.qq.com.cn")
    ]
    await bot.write(bot.qq.private(PERSON, "", number=1, attachments=attachments))
    [opened] = await bot.at.conversations()
    assert texts(opened) == ["[图片]"]
    files = (await bot.at.desk.agent.get(f"/v1/conversations/{opened['id']}/attachments")).json()["data"]
    assert sorted(each["refused_because"] or "" for each in files) == ["", "not_fetched", "not_fetched"]
