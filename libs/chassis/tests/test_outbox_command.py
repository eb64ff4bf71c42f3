"""The operator sees what waits in the outbox and lets a blocked aggregate go on."""

import json
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from aftercare_chassis.relay.cli import OutboxCommands
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness
from typer.testing import CliRunner

Act = Callable[[Runtime], Awaitable[int | None]]


async def test_what_waits_and_what_is_blocked(tally: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    acts = list[Act]()
    app = OutboxCommands(acts.append).group()

    async def say(*words: str) -> tuple[int | None, str]:
        CliRunner().invoke(app, words)
        code = await acts.pop()(tally.runtime)
        return code, capsys.readouterr().out.strip()

    made = await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1})
    key = made.json()["id"]
    block = "INSERT INTO outbox_blocked (aggregateid, event_id, reason) VALUES ($1, $2, 'MessageSizeTooLargeError')"
    await tally.runtime.pool.execute(block, key, uuid4())
    capsys.readouterr()
    code, told = await say("show")
    assert (code, told.split()[0]) == (0, "1")
    assert f"{key}  blocked since" in told
    assert json.loads((await say("show", "--json"))[1])["blocked"][0]["waiting"] == 1
    assert await say("release", key) == (0, f"{key} is tried again")
    assert (await say("release", key))[0] == 1
