"""`aftercare orders import` as a process of its own, against a running order-svc: killed, resumed, and what it reports."""

import asyncio
import csv
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aftercare_chassis.auth.dev_keys import PUBLIC_FILE, make_key_set
from aftercare_chassis.testing import Harness
from aftercare_chassis.testing.servers import ServiceProcess
from aftercare_cli import tokens
from aftercare_cli.stack.interface import Addresses
from order_svc import main

PART = 500
"""The orders of a request."""
COMMAND = str(Path(sys.executable).parent / "aftercare")


class Desk:
    """Where a shop keeps its files, and runs the command."""

    def __init__(self, harness: Harness[Any], home: Path, kettles: Any) -> None:
        self.h, self.home, self._kettles = harness, home, kettles

    @asynccontextmanager
    async def served(self) -> AsyncIterator[ServiceProcess]:
        """A running order-svc, which the command finds."""
        async with self.h.serve() as served:
            services = {"order-svc": f"http://127.0.0.1:{served.port}"}
            found = Addresses(kind="test", services=services, simulator="", kafka="", databases={}, owners={})
            found.write(self.home / "stack.json")
            yield served

    def orders(self, number: int, *, first: int = 0) -> list[dict[str, Any]]:
        """Orders that were paid three days ago."""
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
        paid = {"state": "paid", "created_at": at.isoformat(), "paid_at": at.isoformat()}
        return [{**self._kettles(), **paid, "order_no": f"A-{n}"} for n in range(first, first + number)]

    def file(self, *lines: Any, name: str = "orders.jsonl") -> Path:
        """A file with these lines, which are texts or orders."""
        path = self.home / name
        texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in lines]
        path.write_text("".join(f"{each}\n" for each in texts), encoding="utf-8")
        return path

    async def start(self, *words: object, **variables: str) -> asyncio.subprocess.Process:
        environ = {**os.environ, "AFTERCARE_HOME": str(self.home), **variables}
        pipe = asyncio.subprocess.PIPE
        command = (COMMAND, "orders", *map(str, words))
        return await asyncio.create_subprocess_exec(*command, env=environ, stdout=pipe, stderr=pipe)

    async def run(self, *words: object, **variables: str) -> tuple[int, str]:
        """Run the command to its end: its exit code, and all that it has printed."""
        process = await self.start(*words, **variables)
        printed = await process.communicate()
        return process.returncode or 0, b"".join(printed).decode()

    async def start_import(self, file: Path) -> asyncio.subprocess.Process:
        """The command once it has shown that a part of the file is imported; the next one is under way."""
        process = await self.start("import", file, "--merchant", "m-1")
        assert process.stdout is not None
        shown = await process.stdout.readuntil(b"orders/s")
        assert f"line {PART}: {PART} imported, 0 known, 0 refused" in shown.decode()
        return process

    async def numbers(self) -> list[str]:
        """The numbers of the orders that are here, each as often as it is."""
        rows = await self.h.runtime.pool.fetch("SELECT order_no FROM orders ORDER BY length(order_no), order_no")
        return [row["order_no"] for row in rows]

    async def check_whole(self) -> None:
        """Check that each order has its line, its payment, its address and its events."""
        counts = await self.h.runtime.pool.fetchrow(
            "SELECT (SELECT count(*) FROM orders) orders, (SELECT count(*) FROM order_lines) lines,"
            " (SELECT count(*) FROM payments) payments, (SELECT count(*) FROM addresses) addresses,"
            " (SELECT count(*) FROM outbox WHERE type LIKE 'OrderPaid%') paid"
        )
        assert counts is not None
        assert len(set(counts.values())) == 1, dict(counts)


@pytest.fixture
async def desk(postgres_url: str, tmp_path: Path, kettles: Any, secret: str) -> AsyncIterator[Desk]:
    make_key_set(tmp_path / "keys")
    keys = {"jwks_file": str(tmp_path / "keys" / PUBLIC_FILE), "jwt_issuer": tokens.ISSUER}
    async with Harness.start(main.service, postgres_url, payment_webhook_secret=secret, **keys) as harness:
        yield Desk(harness, tmp_path, kettles)


async def test_a_file_is_imported_once(desk: Desk) -> None:
    file = desk.file(*desk.orders(PART + 20))
    async with desk.served() as served:
        code, printed = await desk.run("import", file, "--merchant", "m-1")
        assert (code, "line 500: 500 imported" in printed) == (0, True), printed
        assert "orders.jsonl, 520 lines: 520 imported, 0 known, 0 refused" in printed
        assert await desk.run("import", file, "--merchant", "m-1") == (
            0,
            "orders.jsonl was imported before: 520 imported, 0 known, 0 refused\n",
        )
        url = f"http://127.0.0.1:{served.port}"
        code, printed = await desk.run("import", file, "--url", url)
        assert (code, "AFTERCARE_TOKEN is not set" in printed) == (1, True)
        token = tokens.token(desk.home, role="seller", sub="seller-1", merchant="m-1")
        assert (await desk.run("import", file, "--url", url, AFTERCARE_TOKEN=token))[0] == 0
    await desk.check_whole()
    assert [each.name for each in desk.home.glob("orders*")] == ["orders.jsonl"]


async def test_an_export_for_imports_names_what_it_leaves_out(desk: Desk) -> None:
    file, written = desk.file(*desk.orders(2)), desk.home / "moved.jsonl"
    async with desk.served() as served:
        assert (await desk.run("import", file, "--merchant", "m-1"))[0] == 0
        token = tokens.token(desk.home, role="seller", sub="seller-1", merchant="m-1")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "waits"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", headers=headers) as seller:
            assert (await seller.post("/v1/orders", json=desk._kettles())).status_code == 201
        code, printed = await desk.run("export", written, "--for-import", "--merchant", "m-1")
    assert (code, "left out: 1 order (1 unpaid" in " ".join(printed.split())) == (0, True), printed
    assert len(written.read_text().splitlines()) == 2
    [left] = map(json.loads, (desk.home / "moved.left-out.ndjson").read_text().splitlines())
    assert (left["state"], left["reason"]) == ("created", "unpaid")


async def test_refused_orders_are_reported_corrected_and_imported(desk: Desk) -> None:
    good, *wrong, last = desk.orders(6)
    broken = [
        {**wrong[0], "paid_at": "2999-01-01T00:00:00Z"},
        '{"order_no": "A-2", "order_no": "A-2"}',
        "[" * 100_000,
        f'{{"order_no": "A-4", "currency": {"9" * 5_000}}}',
    ]
    file = desk.file(good, *broken, last, good)
    async with desk.served():
        code, printed = await desk.run("import", file, "--merchant", "m-1")
        assert (code, "refused were the orders in lines 2, 3, 4, 5, 7" in printed) == (1, True), printed
        report, refused = desk.home / "orders.reasons.csv", desk.home / "orders.refused.jsonl"
        reasons = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
        assert [(each["row"], each["field"], each["code"]) for each in reasons] == [
            ("2", "/paid_at", "times_disordered"),
            *((row, "", "row_unreadable") for row in ("3", "4", "5")),
            ("7", "/order_no", "order_no_repeated"),
        ]
        assert all(each["reason_en"].isascii() and not each["reason_zh"].isascii() for each in reasons)
        assert refused.read_text(encoding="utf-8").splitlines()[1:4] == broken[1:]
        for each in (report, refused):
            each.unlink()
        code, printed = await desk.run("import", file, "--merchant", "m-1")
        assert (code, "was imported before: 2 imported, 0 known, 5 refused" in printed) == (1, True)
        assert report.exists()
        refused.write_text("".join(f"{json.dumps(each)}\n" for each in wrong), encoding="utf-8")
        assert (await desk.run("import", refused, "--merchant", "m-1"))[0] == 0
    assert await desk.numbers() == [f"A-{number}" for number in range(6)]
    await desk.check_whole()


@pytest.mark.parametrize("option", ["--refused", "--report"])
async def test_the_imported_file_is_not_written_to(desk: Desk, option: str) -> None:
    file = desk.file("not an order")
    link = desk.home / "link.jsonl"
    link.symlink_to(file)
    code, printed = await desk.run("import", file, option, link, "--merchant", "m-1")
    assert (code, "must be another file" in printed) == (2, True), printed
    assert file.read_text(encoding="utf-8") == "not an order\n"


async def test_a_command_that_is_killed_goes_on_where_it_was(desk: Desk) -> None:
    wrong = {**desk.orders(1)[0], "state": "sold"}
    file = desk.file(*desk.orders(PART), *desk.orders(PART - 1, first=PART), wrong, *desk.orders(60, first=2 * PART))
    async with desk.served():
        process = await desk.start_import(file)
        process.kill()
        await process.communicate()
        code, printed = await desk.run("import", file, "--merchant", "m-1")
    assert (code, "1059 imported, 0 known, 1 refused" in printed) == (1, True), printed
    assert "in line 1000:" in printed
    expected = [f"A-{number}" for number in range(2 * PART + 60) if number != 2 * PART - 1]
    assert await desk.numbers() == expected
    await desk.check_whole()


async def test_a_file_that_has_changed_is_imported_from_its_beginning(desk: Desk) -> None:
    file = desk.file(*desk.orders(2 * PART + 60))
    async with desk.served():
        process = await desk.start_import(file)
        process.kill()
        await process.communicate()
        file = desk.file(*desk.orders(3, first=9_000), *desk.orders(2 * PART))
        code, printed = await desk.run("import", file, "--merchant", "m-1")
    assert code == 0, printed
    assert sorted(await desk.numbers()) == sorted(
        [*(f"A-{number}" for number in range(2 * PART)), *(f"A-{number}" for number in range(9_000, 9_003))]
    )
    await desk.check_whole()


async def killed_while_it_imports(desk: Desk, file: Path) -> None:
    async with desk.served() as served:
        process = await desk.start_import(file)
        served.process.kill()
        _, error = await process.communicate()
        assert (process.returncode, b"order-svc does not answer" in error) == (1, True), error


async def test_a_service_that_is_killed_has_imported_whole_parts(desk: Desk) -> None:
    file = desk.file(*desk.orders(2 * PART + 60))
    with pytest.raises(AssertionError, match="ended with exit code -9"):
        await killed_while_it_imports(desk, file)
    assert len(await desk.numbers()) % PART == 0
    await desk.check_whole()
    async with desk.served():
        code, printed = await desk.run("import", file, "--merchant", "m-1")
    assert (code, f"{2 * PART + 60} imported, 0 known, 0 refused" in printed) == (0, True), printed
    assert await desk.numbers() == [f"A-{number}" for number in range(2 * PART + 60)]
    await desk.check_whole()


async def test_two_files_with_the_same_orders_at_once(desk: Desk) -> None:
    orders = desk.orders(PART + 60)
    files = [desk.file(*orders), desk.file(*reversed(orders), name="others.jsonl")]
    async with desk.served():
        ran = await asyncio.gather(*(desk.run("import", file, "--merchant", "m-1") for file in files))
    assert [code for code, _ in ran] == [0, 0], ran
    assert await desk.numbers() == [f"A-{number}" for number in range(PART + 60)]
    await desk.check_whole()
