"""The bot in conversations: it answers once, states what it is, and is silent once a person has taken over."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis import failpoints
from aftercare_chassis.testing import Harness
from bot_desk import ANSWERED, ASKED, BotDesk, ProcessEnded, ending_at
from channel_desk import RecordedChannel
from cs_desk import Desk
from cs_svc import main
from cs_svc.commands import bot_answers
from cs_svc.domain.bot_turns import LEASE, MOST_AN_HOUR, MOST_ATTEMPTS
from cs_svc.domain.channels import Channel
from cs_svc.settings import Settings
from cs_svc.workers.channel_deliveries import ChannelDeliveries
from test_bot import ask

LABELS = ("bot_turn.leased", "bot_turn.decided", "bot_turn.answered")
UNCITED = "寄回去的邮费谁付"
EMAIL = RecordedChannel()


def service(settings: Settings | None = None) -> Any:
    return main.service(settings, channels={Channel.EMAIL: EMAIL})


@pytest.fixture
async def bot(postgres_url: str) -> AsyncIterator[BotDesk]:
    EMAIL.sent.clear()
    async with Harness.start(service, postgres_url, bot_channels="web,email") as harness:
        yield BotDesk(Desk(harness))


async def test_it_answers_once_states_what_it_is_and_by_what(bot: BotDesk) -> None:
    await bot.prepare()
    opened = await bot.open()
    assert opened["bot_in_charge"]
    await bot.work()
    [first] = await bot.of_bot(opened)
    assert "机器人" in first["text"]
    assert first["text"].endswith(ANSWERED)
    assert (first["author_id"], first["bot"]["kind"], first["bot"]["intent"]) == ("bot", "answer", "refund_time")
    assert (first["citations"], first["bot"]["model"]) == ([{"article_id": "art_1", "article_version": 1}], 1)
    assert first["bot"]["confidence"] > 0
    assert [each["clause_id"] for each in first["bot"]["citations"]] == ["1"]
    now = await bot.read(opened)
    assert (now["whose_turn"], now["answer_due_at"], now["bot_in_charge"]) == ("buyer", None, True)
    await bot.write(opened, ASKED)
    await bot.work()
    assert (await bot.of_bot(opened))[1]["text"] == ANSWERED
    posted = [each.author_role for each in await bot.desk.events("MessagePosted")]
    assert posted == ["buyer", "bot", "buyer", "bot"]
    assert await bot.turns() == ["answered", "answered"]


async def test_it_is_off_unless_it_is_switched_on(desk: Desk) -> None:
    bot = BotDesk(desk)
    await bot.prepare()
    opened = await bot.open()
    await bot.work()
    assert (opened["bot_in_charge"], await bot.of_bot(opened)) == (False, [])
    assert (await bot.switch(opened, in_charge=True))["bot_in_charge"]
    await bot.work()
    assert len(await bot.of_bot(opened)) == 1, "what the buyer had asked is answered"
    await bot.switch(opened, in_charge=False)
    await bot.write(opened, ASKED)
    await bot.work()
    assert len(await bot.of_bot(opened)) == 1
    switched = [each.bot_in_charge for each in await desk.events("ConversationBotSwitched")]
    assert switched == [True, False]
    refused = await desk.buyer.post(f"/v1/conversations/{opened['id']}/switch-bot", json={"in_charge": True})
    assert refused.status_code == 403


@pytest.mark.parametrize("label", LABELS)
async def test_it_answers_once_if_its_process_ends(bot: BotDesk, label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await bot.prepare()
    opened = await bot.open()
    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "point", ending_at(label))
        with pytest.raises(ProcessEnded):
            await bot.work()
    await bot.work()
    bot.harness.clock.advance(seconds=LEASE.total_seconds() + 1)
    await bot.work()
    assert len(await bot.of_bot(opened)) == 1
    assert await bot.turns() == ["answered"]


async def test_two_workers_that_have_the_same_lease_write_one_answer(bot: BotDesk) -> None:
    """The first one is slow: its lease ends, the second one answers, and the first one finds that."""
    await bot.prepare()
    opened = await bot.open()
    worker = next(each for each in bot.harness.service.workers if each.name == "bot-turns")
    real, stalled = bot_answers.reply, True

    async def slow(*args: Any, **named: Any) -> Any:
        nonlocal stalled
        if stalled:
            stalled = False
            bot.harness.clock.advance(seconds=LEASE.total_seconds() + 1)
            await worker.step(bot.harness.runtime)
        return await real(*args, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bot_answers, "reply", slow)
        await worker.step(bot.harness.runtime)
    assert len(await bot.of_bot(opened)) == 1


async def test_it_is_silent_once_a_person_has_taken_over(bot: BotDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    await bot.prepare()
    opened = await bot.open()
    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "point", ending_at("bot_turn.decided"))
        with pytest.raises(ProcessEnded):
            await bot.work()
    await bot.write(opened, "您好，我来处理。", who="agent")
    bot.harness.clock.advance(seconds=LEASE.total_seconds() + 1)
    await bot.work()
    await bot.write(opened, ASKED)
    await bot.work()
    assert (await bot.of_bot(opened), await bot.turns()) == ([], ["dropped"])
    other = await bot.open()
    await bot.desk.agent.post(f"/v1/conversations/{other['id']}/assign", json={})
    await bot.work()
    assert (await bot.of_bot(other), await bot.turns()) == ([], ["dropped", "dropped"])


async def test_messages_in_a_row_have_one_answer(bot: BotDesk) -> None:
    await bot.prepare()
    opened = await bot.open("你好")
    await bot.write(opened, ASKED)
    await bot.work()
    assert len(await bot.of_bot(opened)) == 1
    assert await bot.turns() == ["answered", "answered"]


async def test_a_program_that_answers_the_bot_ends_with_a_person(bot: BotDesk) -> None:
    await bot.prepare()
    opened = await bot.open()
    await bot.work()
    for _ in range(MOST_AN_HOUR + 3):
        await bot.write(opened, ASKED)
        await bot.work()
    written = await bot.of_bot(opened)
    assert len(written) == MOST_AN_HOUR + 1
    assert written[-1]["bot"]["reason"] == "too_many"
    assert not (await bot.read(opened))["bot_in_charge"]


async def test_what_fails_again_and_again_is_handed_over(bot: BotDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    await bot.prepare()
    opened = await bot.open()

    async def fails(*_: Any, **__: Any) -> None:
        raise ValueError

    monkeypatch.setattr(bot_answers, "reply", fails)
    for _ in range(MOST_ATTEMPTS + 1):
        await bot.work()
        bot.harness.clock.advance(seconds=3600)
    [handed] = await bot.of_bot(opened)
    assert (handed["bot"]["reason"], await bot.turns()) == ("failed", ["handed_over"])


async def test_its_answer_goes_out_over_the_channel(bot: BotDesk) -> None:
    await bot.prepare()
    added = await bot.desk.agent.post("/v1/identities", json={"channel": "email", "address": "li.wei@example.com"})
    path = f"/v1/identities/{added.json()['id']}"
    opened = (await bot.desk.agent.post(f"{path}/conversations", json={"text": "您好", "subject": "退款"})).json()
    await bot.desk.agent.post(f"{path}/link", json={"buyer_id": "buyer-1", "reason": "核对了订单号"})
    await bot.switch(opened, in_charge=True)
    await bot.write(opened, ASKED)
    await bot.work()
    worker = ChannelDeliveries({Channel.EMAIL: EMAIL})
    while await worker.step(bot.harness.runtime) is not None:
        pass
    sent = EMAIL.sent[-1].text
    assert ANSWERED in sent
    assert "依据：退款时间" in sent
    assert [each["text"] for each in await bot.of_bot(opened)] == [sent]


async def test_it_hands_over_to_the_queue_and_states_the_place(bot: BotDesk) -> None:
    await bot.queues.team()
    await bot.prepare()
    await bot.desk.order()
    await bot.desk.case()
    await bot.desk.order("ord_2", buyer_id="buyer-2")
    opened = await bot.open()
    assert await bot.queues.entries() == [], "the bot has it"
    await bot.work()
    await bot.write(opened, "转人工")
    await bot.work()
    handed = (await bot.of_bot(opened))[-1]
    assert (handed["bot"]["kind"], handed["bot"]["reason"]) == ("handover", "requested")
    assert "您前面还有 0 位" in handed["text"]
    entry = await bot.queues.entry(opened)
    assert (entry["state"], entry["skills"]) == ("waiting", ["language:zh"])
    now = await bot.read(opened)
    assert (now["bot_in_charge"], now["whose_turn"]) == (False, "service"), "the buyer still waits for an answer"
    path = f"/v1/conversations/{opened['id']}/handovers"
    [summary] = (await bot.desk.agent.get(path)).json()["data"]
    assert (summary["reason"], summary["queue_entry_id"]) == ("requested", entry["id"])
    asked = [(each["text"], each["kind"], each["intent"]) for each in summary["asked"]]
    assert asked == [(ASKED, "answer", "refund_time"), ("转人工", None, None)]
    assert [each["slug"] for each in summary["articles"]] == ["refund-times"]
    assert [each["id"] for each in summary["orders"] + summary["cases"]] == ["ord_1", "case_1"]
    assert (await bot.desk.buyer.get(path)).status_code == 403
    [event] = await bot.desk.events("ConversationHandedOver")
    assert (event.reason, event.model) == ("requested", 1)
    figures = bot.harness.runtime.metrics.exposition().decode()
    assert 'aftercare_signals_total{signal="bot_handed_over",source="requested"} 1.0' in figures
    await bot.switch(opened, in_charge=True)
    await bot.write(opened, ASKED)
    await bot.work()
    assert (await bot.of_bot(opened))[-1]["bot"]["kind"] == "answer"


@pytest.mark.parametrize("leased", [False, True])
async def test_what_it_was_to_answer_is_answered_where_it_was_merged(
    bot: BotDesk, leased: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.prepare()
    target = await bot.open()
    await bot.work()
    source = await bot.open()
    if leased:
        with monkeypatch.context() as patched:
            patched.setattr(failpoints, "point", ending_at("bot_turn.decided"))
            with pytest.raises(ProcessEnded):
                await bot.work()
    await merge(bot, source, target)
    await bot.work()
    written = await bot.of_bot(target)
    assert [each["text"].endswith(ANSWERED) for each in written] == [True, True]
    assert (await bot.read(target))["whose_turn"] == "buyer"


async def test_what_it_was_to_answer_waits_for_an_agent_where_it_has_not_the_target(bot: BotDesk) -> None:
    await bot.prepare()
    await bot.queues.team()
    target = await bot.open()
    await bot.work()
    await bot.switch(target, in_charge=False)
    await merge(bot, await bot.open(), target)
    await bot.work()
    assert len(await bot.of_bot(target)) == 1
    waiting = [each["conversation_id"] for each in await bot.queues.entries() if each["state"] == "waiting"]
    assert waiting == [target["id"]]


async def merge(bot: BotDesk, source: dict[str, Any], target: dict[str, Any]) -> None:
    path = f"/v1/conversations/{source['id']}/merge"
    merged = await bot.desk.agent.post(path, json={"into_id": target["id"]})
    assert merged.status_code == 200, merged.text


async def test_an_intent_without_a_clause_or_an_action_is_left_to_people(bot: BotDesk) -> None:
    await bot.prepare()
    assert (await ask(bot.desk, UNCITED))["kind"] == "answer", "outside conversations it is classified"
    conversation = await bot.open(UNCITED)
    await bot.work()
    [message] = await bot.of_bot(conversation)
    assert (message["bot"]["kind"], message["bot"]["reason"]) == ("handover", "no_article")
