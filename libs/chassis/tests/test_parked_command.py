"""The operator's words: what they print, what they refuse in one line, who decided."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aftercare_chassis.parked_command import ParkedWords
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness
from aftercare_events import OrderCancelled
from typer.testing import CliRunner

Make = Callable[..., OrderCancelled]
Act = Callable[[Runtime], Awaitable[int | None]]


class Words:
    """Speaks the words as a shell would; what they do runs on the test's own loop and database."""

    def __init__(self, tally: Harness, capsys: pytest.CaptureFixture[str]) -> None:
        self._tally, self._capsys, self._acts = tally, capsys, list[Act]()
        self._app = ParkedWords(tally.service.handlers, self._acts.append).group()

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
    assert "OrderCancelled.v1  ord_1  ValueError: this can never be handled" in told.splitlines()[0]
    listed: list[dict[str, Any]] = json.loads((await words("list", "--json"))[1])
    number = str(listed[0]["id"])
    shown = json.loads((await words("show", number, "--json"))[1])
    assert (shown["data"]["cause"], shown["headers"]["ce_subject"]) == ("poison", "ord_1")
    assert f"event_id     {shown['event_id']}" in (await words("show", number))[1]


async def test_every_refusal_is_one_line_and_exit_1(words: Words) -> None:
    first, second = (str(each["id"]) for each in json.loads((await words("list", "--json"))[1]))
    for said in (
        await words("show", "4711"),
        await words("retry", second),
        await words("retry", first),
        await words("retry-key", "ord_1"),
        await words("discard", first, "--reason", "  "),
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
