"""Restores of one service's database to an earlier time: the log has what happened since, and `reconcile` brings it back."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from server_copies import Backups, ServerCopy, with_port
from servers import Process, servers
from shop_scenarios import Scenarios
from suite_processes import SuiteProcesses, suite_processes

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
async def archived() -> AsyncIterator[tuple[SuiteProcesses, Backups]]:
    """The whole suite, on a server that archives its log."""
    with servers() as made:
        backups = await Backups.enable(made)
        async with suite_processes(made) as suite:
            suite.clients.timeout = 90
            yield suite, backups
        for each in backups.restored:
            each.stop()


async def _stop(suite: SuiteProcesses, service: str) -> list[Process]:
    stopped = [each for (name, _), processes in suite.roles.items() if name == service for each in processes]
    for each in stopped:
        await asyncio.to_thread(each.stop)
    return stopped


def _move(suite: SuiteProcesses, service: str, processes: list[Process], server: ServerCopy) -> None:
    """Let the service use its database on another server."""
    suite.dsns[service] = with_port(suite.dsns[service], server.port)
    for each in processes:
        each.environment["AFTERCARE_DATABASE_URL"] = suite.dsns[service]


async def _reconcile(suite: SuiteProcesses, service: str, *options: str) -> dict[str, Any]:
    """The report of `reconcile`."""
    process = suite.new(service, "reconcile")
    suite.roles.pop((service, "reconcile"))
    file = suite.servers.home / f"{process.name}.json"
    process.command += ["--report", str(file), *options]
    await process.start().wait_ended(120)
    found: dict[str, Any] = await asyncio.to_thread(_read_json, file)
    return found


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


async def _restored(
    suite: SuiteProcesses, backups: Backups, base: ServerCopy, service: str, point: str
) -> list[Process]:
    """Stop the service and let it use its database as of this point; its processes, which are stopped."""
    stopped = await _stop(suite, service)
    restored = await backups.restore(base, point, f"{service}-restored")
    _move(suite, service, stopped, restored)
    return stopped


async def _start_again(suite: SuiteProcesses, stopped: list[Process]) -> None:
    suite.start_stopped()
    await asyncio.gather(*(each.wait_ready(60) for each in stopped))
    await suite.verify()


async def test_order_svc_restored_to_before_refunds_and_receipts(archived: tuple[SuiteProcesses, Backups]) -> None:
    suite, backups = archived
    shop = Scenarios(suite)
    paid, delivered = await shop.paid_order(), await shop.delivered_order()
    case = await shop.open_case(paid, 3, "refund_only", "not_shipped_in_time")
    base = await asyncio.to_thread(backups.base, "base")
    await suite.verify()
    await backups.point("before")

    await shop.approve(case)
    await shop.wait_completed(case)
    path = f"/v1/orders/{delivered['id']}"
    await shop.command("order-svc", f"{path}/confirm-receipt", {}, shop.buyer)
    await shop.wait("order-svc", path, lambda body: body["received_at"] is not None)
    await suite.verify()

    stopped = await _restored(suite, backups, base, "order-svc", "before")
    found = await _reconcile(suite, "order-svc")
    assert found["lost"].keys() >= {"RefundSubmitted.v1", "RefundSucceeded.v1", "OrderReceiptConfirmed.v1"}
    done = await _reconcile(suite, "order-svc", "--apply")
    assert (done["unrestored"], done["parked"]) == ([], 0)
    assert done["redone"] == sum(found["lost"].values())
    again = await _reconcile(suite, "order-svc", "--apply")
    assert (again["lost"], again["already_sent"], again["needs_a_person"]) == ({}, 0, False)

    await _start_again(suite, stopped)
    returned = await shop.return_case(delivered, 1)
    await shop.approve(returned)
    await shop.refund_before_shipment()
    await suite.verify()


async def test_aftersale_svc_restored_to_before_decisions(archived: tuple[SuiteProcesses, Backups]) -> None:
    suite, backups = archived
    shop = Scenarios(suite)
    case = await shop.open_case(await shop.paid_order(), 3, "refund_only", "not_shipped_in_time")
    taken_back = await shop.open_case(await shop.paid_order(), 3, "refund_only", "not_shipped_in_time")
    base = await asyncio.to_thread(backups.base, "base-2")
    await suite.verify()
    await backups.point("before-decisions")

    await shop.approve(case)
    await shop.wait_completed(case)
    await shop.command("aftersale-svc", f"/v1/cases/{taken_back['id']}/cancel", {}, shop.buyer)
    await suite.verify()

    stopped = await _restored(suite, backups, base, "aftersale-svc", "before-decisions")
    done = await _reconcile(suite, "aftersale-svc", "--apply")
    assert done["lost"].keys() >= {"AfterSaleApproved.v1", "RefundRequested.v1", "AfterSaleCompleted.v1"}
    assert (done["unrestored"], done["parked"]) == ([], 0)
    await _start_again(suite, stopped)
    await shop.refund_before_shipment()
    await suite.verify()


async def test_cs_svc_restored_to_before_a_verdict_and_a_message(archived: tuple[SuiteProcesses, Backups]) -> None:
    """What follows from events of others is done again; what a person wrote is on no log, and is listed."""
    suite, backups = archived
    shop = Scenarios(suite)
    case, complaint, dispute = await shop.open_dispute()
    conversation = await shop.command("cs-svc", "/v1/conversations", {"text": "在吗?"}, shop.buyer)
    base = await asyncio.to_thread(backups.base, "base-3")
    await suite.verify()
    await backups.point("before-a-verdict")

    await shop.decide(case, dispute)
    await shop.wait_state("cs-svc", f"/v1/complaints/{complaint['id']}", "resolved")
    messages = f"/v1/conversations/{conversation['id']}/messages"
    await shop.command("cs-svc", messages, {"text": "退款到了吗?"}, shop.buyer)
    await suite.verify()

    stopped = await _restored(suite, backups, base, "cs-svc", "before-a-verdict")
    done = await _reconcile(suite, "cs-svc", "--apply")
    assert done["lost"].keys() >= {"ComplaintResolved.v1", "MessagePosted.v1"}
    assert {each["aggregateid"] for each in done["unrestored"]} == {conversation["id"]}
    assert done["redone"] + len(done["unrestored"]) == sum(done["lost"].values())
    for each in done["unrestored"]:
        await _close(suite, "cs-svc", each["event_id"])
    again = await _reconcile(suite, "cs-svc", "--apply")
    assert (again["lost"], again["unrestored"], again["parked"]) == ({}, [], 0)
    await _start_again(suite, stopped)
    await shop.wait_state("cs-svc", f"/v1/complaints/{complaint['id']}", "resolved")
    await shop.command("cs-svc", messages, {"text": "退款到了吗?"}, shop.buyer)
    await shop.dispute()
    await suite.verify()


async def test_kb_svc_restored_to_before_an_article_was_retired(archived: tuple[SuiteProcesses, Backups]) -> None:
    """Every change of kb-svc is a person's: it is listed, and made again under the next number."""
    suite, backups = archived
    shop = Scenarios(suite)
    editor = ("agent", "agent-1", None)
    text = {"kind": "article", "slug": "restored", "language": "en", "title": "Restored", "body": "Ask within 7 days."}
    article = await shop.command("kb-svc", "/v1/articles", text, editor)
    path = f"/v1/articles/{article['id']}"
    await shop.command("kb-svc", f"{path}/publish", {}, editor)
    base = await asyncio.to_thread(backups.base, "base-4")
    await suite.verify()
    await backups.point("before-retirement")

    await shop.command("kb-svc", f"{path}/retire", {}, editor)
    await suite.verify()

    stopped = await _restored(suite, backups, base, "kb-svc", "before-retirement")
    done = await _reconcile(suite, "kb-svc", "--apply")
    assert done["lost"] == {"ArticleRetired.v1": 1}
    [listed] = done["unrestored"]
    assert listed["aggregateid"] == article["id"]
    await _close(suite, "kb-svc", listed["event_id"])
    again = await _reconcile(suite, "kb-svc", "--apply")
    assert (again["lost"], again["unrestored"]) == ({}, [])
    await _start_again(suite, stopped)
    await shop.command("kb-svc", f"{path}/retire", {}, editor)
    await suite.verify()


async def test_analytics_svc_restored_reads_the_log_again(archived: tuple[SuiteProcesses, Backups]) -> None:
    """Its record is a copy of the log: it reads on from its own cursors. The checker compares both."""
    suite, backups = archived
    shop = Scenarios(suite)
    await shop.refund_before_shipment()
    base = await asyncio.to_thread(backups.base, "base-5")
    await suite.verify()
    await backups.point("before-more-events")

    case = await shop.refund_before_shipment()
    await suite.verify()

    stopped = await _restored(suite, backups, base, "analytics-svc", "before-more-events")
    rows = "SELECT count(*) FROM trace_events WHERE subject = $1"
    assert await _value(suite.dsns["analytics-svc"], rows, case["id"]) == 0
    done = await _reconcile(suite, "analytics-svc", "--apply")
    assert (done["lost"], done["unrestored"], done["parked"]) == ({}, [], 0)
    await _start_again(suite, stopped)
    assert await _value(suite.dsns["analytics-svc"], rows, case["id"]) > 0


async def _value(dsn: str, statement: str, *values: object) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()


async def test_a_promoted_replica_that_lacks_the_last_commits(archived: tuple[SuiteProcesses, Backups]) -> None:
    """Replication is asynchronous: commits were answered, and their events published, which the replica never received."""
    suite, backups = archived
    shop = Scenarios(suite)
    case = await shop.open_case(await shop.paid_order(), 3, "refund_only", "not_shipped_in_time")
    await suite.verify()
    replica = await backups.replica("async")
    await asyncio.to_thread(replica.stop)  # as if its network were down from here on

    await shop.approve(case)
    await shop.wait_completed(case)
    lost = await shop.paid_order()
    await suite.verify()

    stopped = await _stop(suite, "order-svc")
    await backups.promote(replica)
    _move(suite, "order-svc", stopped, replica)
    done = await _reconcile(suite, "order-svc", "--apply")
    assert done["lost"].keys() >= {"RefundSubmitted.v1", "RefundSucceeded.v1", "OrderCreated.v1"}
    assert {each["aggregateid"] for each in done["unrestored"]} >= {lost["id"]}
    assert done["redone"] + len(done["unrestored"]) == sum(done["lost"].values())
    for each in done["unrestored"]:
        await _close(suite, "order-svc", each["event_id"])
    again = await _reconcile(suite, "order-svc", "--apply")
    assert (again["lost"], again["unrestored"]) == ({}, [])
    suite.start_stopped()
    await asyncio.gather(*(each.wait_ready(60) for each in stopped))
    await shop.refund_before_shipment()


async def _close(suite: SuiteProcesses, service: str, event: str) -> None:
    """Note that a person has dealt with the event."""
    process = suite.new(service, "unrestored")
    suite.roles.pop((service, "unrestored"))
    process.command += ["close", event, "--reason", "made again by hand", "--by", "ops-1"]
    await process.start().wait_ended(120)
