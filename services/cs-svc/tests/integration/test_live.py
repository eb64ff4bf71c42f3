"""The messages of a conversation as a stream of server-sent events."""

import asyncio
import json

import pytest
from aftercare_chassis.http import sse
from aftercare_chassis.testing.waiting import until
from cs_desk import Desk, made


async def test_a_stream_resumes_after_the_last_event_id(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    for text in ("one", "two"):
        made(await prepared.buyer.post(f"{path}/messages", json={"text": text}))

    async def received(last: str | None = None) -> list[tuple[str, str]]:
        stream = await prepared.agent.get(f"{path}/live", headers={"Last-Event-ID": last} if last else {})
        assert (stream.status_code, stream.headers["content-type"]) == (200, "text/event-stream")
        events = [dict(line.split(": ", 1) for line in each.splitlines()) for each in stream.text.split("\n\n") if each]
        assert "retry" in events[0]
        return [(each["id"], json.loads(each["data"])["text"]) for each in events[1:]]

    everything = await received()
    shown = (await prepared.agent.get(path)).json()["messages"]
    assert [text for _, text in everything] == [each["text"] for each in shown]
    assert await received(everything[-2][0]) == everything[-1:]
    assert await received(everything[-1][0]) == []


@pytest.mark.parametrize("last", ["x", "1", "٠٠٠٠٠٠٠١", "00000001 "])
async def test_an_unknown_last_event_id_is_refused(prepared: Desk, last: str) -> None:
    path = f"/v1/conversations/{(await prepared.conversation())['id']}/live"
    refused = await prepared.buyer.get(path, headers={"Last-Event-ID": last.encode()})
    prepared.harness.problem(refused, 400, "last_event_unknown")


async def test_a_process_refuses_more_streams_than_its_limit(prepared: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_STREAMS", 0)
    refused = await prepared.buyer.get(f"/v1/conversations/{(await prepared.conversation())['id']}/live")
    prepared.harness.problem(refused, 503, "too_many_streams")
    assert refused.headers["retry-after"]


async def test_a_stream_ends_after_its_time(prepared: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "STREAM_SECONDS", 0.1)
    monkeypatch.setattr(sse, "READ_SECONDS", 0.05)
    prepared.harness.runtime.leaving = lambda: False
    path = f"/v1/conversations/{(await prepared.conversation())['id']}/live"
    assert (await asyncio.wait_for(prepared.buyer.get(path), 60)).status_code == 200
    assert prepared.harness.runtime.streams == 0


async def test_a_reader_may_have_so_many_streams_which_end_with_the_token(
    prepared: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "READ_SECONDS", 0.05)
    prepared.harness.runtime.leaving = lambda: False
    path = f"/v1/conversations/{(await prepared.conversation())['id']}/live"
    reading = asyncio.create_task(prepared.buyer.get(path))

    async def has_begun() -> bool:
        return prepared.harness.runtime.streams == 1

    await until(has_begun, "a stream")
    monkeypatch.setattr(sse, "MAX_STREAMS_OF_ONE", 1)
    prepared.harness.problem(await prepared.buyer.get(path), 503, "too_many_streams")
    assert (await prepared.agent.head(path)).status_code == 200
    prepared.harness.clock.advance(hours=24 * 365 + 1)
    assert (await asyncio.wait_for(reading, 60)).text.count("data:") == 1
    assert (prepared.harness.runtime.streams, len(prepared.harness.runtime.streams_of)) == (0, 0)
