"""Databases of builds that stored waybills as they were written: they are migrated to one form, and no row is lost."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.testing.revisions import old_database

REGISTERED = datetime(2026, 3, 2, 9, tzinfo=UTC)
BEFORE = {"order_svc": "0002", "aftersale_svc": "0002"}
PARCEL = {
    "version": 1,
    "order_id": "ord_1",
    "buyer_id": "buyer-1",
    "merchant_id": "m-1",
    "leg": "outbound",
    "carrier": "ZTO",
    "waybill_no": "sf12",
    "status": "pending",
    "terminal": False,
    "status_at": REGISTERED,
    "created_at": REGISTERED,
}
SCAN = {"key": "scan_1", "status": "delivered", "terminal": True, "received_at": REGISTERED}
PUSH = {
    "endpoint_id": "ce_1",
    "partner": "zto",
    "attempts": 9,
    "due_at": REGISTERED + timedelta(days=900),
    "received_at": REGISTERED,
    "tries_since": REGISTERED,
}
CASE = {
    "version": 1,
    "order_id": "ord_1",
    "payment_id": "pay_1",
    "buyer_id": "buyer-1",
    "merchant_id": "m-1",
    "applicant_id": "buyer-1",
    "type": "return_refund",
    "reason": "quality_defect",
    "stage": "post_receipt",
    "state": "return_in_transit",
    "whose_turn": "courier",
    "deadline_at": REGISTERED,
    "currency": "CNY",
    "requested_minor": 100,
    "shipping_refund_minor": 0,
    "refund_minor": 0,
    "refunded_minor": 0,
    "evidence": [],
    "created_at": REGISTERED,
    "updated_at": REGISTERED,
}
Upgraded = Callable[[], Awaitable[None]]


async def insert(connection: asyncpg.Connection, table: str, **row: Any) -> None:
    names = ", ".join(row)
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *row.values())


@asynccontextmanager
async def older(package: str, postgres_url: str) -> AsyncIterator[tuple[asyncpg.Connection, Upgraded]]:
    """A database as the build before left it, and what upgrades it. Rows need not have what they refer to."""
    metadata = import_module(f"{package}.tables").metadata
    async with old_database(postgres_url, package, metadata, BEFORE[package]) as database:
        await database.connection.execute("SET session_replication_role = replica")
        yield database.connection, database.upgrade


async def test_parcels_get_their_canonical_waybill_and_their_hand_over(postgres_url: str) -> None:
    async with older("order_svc", postgres_url) as (db, upgrade):
        await insert(db, "parcels", id="parcel_1", **PARCEL)
        await insert(db, "parcels", id="parcel_2", **PARCEL | {"order_id": "ord_2"})
        early = REGISTERED - timedelta(hours=3)
        await insert(db, "parcel_events", parcel_id="parcel_2", occurred_at=early, **SCAN)
        await upgrade()
        rows = await db.fetch("SELECT waybill_no, carrier, handed_over_at FROM parcels ORDER BY id")
        assert [tuple(row) for row in rows] == [("SF12", "zto", REGISTERED), ("SF12", "zto", early)]


async def test_two_spellings_of_one_number_on_an_order_stay_two_parcels(postgres_url: str) -> None:
    async with older("order_svc", postgres_url) as (db, upgrade):
        for number, waybill_no in enumerate(("sf12", "Sf12", "SF12")):
            await insert(db, "parcels", id=f"parcel_{number}", **PARCEL | {"waybill_no": waybill_no})
        await upgrade()
        rows = await db.fetch("SELECT waybill_no, handed_over_at FROM parcels ORDER BY id")
        assert [row["waybill_no"] for row in rows] == ["SF12"] * 3
        assert [row["handed_over_at"] - REGISTERED for row in rows] == [timedelta(microseconds=n) for n in range(3)]


async def test_waiting_pushes_get_the_canonical_waybill_and_are_due(postgres_url: str) -> None:
    async with older("order_svc", postgres_url) as (db, upgrade):
        reports = json.dumps([{"waybill_no": "sf12", "status": "picked_up"}, {"waybill_no": "7300", "status": "lost"}])
        await insert(db, "courier_inbox", id="push_1", push_id="1", state="waiting", reports=reports, **PUSH)
        await insert(db, "courier_inbox", id="push_2", push_id="2", state="received", reports=None, **PUSH)
        await upgrade()
        reports = await db.fetchval("SELECT reports FROM courier_inbox WHERE id = 'push_1'")
        assert [report["waybill_no"] for report in json.loads(reports)] == ["SF12", "7300"]
        assert [report["status"] for report in json.loads(reports)] == ["picked_up", "lost"]
        due = await db.fetch("SELECT id FROM courier_inbox WHERE due_at <= now() ORDER BY id")
        assert [row["id"] for row in due] == ["push_1"]


@pytest.mark.parametrize(("waybill_no", "carrier"), [("sf12", "sf"), ("SF12", "SF"), ("SF12", "sf"), (None, None)])
async def test_cases_get_the_canonical_waybill_of_their_return(
    postgres_url: str, waybill_no: str | None, carrier: str | None
) -> None:
    async with older("aftersale_svc", postgres_url) as (db, upgrade):
        await insert(db, "cases", id="case_1", return_waybill_no=waybill_no, return_carrier=carrier, **CASE)
        await upgrade()
        rows = await db.fetch("SELECT case_id, waybill_no, carrier, scanned_at FROM returns")
        assert [tuple(row) for row in rows] == ([("case_1", "SF12", "sf", None)] if waybill_no else [])
