"""What could not be processed is listed without its content, and processed again."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing import FixedClock
from aftercare_simulators.channels.telephone import Telephone
from cs_svc.commands import inbound
from cs_svc.domain.channels import Channel
from fastapi import FastAPI
from platform_desk import PlatformDesk, platform_desk, texts

TELEPHONE = Telephone(FixedClock().now)


@pytest.fixture
async def at(postgres_url: str) -> AsyncIterator[PlatformDesk]:
    async with platform_desk(postgres_url, FastAPI(), phone_webhook_secrets=TELEPHONE.secret) as desk:
        yield desk


async def test_what_an_unconnected_channel_left_is_processed_once_it_is_connected(
    at: PlatformDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, body = TELEPHONE.report("ended", "c-1", "13800138000")
    harness = at.desk.harness
    async with harness.runtime.transaction() as tx:
        await inbound.store(tx, Channel.SMS, "1", b"{}")
        await inbound.store(tx, Channel.PHONE, "2", body)
    [reading] = [each.step.__self__ for each in harness.service.workers if each.name == "channel-inbox"]
    channels, reading._channels = reading._channels, {}
    await at.run("channel-inbox")
    listed = (await at.desk.admin.get("/v1/channel-inbox", params={"state": "ignored"})).json()["data"]
    assert {each["why"] for each in listed} == {"channel_not_connected"}
    assert "raw" not in listed[0]
    assert (await at.desk.buyer.get("/v1/channel-inbox")).status_code == 403
    reading._channels = channels
    [phone] = (await at.desk.agent.get("/v1/channel-inbox", params={"channel": "phone"})).json()["data"]
    path = f"/v1/channel-inbox/{phone['id']}/redrive"
    assert (await at.desk.admin.post(path)).json()["state"] == "received"
    await at.run("channel-inbox")
    assert [texts(each) for each in await at.conversations()] == [["[未接来电]"]]
    harness.problem(await at.desk.agent.post(path), 409, "illegal_transition")
    assert (await at.desk.agent.post("/v1/channel-inbox/in_none/redrive")).status_code == 404
