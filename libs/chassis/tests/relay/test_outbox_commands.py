"""The commands over the outbox: what waits in it, and the release of a blocked aggregate."""

import json
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from aftercare_chassis.relay.cli import OutboxCommands
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness
from typer.testing import CliRunner

Function = Callable[[Runtime], Awaitable[int | None]]


async def test_waiting_and_blocked_events_are_shown_and_released(
    tally: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    functions = list[Function]()
    app = OutboxCommands(functions.append).group()

    async def run(*arguments: str) -> tuple[int | None, str]:
        CliRunner().invoke(app, arguments)
        code = await functions.pop()(tally.runtime)
        return code, capsys.readouterr().out.strip()

    made = await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1})
    key = made.json()["id"]
    block = "INSERT INTO outbox_blocked (aggregateid, event_id, reason) VALUES ($1, $2, 'MessageSizeTooLargeError')"
    await tally.runtime.pool.execute(block, key, uuid4())
    capsys.readouterr()
    code, output = await run("show")
    assert (code, output.split()[0]) == (0, "1")
    assert f"{key}  blocked since" in output
    assert json.loads((await run("show", "--json"))[1])["blocked"][0]["waiting"] == 1
    assert await run("release", key) == (0, f"{key} is tried again")
    assert (await run("release", key))[0] == 1
