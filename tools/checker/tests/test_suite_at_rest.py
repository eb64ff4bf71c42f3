"""Reading a service's database, the whole check of a suite, and waiting until it is at rest."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.kafka import clients, topics
from aftercare_chassis.testing import Harness
from aftercare_checker import Suite, check, command, database, log, settled
from aftercare_checker.check import at_rest
from aftercare_checker.history import Command
from aftercare_events import Envelope, codec
from kb_svc import main as kb

DRAFT = {"kind": "policy", "slug": "returns", "language": "zh-CN", "title": "退货", "body": "可以退。"}
TOPIC = "aftercare.articles.v1"


@dataclass(frozen=True, slots=True)
class Published:
    """kb-svc with one article, whose events are on the log and no longer in the outbox."""

    harness: Harness[Any]
    suite: Suite
    article: str

    async def execute(self, statement: str) -> None:
        await self.harness.runtime.pool.execute(statement)

    async def violations(self, **options: Any) -> list[str]:
        report = await check(self.suite, **options)
        return [line for result in report.results for line in result.violations]


async def publish(bootstrap: str, envelopes: list[Envelope]) -> None:
    async with clients.producer(bootstrap, "test") as producer:
        for envelope in envelopes:
            key, value, headers = codec.encode(envelope)
            await producer.send_and_wait(envelope.topic, value, key=key, headers=list(headers))


@pytest.fixture
async def published(postgres_url: str, kafka_bootstrap: str) -> AsyncIterator[Published]:
    await topics.create(kafka_bootstrap, replication=1, min_isr=1, partitions=None, retention_ms=-1)
    async with Harness.start(kb.service, postgres_url) as harness:
        response = await harness.client("agent", "agent-1").post("/v1/articles", json=DRAFT)
        assert response.status_code == 201, response.text
        envelopes = await harness.envelopes()
        await publish(kafka_bootstrap, envelopes)
        await harness.runtime.pool.execute("DELETE FROM outbox")
        suite = Suite(kafka_bootstrap, {"kb-svc": harness.settings.database_url}, topics=(TOPIC,))
        assert await settled(suite, seconds=30), "the new topics can be read"
        yield Published(harness, suite, response.json()["id"])


async def test_the_tables_of_a_service_are_read_in_one_snapshot(published: Published) -> None:
    state = await database.read("kb-svc", published.suite.databases["kb-svc"])

    assert state.aggregates["articles"] == {published.article: 1}
    assert (state.outbox, state.blocked, state.parked) == (0, [], [])
    assert (state.trace, state.journal, state.findings) == (None, None, {})


async def test_a_suite_at_rest_has_no_violation(published: Published) -> None:
    report = await check(published.suite)

    # The broker of the test run has events of other tests as well, of other aggregates.
    own = [line for result in report.results for line in result.violations if published.article in line]
    assert own == []
    assert report["outbox drained"].holds
    assert report["row version = events on the log"].checked == 1


async def test_a_version_without_its_event_is_a_violation(published: Published) -> None:
    await published.execute("UPDATE articles SET version = version + 1")

    assert f"kb-svc.articles {published.article} has version 2; not on the log: [2]" in await published.violations()


async def test_a_blocked_outbox_row_is_a_violation(published: Published) -> None:
    await published.execute(
        "INSERT INTO outbox_blocked (aggregateid, event_id, reason) "
        f"VALUES ('{published.article}', gen_random_uuid(), 'MessageSizeTooLarge')"
    )

    assert f"kb-svc: blocked {published.article}: MessageSizeTooLarge" in await published.violations()


async def test_a_response_without_its_row_is_a_violation(published: Published) -> None:
    lost = Command("k", "kb-svc", "/v1/articles", statuses=[201], returned={("art_lost", 1)})

    assert "kb-svc has no art_lost, which a client got (/v1/articles)" in await published.violations(commands=[lost])


async def test_a_suite_with_unpublished_events_is_not_at_rest(published: Published) -> None:
    assert await at_rest(published.suite)
    await published.harness.client("agent", "agent-1").post("/v1/articles", json=DRAFT | {"slug": "freight"})

    assert not await at_rest(published.suite)
    assert not await settled(published.suite, seconds=0.3)
    await published.execute("DELETE FROM outbox")
    assert await settled(published.suite, seconds=10, quiet=0)


async def test_a_consumer_that_is_behind_is_not_at_rest(published: Published) -> None:
    await published.execute(
        "INSERT INTO consumer_cursor (consumer, topic, partition, next_offset, first_offset) "
        f"SELECT 'kb-svc', '{TOPIC}', n, 0, 0 FROM generate_series(0, 11) n"
    )

    assert not await at_rest(published.suite)
    assert any("kb-svc is at 0 of" in line for line in await published.violations())


async def test_a_database_that_does_not_answer_is_not_at_rest(published: Published) -> None:
    gone = Suite(published.suite.kafka, {"kb-svc": "postgresql://nobody@127.0.0.1:9/none"})

    assert not await settled(gone, seconds=0.3)


async def test_a_blocked_aggregate_is_not_waited_for(published: Published) -> None:
    await published.harness.client("agent", "agent-1").post("/v1/articles", json=DRAFT | {"slug": "freight"})
    await published.execute(
        "INSERT INTO outbox_blocked (aggregateid, event_id, reason) "
        "SELECT aggregateid, event_id, 'MessageSizeTooLarge' FROM outbox"
    )

    assert await at_rest(published.suite)


PARKED = """
INSERT INTO parked_event (consumer, topic, partition, log_offset, aggregateid, type, headers, trouble, reason)
VALUES ('kb-svc', 'aftercare.insights.v1', 0, 7, 'art_1', 'ArticleDrafted.v1', '{}', 'wrong_schema', 'WrongSchema')
"""
TRACE = "CREATE TABLE trace_events (event_id uuid, topic text, type text, subject text, sequence int)"
JOURNAL = "CREATE TABLE effects (id int, event_id uuid, subject text, sequence int)"


async def read_up_to(published: Published, cursors: dict[tuple[str, int], int]) -> None:
    """Give the consumer of the service these cursors and no others."""
    await published.execute("DELETE FROM consumer_cursor")
    for (topic, partition), offset in cursors.items():
        await published.execute(
            "INSERT INTO consumer_cursor (consumer, topic, partition, next_offset, first_offset) "
            f"VALUES ('kb-svc', '{topic}', {partition}, {offset}, 0)"
        )


async def test_a_consumer_of_some_topics_is_waited_for_in_those_alone(published: Published) -> None:
    ends = log.ends(published.suite.kafka, published.suite.topics)
    await read_up_to(published, {("aftercare.insights.v1", 0): 0})

    assert await at_rest(published.suite), "it does not read articles"
    await read_up_to(published, {place: end for place, end in ends.items() if not end})
    assert not await at_rest(published.suite), "it reads articles, but not the partitions with messages"


@pytest.mark.parametrize("reader", ["trace", "journal"])
async def test_a_consumer_of_all_topics_is_behind_without_a_cursor(published: Published, reader: str) -> None:
    suite = replace(published.suite, journals={"kb-svc": "effects"}) if reader == "journal" else published.suite
    if reader == "trace":
        await published.execute(TRACE)
    ends = log.ends(suite.kafka, suite.topics)

    assert not await at_rest(suite), "it has read nothing yet"
    await read_up_to(published, {("aftercare.insights.v1", 0): 0})
    assert not await at_rest(suite), "it has not begun with articles"
    await read_up_to(published, ends)
    assert await at_rest(suite)


async def test_trace_and_journal_are_checked_where_they_exist(published: Published) -> None:
    of_article = f"ArticleDrafted.v1 of {published.article} #1 is not in the trace"
    without = await check(published.suite)
    assert not {"trace = log", "effects once and in order"} & {result.name for result in without.results}

    await published.execute(TRACE)
    await published.execute(JOURNAL)
    suite = replace(published.suite, journals={"kb-svc": "effects"})
    both = await check(suite)

    assert of_article in both["trace = log"].violations
    assert f"kb-svc: {published.article} #1 has no effect" in both["effects once and in order"].violations
    left_out = await check(suite, unhandled=["ArticleDrafted.v1"])
    assert left_out["effects once and in order"].holds


def run_command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["aftercare-check", *arguments])
    with pytest.raises(SystemExit) as ended:
        command.main()
    return int(ended.value.code or 0)


@pytest.fixture
def stack_file(published: Published, tmp_path: Path) -> Path:
    suite = published.suite
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"kafka": suite.kafka, "databases": suite.databases, "topics": list(suite.topics)}))
    return file


@pytest.mark.parametrize(
    "content", ["{}", "not json", '{"kafka": "127.0.0.1:9", "databases": {"x": "postgresql://127.0.0.1:9/x"}}']
)
def test_a_suite_that_cannot_be_read_is_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    (tmp_path / "stack.json").write_text(content)
    monkeypatch.setattr(log, "TIMEOUT_SECONDS", 0.5)

    assert run_command(monkeypatch, "--stack", str(tmp_path / "stack.json"), "--wait", "0.1") == 2
    assert capsys.readouterr().err.startswith("aftercare-check: ")


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
def test_a_wait_that_is_no_time_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seconds: str
) -> None:
    assert run_command(monkeypatch, "--wait", seconds) == 2
    assert "must be a number of seconds" in capsys.readouterr().err


@pytest.fixture
async def nothing_happened(published: Published, tmp_path: Path) -> Path:
    """The stack file of a service without rows; nobody publishes on its topic."""
    await published.execute("TRUNCATE articles CASCADE")
    suite = published.suite
    file = tmp_path / "stack.json"
    of_nobody = {"kafka": suite.kafka, "databases": suite.databases, "topics": ["aftercare.insights.v1"]}
    file.write_text(json.dumps(of_nobody))
    return file


async def test_the_exit_code_is_0_where_everything_holds(
    nothing_happened: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(run_command, monkeypatch, "--stack", str(nothing_happened)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert all(line.startswith("ok ") for line in lines)


async def test_the_exit_code_is_1_where_an_event_is_parked_unless_that_is_allowed(
    published: Published, nothing_happened: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await published.execute(PARKED)
    arguments = ("--stack", str(nothing_happened))

    assert await asyncio.to_thread(run_command, monkeypatch, *arguments) == 1
    assert "- kb-svc: ArticleDrafted.v1 of art_1 at aftercare.insights.v1/0@7: WrongSchema" in capsys.readouterr().out
    assert await asyncio.to_thread(run_command, monkeypatch, *arguments, "--allow-parked") == 0


async def test_a_history_is_compared_and_a_suite_that_is_not_at_rest_is_reported(
    published: Published,
    nothing_happened: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    attempt = {"key": "k", "service": "kb-svc", "method": "POST", "path": "/v1/articles", "status": 201}
    history = tmp_path / "history.jsonl"
    history.write_text(json.dumps(attempt | {"id": "art_lost", "version": 1}))
    await published.harness.client("agent", "agent-1").post("/v1/articles", json=DRAFT)
    options = ("--history", str(history), "--wait", "0.1")

    assert await asyncio.to_thread(run_command, monkeypatch, "--stack", str(nothing_happened), *options) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("not at rest within 0.1 s")
    assert "kb-svc: 1 rows left" in printed
    assert "kb-svc has no art_lost, which a client got (/v1/articles)" in printed
    assert "kb-svc.articles: 1 objects that no client got" in printed


def test_a_stack_file_is_read(stack_file: Path, published: Published) -> None:
    assert Suite.read(stack_file) == published.suite
    assert "postgresql" not in repr(Suite.read(stack_file))
