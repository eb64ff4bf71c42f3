"""Two tables become the one inbox of partners: nothing is lost, and builds before go on under the old names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.testing import Harness
from order_svc import main

BEFORE, THIS = "0006", "0007"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
HASHES = {name: "sha256:" + name * 64 for name in "abc"}
ENDPOINT = "INSERT INTO courier_endpoints (id, partner, secret, created_at) VALUES ('ce_1', 'zto', 'secret-of-zto', $1)"
PUSHES = {
    "push_1": ("received", None, None, NOW, None, b"raw 1"),
    "push_2": ("waiting", "unknown waybill: SF12", [{"waybill_no": "SF12"}], NOW + timedelta(hours=1), None, b"raw 2"),
    "push_3": ("applied", None, [{"waybill_no": "SF13"}], None, NOW, b"raw 3"),
    "push_4": ("refused", "signature_invalid", None, None, NOW, None),
    "push_5": ("unreadable", "data is not a trace", None, None, None, b"raw 5"),
}
CALLBACKS = [
    ("msg 1", HASHES["a"], "accepted"),
    ("msg_2", HASHES["b"], "ignored"),
    ("msg_3", HASHES["c"], "signature_invalid"),
    ("msg_4", HASHES["c"], "signature_invalid"),
    ("", HASHES["c"], "signature_missing"),
    ("msg_5", HASHES["a"], "amount_mismatch"),
]
# As builds of the revision before send them.
INSERT_PUSH = """
INSERT INTO courier_inbox (id, endpoint_id, partner, push_id, state, why, reports, attempts, due_at, received_at,
                           tries_since, finished_at, raw)
VALUES ($1, 'ce_1', 'zto', $2, $3, $4, $5, 2, $6, $7, $7, $8, $9) ON CONFLICT DO NOTHING
"""
DUE_PUSH = """
SELECT courier_inbox.id, courier_inbox.endpoint_id, courier_inbox.state, courier_inbox.reports
FROM courier_inbox WHERE courier_inbox.due_at <= $1 ORDER BY courier_inbox.due_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
MOVE_PUSH = (
    "UPDATE courier_inbox SET state = $2, attempts = 3, due_at = NULL, finished_at = $3 WHERE courier_inbox.id = $1"
)
WAKE_PUSHES = """
UPDATE courier_inbox SET due_at = $2 WHERE (state = 'waiting') IS TRUE AND courier_inbox.reports @> $1
"""
DELETE_OLD_PUSHES = """
DELETE FROM courier_inbox WHERE courier_inbox.id IN (
    SELECT courier_inbox.id FROM courier_inbox WHERE courier_inbox.finished_at < $1 ORDER BY finished_at LIMIT 10)
"""
INSERT_CALLBACK = """
INSERT INTO payment_webhook (provider, message_id, content_hash, verdict, received_at)
VALUES ('simulator', $1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
PRUNE_CALLBACKS = "DELETE FROM payment_webhook WHERE payment_webhook.received_at < $1"


async def fill(database: asyncpg.Connection) -> None:
    """What a build of the revision before has left in its database."""
    await database.set_type_codec("jsonb", schema="pg_catalog", encoder=repr, decoder=str)
    await database.execute(ENDPOINT, NOW)
    for number, (id_, (state, why, reports, due_at, finished_at, raw)) in enumerate(PUSHES.items()):
        found = None if reports is None else f'[{{"waybill_no": "{reports[0]["waybill_no"]}"}}]'
        await database.execute(
            INSERT_PUSH.replace("$5", "$5::text::jsonb"),
            id_,
            str(number),
            state,
            why,
            found,
            due_at,
            NOW,
            finished_at,
            raw,
        )
    for minutes, (message_id, content_hash, verdict) in enumerate(CALLBACKS):
        await database.execute(INSERT_CALLBACK, message_id, content_hash, verdict, NOW + timedelta(minutes=minutes))


async def rows(database: asyncpg.Connection, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch(statement)]


OLD_PUSHES = (
    "SELECT id, push_id, state, why, reports, attempts, due_at, received_at, finished_at, raw FROM {} ORDER BY id"
)
OLD_CALLBACKS = (
    "SELECT provider, message_id, content_hash, verdict, received_at FROM payment_webhook ORDER BY received_at"
)


@pytest.mark.parametrize("old", [BEFORE], indirect=True)
async def test_nothing_of_a_filled_database_is_lost(old):
    database = old.connection
    await fill(database)
    pushes, callbacks = await rows(database, OLD_PUSHES.format("courier_inbox")), await rows(database, OLD_CALLBACKS)
    assert (len(pushes), len(callbacks)) == (len(PUSHES), len(CALLBACKS))
    await old.upgrade(THIS)
    of_couriers = OLD_PUSHES.format("(SELECT * FROM partner_inbox WHERE source = 'courier' AND endpoint_id = 'ce_1')")
    assert await rows(database, of_couriers) == pushes
    assert await rows(
        database, "SELECT state, why, attempts FROM partner_inbox WHERE source = 'payment' ORDER BY id"
    ) == [
        ("applied", None, 1),
        ("ignored", None, 1),
        ("refused", "signature_invalid", 0),
        ("refused", "signature_invalid", 0),
        ("refused", "signature_missing", 0),
        ("refused", "amount_mismatch", 0),
    ]
    assert await rows(database, OLD_CALLBACKS) == callbacks
    await old.downgrade(BEFORE)
    assert await rows(database, OLD_PUSHES.format("courier_inbox")) == pushes
    assert await rows(database, OLD_CALLBACKS) == callbacks


@pytest.mark.parametrize("old", [BEFORE], indirect=True)
async def test_a_callback_that_was_accepted_before_is_known_to_the_new_build(old):
    database = old.connection
    await fill(database)
    await old.upgrade(THIS)
    same = "INSERT INTO partner_inbox (id, source, partner, push_id, state, attempts, received_at, tries_since)"
    again = f"{same} VALUES ('push_9', 'payment', 'simulator', $1, 'received', 0, now(), now()) ON CONFLICT DO NOTHING"
    assert await database.execute(again, f"msg 1 {HASHES['a']}") == "INSERT 0 0"
    assert await database.execute(again, f"msg 1 {HASHES['b']}") == "INSERT 0 1"


@pytest.mark.parametrize("old", [BEFORE], indirect=True)
async def test_a_build_before_goes_on_with_the_statements_that_it_has_prepared(old):
    database = old.connection
    await database.execute(ENDPOINT, NOW)
    prepared = {
        name: await database.prepare(statement)
        for name, statement in {
            "insert": INSERT_PUSH,
            "due": DUE_PUSH,
            "move": MOVE_PUSH,
            "wake": WAKE_PUSHES,
            "delete": DELETE_OLD_PUSHES,
            "callback": INSERT_CALLBACK,
            "prune_callbacks": PRUNE_CALLBACKS,
        }.items()
    }

    await database.execute("SELECT")  # ends the implicit transaction of the last preparation, which holds locks

    async def run(name: str, *values: Any) -> str:
        await prepared[name].fetch(*values)
        return prepared[name].get_statusmsg()

    await old.upgrade()
    push = ("push_1", "1", "waiting", None, '[{"waybill_no": "SF12"}]', NOW + timedelta(hours=1), NOW, None, b"raw")
    assert await run("insert", *push) == "INSERT 0 1"
    assert await run("insert", "push_2", *push[1:]) == "INSERT 0 0"
    assert await run("wake", '[{"waybill_no": "SF12"}]', NOW) == "UPDATE 1"
    (due,) = await prepared["due"].fetch(NOW)
    assert (due["id"], due["endpoint_id"], due["state"]) == ("push_1", "ce_1", "waiting")
    assert await run("move", "push_1", "applied", NOW) == "UPDATE 1"
    assert await run("callback", "msg_1", HASHES["a"], "accepted", NOW) == "INSERT 0 1"
    assert await run("callback", "msg_1", HASHES["a"], "accepted", NOW) == "INSERT 0 0"
    assert await run("callback", "msg_1", HASHES["a"], "signature_invalid", NOW) == "INSERT 0 1"
    assert await rows(database, "SELECT source, state, why FROM partner_inbox ORDER BY source, state") == [
        ("courier", "applied", None),
        ("payment", "applied", None),
        ("payment", "refused", "signature_invalid"),
    ]
    assert await run("delete", NOW + timedelta(days=1)) == "DELETE 1"
    assert await run("prune_callbacks", NOW + timedelta(days=1)) == "DELETE 2"


async def test_what_a_build_before_stores_is_processed_by_this_one(postgres_url, secret):
    addresses = {"payment_simulator_url": "http://provider.test", "public_url": "http://shop.test"}
    async with Harness.start(main.service, postgres_url, payment_webhook_secret=secret, **addresses) as harness:
        pool, now = harness.runtime.pool, harness.clock.now()
        await pool.execute(ENDPOINT, now)
        raw = b"data=%5B%5D&data_digest=x&msg_type=Other"
        await pool.execute(INSERT_PUSH, "push_1", "1", "received", None, None, now, now, None, raw)
        await harness.run_workers("courier-pushes")
        assert await pool.fetchval("SELECT state FROM courier_inbox") == "ignored"
