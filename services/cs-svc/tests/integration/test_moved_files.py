"""Files and notes that are stored while their conversation is merged into another one: they are where their message is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.testing import until
from attachment_desk import AttachmentDesk, attachment_desk
from cs_svc.commands import earlier_files, media
from cs_svc.commands.media import Claimed
from cs_svc.domain.channels import Channel
from cs_svc.integrations.channels.port import FetchedMedia, Media, Outcome
from cs_svc.settings import Settings
from cs_svc.tables.conversations import MESSAGES
from file_samples import encoded, scene

CONTENT = encoded(scene())
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
EARLIER = """
INSERT INTO message_attachments (id, message_id, name, media_type, size_bytes, sha256, content)
VALUES ('att_1', $1, '1.jpg', 'image/jpeg', $2, encode(sha256($3), 'hex'), $3)
"""


@pytest.fixture
async def at(postgres_url: str, tmp_path: Path) -> AsyncIterator[AttachmentDesk]:
    async with attachment_desk(postgres_url, tmp_path / "store") as made:
        yield made


async def merge(at: AttachmentDesk, source: str) -> httpx.Response:
    return await at.desk.agent.post(f"/v1/conversations/{source}/merge", json={"into_id": at.conversation_id})


async def awaited(at: AttachmentDesk, message_id: str) -> Claimed:
    async with at.desk.harness.runtime.transaction() as tx:
        message = await tx.get(MESSAGES, message_id)
        await media.queue(tx, "att_1", Channel.WECHAT, message, Media(reference="m-1", name="1", media_type="image/*"))
    async with at.desk.harness.runtime.transaction() as tx:
        claimed = await media.claim(tx)
    assert isinstance(claimed, Claimed)
    return claimed


async def fetched(tx: Transaction[Settings], claimed: Claimed) -> None:
    found = FetchedMedia(outcome=Outcome.SENT, content=CONTENT, media_type="image/jpeg")
    await media.close(tx, claimed.file, found)


@pytest.mark.parametrize("which", ["fetched", "of a build of before"])
async def test_a_file_that_is_stored_beside_a_merge_is_where_its_message_is(at: AttachmentDesk, which: str) -> None:
    source, pool = await at.opened(), at.desk.harness.runtime.pool
    [message] = (await at.desk.buyer.get(f"/v1/conversations/{source}/messages")).json()["data"]
    if which == "fetched":
        claimed = await awaited(at, message["id"])
    else:
        await pool.execute(EARLIER, message["id"], len(CONTENT), CONTENT)
    async with asyncio.TaskGroup() as tasks, at.desk.harness.runtime.transaction() as tx:
        if which == "fetched":
            await fetched(tx, claimed)
        else:
            assert await earlier_files.adopt(tx)
        merging = tasks.create_task(merge(at, source))

        async def is_reached() -> bool:
            return merging.done() or await pool.fetchval(WAITING) is not None

        await until(is_reached, "a merge that is done, or waits for the file")
    assert merging.result().status_code == 200
    await at.checked()
    assert await at.listed(at.desk.agent) == ["att_1"]
    assert (await at.file("att_1"))["message_id"] == message["id"]


async def test_a_note_is_taken_along_or_refused(at: AttachmentDesk) -> None:
    source = await at.opened()
    path = f"/v1/conversations/{source}/notes"
    answers = await asyncio.gather(
        *(at.desk.agent.post(path, json={"text": str(each)}) for each in range(5)), merge(at, source)
    )
    assert answers.pop().status_code == 200
    written = [each.json()["id"] for each in answers if each.status_code == 201]
    listed = (await at.desk.agent.get("/v1/notes", params={"conversation_id": at.conversation_id})).json()["data"]
    assert {each["id"] for each in listed} == set(written)
    at.desk.harness.problem(await at.desk.agent.post(path, json={"text": "late"}), 409, "conversation_merged")
