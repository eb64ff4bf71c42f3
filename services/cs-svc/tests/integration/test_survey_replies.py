"""Surveys over a channel: the invitation is delivered, and answered by a reply."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis.testing import FixedClock
from aftercare_simulators.channels.sms import SmsProvider
from platform_desk import texts
from test_qq import PERSON
from test_qq import connected as bot_connected
from test_sms import NUMBER, Account, connected

HOURS = 1.1


@pytest.fixture
async def account(postgres_url: str) -> AsyncIterator[Account]:
    clock = FixedClock()
    async with connected(postgres_url, SmsProvider(lambda: clock.now()), survey_conversations=True) as account:
        clock = account.at.desk.harness.clock
        yield account


async def invited(account: Account) -> dict[str, Any]:
    """A conversation with the number that was closed, and whose customer was invited."""
    conversation = await account.write()
    desk = account.at.desk
    assert (await desk.agent.post(f"/v1/conversations/{conversation['id']}/close")).is_success
    desk.harness.clock.advance(hours=HOURS)
    await desk.harness.run_due()
    await account.at.run()
    return conversation


async def reply(account: Account, text: str) -> None:
    status, _ = await account.push(account.provider.answer(NUMBER, text, sequence=7))
    assert status == 200


async def test_a_score_is_a_rating_and_opens_nothing_again(account: Account) -> None:
    conversation = await invited(account)
    assert "请直接回复 1" in account.provider.sent[-1]["TemplateParam"]
    await reply(account, " ５。")
    desk = account.at.desk
    [survey] = (await desk.agent.get("/v1/surveys")).json()["data"]
    [rating] = (await desk.agent.get("/v1/conversation-ratings")).json()["data"]
    assert (survey["state"], survey["channel"], survey["rating_id"]) == ("answered", "sms", rating["id"])
    assert (rating["scores"], rating["conversation_id"]) == ({"helpfulness": 5}, conversation["id"])
    [shown] = await account.at.conversations()
    assert (shown["state"], "5" in texts(shown)) == ("closed", False)


async def test_another_reply_is_for_people(account: Account) -> None:
    await invited(account)
    await reply(account, "5 号还没有收到退款")
    [shown] = await account.at.conversations()
    assert (shown["state"], texts(shown)[-1]) == ("open", "5 号还没有收到退款")
    assert (await account.at.desk.agent.get("/v1/conversation-ratings")).json()["data"] == []


async def test_a_score_beside_a_file_is_for_people(postgres_url: str) -> None:
    async with bot_connected(postgres_url, survey_conversations=True) as bot:
        await bot.write(bot.qq.private(PERSON, "退款到了吗？", number=1))
        [opened] = await bot.at.conversations()
        desk = bot.at.desk
        assert (await desk.agent.post(f"/v1/conversations/{opened['id']}/close")).is_success
        desk.harness.clock.advance(hours=HOURS)
        await desk.harness.run_due()
        await bot.at.run()
        url = "https://multimedia.nt.qq.com.cn/download/cat.jpg"
        photo = {"url": url, "filename": "cat.jpg", "content_type": "image/jpeg"}
        await bot.write(bot.qq.private(PERSON, "1", number=2, attachments=[photo]))
        [shown] = await bot.at.conversations()
        assert (shown["state"], len(shown["messages"][-1]["attachments"])) == ("open", 1)
        assert (await desk.agent.get("/v1/conversation-ratings")).json()["data"] == []


async def test_who_replies_so_is_invited_no_more(account: Account) -> None:
    await invited(account)
    await reply(account, "不再邀请")
    desk = account.at.desk
    [survey] = (await desk.agent.get("/v1/surveys")).json()["data"]
    [preference] = (await desk.agent.get("/v1/survey-preferences")).json()["data"]
    assert (survey["state"], preference["opted_out"], preference["buyer_id"]) == (
        "opted_out",
        True,
        survey["buyer_id"],
    )
