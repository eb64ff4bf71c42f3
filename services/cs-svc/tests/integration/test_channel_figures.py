"""For how long messages of channels have been due, in and out, as figures for alerts."""

from collections.abc import AsyncIterator

import pytest
from aftercare_simulators.channels.telephone import Telephone
from channel_desk import ChannelDesk, channel_desk
from cs_svc.commands import inbound
from cs_svc.domain.channels import Channel
from cs_svc.integrations.channels.port import Outcome, Sent
from prometheus_client.parser import text_string_to_metric_families

OUT, IN, FILE = (f"aftercare_channel_{each}_overdue_seconds" for each in ("delivery", "inbound", "file"))
UNAVAILABLE = Sent(Outcome.UNAVAILABLE, why="connection_refused")


@pytest.fixture
async def at(postgres_url: str) -> AsyncIterator[ChannelDesk]:
    async with channel_desk(postgres_url) as desk:
        yield desk


async def figures(at: ChannelDesk, name: str) -> dict[str, float]:
    """The values of a figure as it is measured now, by channel, `""` where it has none."""
    await at.desk.harness.run_workers("channel-figures")
    exposed = at.desk.harness.runtime.metrics.exposition().decode()
    [family] = (each for each in text_string_to_metric_families(exposed) if each.name == name)
    return {sample.labels.get("channel", ""): sample.value for sample in family.samples}


async def test_a_message_that_nobody_sends_is_measured(at: ChannelDesk) -> None:
    assert await figures(at, OUT) == {"": 0}
    await at.write(await at.add())
    at.desk.harness.clock.advance(hours=1)
    assert await figures(at, OUT) == {"": 3600}
    assert await figures(at, IN) == await figures(at, FILE) == {"": 0}
    await at.deliver()
    assert await figures(at, OUT) == {"": 0}


async def test_a_message_that_came_in_and_that_nobody_processes_is_measured(at: ChannelDesk) -> None:
    harness = at.desk.harness
    _, body = Telephone(harness.clock.now).report("ended", "c-1", "13800138000")
    async with harness.runtime.transaction() as tx:
        await inbound.store(tx, Channel.PHONE, "1", body)
    harness.clock.advance(seconds=1200)
    assert await figures(at, IN) == {"": 1200}
    assert await figures(at, OUT) == {"": 0}
    await harness.run_workers("channel-inbox")
    assert await figures(at, IN) == {"": 0}


async def test_a_file_that_nobody_fetches_is_measured(at: ChannelDesk) -> None:
    conversation = await at.write(await at.add())
    harness = at.desk.harness
    await harness.runtime.pool.execute(
        """INSERT INTO awaited_files (id, message_id, channel, reference, name, media_type, due_at, attempts)
           SELECT 'att_1', id, 'wechat', 'media-1', 'a.jpg', 'image/jpeg', $2, 0 FROM messages WHERE conversation_id = $1""",
        conversation["id"],
        harness.clock.now(),
    )
    harness.clock.advance(seconds=900)
    assert await figures(at, FILE) == {"": 900}
    assert await figures(at, IN) == {"": 0}


async def test_messages_that_could_not_be_sent_so_far_are_counted_by_channel(at: ChannelDesk) -> None:
    name = "aftercare_channel_deliveries_repeated"
    for each in range(3):
        await at.write(await at.add(f"buyer{each}@example.com"))
    at.email.results = [UNAVAILABLE, UNAVAILABLE]
    assert await figures(at, name) == {"email": 0, "wechat": 0, "qq": 0, "sms": 0}
    due = await at.deliver()
    assert due is not None
    assert await figures(at, name) == {"email": 2, "wechat": 0, "qq": 0, "sms": 0}
    at.desk.harness.clock.advance(seconds=(due - at.desk.harness.clock.now()).total_seconds())
    await at.deliver()
    assert await figures(at, name) == {"email": 0, "wechat": 0, "qq": 0, "sms": 0}
