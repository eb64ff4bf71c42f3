"""The operator's words: what they print, what they refuse in one line, who decided."""

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
Act = Callable[[Runtime], Awaitable[int | None]]


class Words:
    """Speaks the words as a shell would; what they do runs on the test's own loop and database."""

    def __init__(self, tally: Harness, capsys: pytest.CaptureFixture[str]) -> None:
        self._tally, self._capsys, self._acts = tally, capsys, list[Act]()
        self._app = ParkedCommands(tally.service.handlers, self._acts.append).group()

    async def __call__(self, *words: str) -> tuple[int | None, str]:
        """Exit code and what was said, on stderr where it is a refusal."""
        result = CliRunner().invoke(self._app, words)
        if not self._acts:
            return result.exit_code, result.output
        self._capsys.readouterr()
        code = await self._acts.pop()(self._tally.runtime)
        out, err = self._capsys.readouterr()
        return code, (err if code else out).strip()


@pytest.fixture
async def words(tally: Harness, capsys: pytest.CaptureFixture[str], order_cancelled: Make) -> Words:
    for cause in ("poison", "buyer"):
        await tally.consume(order_cancelled("ord_1", cause))
    return Words(tally, capsys)


async def test_list_and_show_for_people_and_programs(words: Words) -> None:
    code, told = await words("list")
    assert (code, len(told.splitlines())) == (0, 2)
    assert "refused  OrderCancelled.v1  ord_1  ValueError: this can never be handled" in told.splitlines()[0]
    assert "behind  OrderCancelled.v1  ord_1  behind a parked event" in told.splitlines()[1]
    listed: list[dict[str, Any]] = json.loads((await words("list", "--json"))[1])
    number = str(listed[0]["id"])
    shown = json.loads((await words("show", number, "--json"))[1])
    assert (shown["data"]["cause"], shown["headers"]["ce_subject"]) == ("poison", "ord_1")
    assert f"event_id     {shown['event_id']}" in (await words("show", number))[1]


SPOILT: dict[str, tuple[Callable[[Any, Any], Any], str, str, str]] = {
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
        "contradiction: sequence 1 was taken by another event; the aggregate stands at 1",
        "contradiction: ",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
async def test_what_each_word_shows_and_does_for_each_trouble(
    tally: Harness, capsys: pytest.CaptureFixture[str], order_cancelled: Make, name: str
) -> None:
    spoil, line, retried, all_retried = SPOILT[name]
    first, second = (
        tally.record(Envelope.of(order_cancelled("ord_1"), id=UUID(int=n), source="/x", sequence=n, correlation_id="c"))
        for n in (1, 2)
    )
    await tally.consumer.chunk(ORDERS, [first])
    await tally.consumer.chunk(ORDERS, [replace(spoil(second, first), offset=second.offset)])
    words = Words(tally, capsys)
    code, told = await words("list")
    assert (code, len(told.splitlines())) == (0, 1)
    assert line in told
    [listed] = json.loads((await words("list", "--json"))[1])
    number, trouble = str(listed["id"]), retried.partition(":")[0]
    assert (listed["trouble"], listed["log_offset"]) == (trouble, 1)
    shown = (await words("show", number))[1]
    assert f"trouble      {trouble}" in shown
    assert f"reason       {listed['reason']}" in shown
    assert "\x1b" not in shown
    for word in (("retry", number), ("retry-key", "ord_1")):
        code, told = await words(*word)
        assert told.startswith(retried if word[0] == "retry" else all_retried)
        assert len(told.splitlines()) == 1
    code, told = await words("retry", number, "--despite-gap", "2 and 3 are lost")
    assert code == (0 if name == "gap" else 1), "it opens the way past a gap and past nothing else"
    if name != "gap":
        assert (await words("discard", number, "--reason", "a test shop"))[0] == 0
    assert (await words("list"))[1] == "nothing is parked"
    held: Any = await tally.runtime.pool.fetchval("SELECT blocked_since FROM subject_state")
    assert held is None
    kept: Any = await tally.runtime.pool.fetchrow("SELECT decision, reason, log_offset FROM parked_decision")
    assert tuple(kept) == (("retried", "2 and 3 are lost", 1) if name == "gap" else ("discarded", "a test shop", 1))


async def test_every_refusal_is_one_line_and_exit_1(words: Words) -> None:
    first, second = (str(each["id"]) for each in json.loads((await words("list", "--json"))[1]))
    for said in (
        await words("show", "4711"),
        await words("retry", second),
        await words("retry", first),
        await words("retry-key", "ord_1"),
        await words("discard", first, "--reason", " \u200b "),
    ):
        assert said[0] == 1
        assert len(said[1].splitlines()) == 1
    assert (await words("discard", first))[0] == 2, "a reason has to be given"


async def test_who_decided_is_kept(tally: Harness, words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = (str(each["id"]) for each in json.loads((await words("list", "--json"))[1]))
    assert (await words("discard", first, "--reason", "a test shop", "--by", "op-1"))[0] == 0
    monkeypatch.setenv("LOGNAME", "op-2")
    code, told = await words("retry-key", "ord_1", "--json")
    assert (code, json.loads(told)) == (0, {"retried": 1})
    assert (await words("list"))[1] == "nothing is parked"
    found: Any = await tally.runtime.pool.fetch("SELECT decision, decided_by, reason FROM parked_decision ORDER BY id")
    assert [tuple(row) for row in found] == [("discarded", "op-1", "a test shop"), ("retried", "op-2", "")]
