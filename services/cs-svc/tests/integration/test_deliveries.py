"""Messages in a conversation over a channel are delivered once, and what becomes of them is shown."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing import Harness
from channel_desk import ChannelDesk, channel_desk
from cs_svc.commands import deliveries
from cs_svc.domain.channels import MOST_ATTEMPTS, Channel, DeliveryAction
from cs_svc.integrations.channels.port import Outcome, Sent

UNAVAILABLE = Sent(Outcome.UNAVAILABLE, why="connection_refused")


@pytest.fixture
async def at(postgres_url: str) -> AsyncIterator[ChannelDesk]:
    async with channel_desk(postgres_url) as desk:
        yield desk


async def report(harness: Harness, action: DeliveryAction, external_id: str, why: str | None = None) -> object:
    async with harness.runtime.transaction() as tx:
        return await deliveries.report(tx, action, channel=Channel.EMAIL, external_id=external_id, why=why)


async def test_what_an_agent_writes_is_delivered_once(at: ChannelDesk) -> None:
    conversation = await at.write(await at.add())
    await at.desk.agent.post(f"/v1/conversations/{conversation['id']}/messages", json={"text": "还有别的问题吗？"})
    assert await at.deliver() is None
    assert await at.deliver() is None
    assert [each.text for each in at.email.sent] == ["您好", "还有别的问题吗？"]
    assert {each.subject for each in at.email.sent} == {"关于您的退货"}
    assert [each["state"] for each in await at.deliveries(conversation)] == ["sent", "sent"]


async def test_what_the_buyer_writes_is_not_sent_back(at: ChannelDesk) -> None:
    identity = await at.add()
    conversation = await at.write(identity)
    await at.link(identity)
    await at.desk.buyer.post(f"/v1/conversations/{conversation['id']}/messages", json={"text": "没有了"})
    await at.deliver()
    assert [each.text for each in at.email.sent] == ["您好"]


async def test_a_channel_that_is_away_is_tried_again_and_given_up(at: ChannelDesk) -> None:
    conversation = await at.write(await at.add())
    at.email.results = [UNAVAILABLE] * MOST_ATTEMPTS
    for attempt in range(MOST_ATTEMPTS):
        due = await at.deliver()
        assert len(at.email.sent) == attempt + 1
        if due is not None:
            at.desk.harness.clock.advance(seconds=(due - at.desk.harness.clock.now()).total_seconds())
    [failed] = await at.deliveries(conversation)
    assert (failed["state"], failed["why"], failed["due_at"]) == ("failed", "connection_refused", None)
    retried = await at.desk.agent.post(f"/v1/deliveries/{failed['id']}/retry")
    assert retried.json()["state"] == "queued"
    await at.deliver()
    [sent] = await at.deliveries(conversation)
    assert sent["state"] == "sent"
    again = await at.desk.agent.post(f"/v1/deliveries/{failed['id']}/retry")
    at.desk.harness.problem(again, 409, "illegal_transition")


async def test_a_refused_message_is_not_tried_again(at: ChannelDesk) -> None:
    conversation = await at.write(await at.add())
    at.email.results = [Sent(Outcome.REFUSED, why="mailbox_unknown")]
    assert await at.deliver() is None
    [failed] = await at.deliveries(conversation)
    assert (failed["state"], failed["why"], failed["attempts"]) == ("failed", "mailbox_unknown", 1)


@pytest.mark.parametrize("safe", [True, False])
async def test_a_process_that_ends_while_sending_sends_twice_only_where_that_is_harmless(
    at: ChannelDesk, safe: bool
) -> None:
    conversation = await at.write(await at.add())
    at.email.repeats_safely, at.email.results = safe, [ConnectionError()]
    with pytest.raises(ConnectionError):
        await at.deliver()
    at.desk.harness.clock.advance(seconds=deliveries.LEASE.total_seconds() + 1)
    await at.deliver()
    [ended] = await at.deliveries(conversation)
    assert len(at.email.sent) == (2 if safe else 1)
    assert len({each.delivery_id for each in at.email.sent}) == 1
    assert (ended["state"], ended["why"]) == (("sent", None) if safe else ("failed", "outcome_unknown"))


async def test_reports_come_late_twice_and_in_any_order(at: ChannelDesk) -> None:
    conversation = await at.write(await at.add())
    await at.deliver()
    harness = at.desk.harness
    assert await report(harness, DeliveryAction.CONFIRM, "unknown") is None
    await report(harness, DeliveryAction.CONFIRM, "ext-1")
    await report(harness, DeliveryAction.CONFIRM, "ext-1")
    await report(harness, DeliveryAction.BOUNCE, "ext-1", "mailbox_full")
    await report(harness, DeliveryAction.CONFIRM, "ext-1")
    [bounced] = await at.deliveries(conversation)
    assert (bounced["state"], bounced["why"]) == ("bounced", "mailbox_full")


async def test_a_channel_without_an_account_fails_with_a_reason(at: ChannelDesk) -> None:
    conversation = await at.write(await at.add("13800138000", "sms"))
    await at.deliver()
    [failed] = await at.deliveries(conversation)
    assert failed["why"] == "channel_not_connected"


async def test_what_is_queued_when_a_link_is_undone_is_not_sent(at: ChannelDesk) -> None:
    identity = await at.add()
    mails, desk = await at.write(identity), at.desk
    await at.link(identity)
    await desk.order()
    await desk.case()
    other = await desk.conversation()
    merge = f"/v1/conversations/{other['id']}/merge"
    assert (await desk.agent.post(merge, json={"into_id": mails["id"]})).status_code == 200
    await at.deliver()
    written = await desk.agent.post(f"/v1/conversations/{mails['id']}/messages", json={"text": "退款已到账"})
    assert written.status_code == 201
    undone = await desk.agent.post(f"/v1/identities/{identity['id']}/unlink", json={"reason": "误关联"})
    assert undone.status_code == 200
    await at.deliver()
    assert [each.text for each in at.email.sent] == ["您好"]
    assert [(each["state"], each["why"]) for each in await at.deliveries(mails)] == [
        ("failed", "identity_unlinked"),
        ("sent", None),
    ]


async def test_what_is_queued_in_a_conversation_that_goes_back_with_its_address_is_sent(at: ChannelDesk) -> None:
    identity = await at.add()
    await at.link(identity)
    await at.write(identity)
    await at.desk.agent.post(f"/v1/identities/{identity['id']}/unlink", json={"reason": "误关联"})
    await at.deliver()
    assert [each.text for each in at.email.sent] == ["您好"]


async def test_nothing_is_written_to_a_telephone(at: ChannelDesk) -> None:
    identity = await at.add("13800138000", "phone")
    refused = await at.desk.agent.post(f"/v1/identities/{identity['id']}/conversations", json={"text": "您好"})
    at.desk.harness.problem(refused, 409, "channel_not_written")
