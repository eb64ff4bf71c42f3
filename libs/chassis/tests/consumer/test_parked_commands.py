"""The commands over parked events: what they print, what they refuse in one line, who decided."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from aftercare_chassis.consumer.cli import ParkedCommands
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness
from aftercare_events import Envelope, OrderCancelled
from aiokafka import TopicPartition
from typer.testing import CliRunner

Make = Callable[..., OrderCancelled]
ORDERS = TopicPartition("aftercare.orders.v1", 0)
Function = Callable[[Runtime], Awaitable[int | None]]


class Commands:
    """Runs the commands as a shell would; what they do runs on the test's own loop and database."""

    def __init__(self, tally: Harness, capsys: pytest.CaptureFixture[str]) -> None:
        self._tally, self._capsys, self._functions = tally, capsys, list[Function]()
        self._app = ParkedCommands(tally.service.handlers, self._functions.append).group()

    async def __call__(self, *arguments: str) -> tuple[int | None, str]:
        """Exit code and output, that of stderr where the code is not 0."""
        result = CliRunner().invoke(self._app, arguments)
        if not self._functions:
            return result.exit_code, result.output
        self._capsys.readouterr()
        code = await self._functions.pop()(self._tally.runtime)
        out, err = self._capsys.readouterr()
        return code, (err if code else out).strip()


@pytest.fixture
async def commands(tally: Harness, capsys: pytest.CaptureFixture[str], order_cancelled: Make) -> Commands:
    for cause in ("unprocessable", "buyer"):
        await tally.consume(order_cancelled("ord_1", cause))
    return Commands(tally, capsys)


async def test_list_and_show_for_people_and_programs(commands: Commands) -> None:
    code, output = await commands("list")
    assert (code, len(output.splitlines())) == (0, 2)
    assert "refused  OrderCancelled.v1  ord_1  ValueError: this can never be handled" in output.splitlines()[0]
    assert "behind  OrderCancelled.v1  ord_1  behind a parked event" in output.splitlines()[1]
    listed: list[dict[str, Any]] = json.loads((await commands("list", "--json"))[1])
    number = str(listed[0]["id"])
    shown = json.loads((await commands("show", number, "--json"))[1])
    assert (shown["data"]["cause"], shown["headers"]["ce_subject"]) == ("unprocessable", "ord_1")
    assert f"event_id     {shown['event_id']}" in (await commands("show", number))[1]


CORRUPTED: dict[str, tuple[Callable[[Any, Any], Any], str, str, str]] = {
    "unreadable": (
        lambda r, _: replace(r, headers=[h for h in r.headers if h[0] != "ce_source"]),
        "unreadable  OrderCancelled.v1  ord_1  header ce_source is missing",
        "unreadable: header ce_source is missing",
        "unreadable: header ce_source is missing",
    ),
    "keyless": (
        lambda r, _: replace(r, key=None),
        "unreadable  OrderCancelled.v1  -  the message has no key; no key names an aggregate, so none is held",
        "unreadable: the message has no key; no key names an aggregate, so none is held",
        "0 events of",
    ),
    "too large": (
        lambda r, _: replace(r, value=b" " * 70_000),
        "too_large  OrderCancelled.v1  ord_1  OrderCancelled.v1 has 70000 bytes of data, 65536 are allowed",
        "too_large: OrderCancelled.v1 has 70000 bytes of data, 65536 are allowed",
        "too_large: ",
    ),
    "wrong schema": (
        lambda r, _: replace(r, value=b'{"\\u001b[31m": 1}'),
        "wrong_schema  OrderCancelled.v1  ord_1  the data does not fit OrderCancelled.v1: affected_party: Field required; ",
        "wrong_schema: the data does not fit OrderCancelled.v1: affected_party: Field required; ",
        "wrong_schema: ",
    ),
    "unknown version": (
        lambda r, _: replace(r, headers=[(n, b"OrderCancelled.v2" if n == "ce_type" else v) for n, v in r.headers]),
        "unknown_version  OrderCancelled.v2  ord_1  OrderCancelled.v2 is newer than OrderCancelled.v1, the newest version",
        "unknown_version: OrderCancelled.v2 is newer than OrderCancelled.v1, the newest version that this build reads",
        "unknown_version: ",
    ),
    "gap": (
        lambda r, _: replace(r, headers=[(n, b"%020d" % 4 if n == "ce_sequence" else v) for n, v in r.headers]),
        "sequence_gap  OrderCancelled.v1  ord_1  expected sequence 2, got 4",
        "sequence_gap: expected sequence 2, got 4",
        "sequence_gap: ",
    ),
    "contradiction": (
        lambda r, first: replace(first, value=r.value.replace(b'"buyer"', b'"other"')),
        "contradiction  OrderCancelled.v1  ord_1  this event came before, with other content",
        "contradiction: sequence 1 was taken by another event; the last one of the aggregate is 1",
        "contradiction: ",
    ),
}


@pytest.mark.parametrize("name", CORRUPTED)
async def test_what_each_command_prints_and_does_for_each_reason(
    tally: Harness, capsys: pytest.CaptureFixture[str], order_cancelled: Make, name: str
) -> None:
    corrupt, line, retried, all_retried = CORRUPTED[name]
    first, second = (
        tally.record(Envelope.of(order_cancelled("ord_1"), id=UUID(int=n), source="/x", sequence=n, correlation_id="c"))
        for n in (1, 2)
    )
    await tally.consumer.process(ORDERS, [first])
    await tally.consumer.process(ORDERS, [replace(corrupt(second, first), offset=second.offset)])
    commands = Commands(tally, capsys)
    code, output = await commands("list")
    assert (code, len(output.splitlines())) == (0, 1)
    assert line in output
    [listed] = json.loads((await commands("list", "--json"))[1])
    number, park_reason = str(listed["id"]), retried.partition(":")[0]
    assert (listed["trouble"], listed["log_offset"]) == (park_reason, 1)
    shown = (await commands("show", number))[1]
    assert f"trouble      {park_reason}" in shown
    assert f"reason       {listed['reason']}" in shown
    assert "\x1b" not in shown
    for arguments in (("retry", number), ("retry-key", "ord_1")):
        code, output = await commands(*arguments)
        assert output.startswith(retried if arguments[0] == "retry" else all_retried)
        assert len(output.splitlines()) == 1
    code, output = await commands("retry", number, "--despite-gap", "2 and 3 are lost")
    assert code == (0 if name == "gap" else 1), "it passes a gap and nothing else"
    if name != "gap":
        assert (await commands("discard", number, "--reason", "a test shop"))[0] == 0
    assert (await commands("list"))[1] == "nothing is parked"
    blocked: Any = await tally.runtime.pool.fetchval("SELECT blocked_since FROM subject_state")
    assert blocked is None
    kept: Any = await tally.runtime.pool.fetchrow("SELECT decision, reason, log_offset FROM parked_decision")
    assert tuple(kept) == (("retried", "2 and 3 are lost", 1) if name == "gap" else ("discarded", "a test shop", 1))


async def test_every_refusal_is_one_line_and_exit_1(commands: Commands) -> None:
    first, second = (str(each["id"]) for each in json.loads((await commands("list", "--json"))[1]))
    for code, output in (
        await commands("show", "4711"),
        await commands("retry", second),
        await commands("retry", first),
        await commands("retry-key", "ord_1"),
        await commands("discard", first, "--reason", " \u200b "),
    ):
        assert code == 1
        assert len(output.splitlines()) == 1
    assert (await commands("discard", first))[0] == 2, "a reason has to be given"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("show", "9" * 20), "less than or equal to 9223372036854775807"),
        (("retry", "9" * 20), "less than or equal to 9223372036854775807"),
        (("discard", str(2**63), "--reason", "a test shop"), "less than or equal to 9223372036854775807"),
        (("list", "--limit", "9" * 20), "less than or equal to 9223372036854775807"),
        (("retry-key", "ord_\udcff"), "is not UTF-8"),
        (("discard", "1", "--reason", "\udcff"), "is not UTF-8"),
        (("retry", "1", "--by", "\udcff"), "is not UTF-8"),
        (("retry", "1", "--despite-gap", "\udcff"), "is not UTF-8"),
    ],
)
async def test_what_the_database_cannot_hold_is_a_usage_error(
    commands: Commands, arguments: tuple[str, ...], why: str
) -> None:
    code, output = await commands(*arguments)
    assert (code, "Traceback" in output) == (2, False)
    assert why in " ".join(output.replace("│", " ").split())


async def test_who_decided_is_kept(tally: Harness, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = (str(each["id"]) for each in json.loads((await commands("list", "--json"))[1]))
    assert (await commands("discard", first, "--reason", "a test shop", "--by", "op-1"))[0] == 0
    monkeypatch.setenv("LOGNAME", "op-2")
    code, output = await commands("retry-key", "ord_1", "--json")
    assert (code, json.loads(output)) == (0, {"retried": 1})
    assert (await commands("list"))[1] == "nothing is parked"
    found: Any = await tally.runtime.pool.fetch("SELECT decision, decided_by, reason FROM parked_decision ORDER BY id")
    assert [tuple(row) for row in found] == [("discarded", "op-1", "a test shop"), ("retried", "op-2", "")]
