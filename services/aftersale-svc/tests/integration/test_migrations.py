"""A database of an earlier build is upgraded with the rows that it holds."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from aftercare_chassis.testing.revisions import OldDatabase, old_database
from aftersale_svc import tables

BEFORE_0002 = """
INSERT INTO orders VALUES
    ('ord_1', 'buyer-1', 'm-1', 'delivered', 'CNY', 800, 'pay_1', NULL),
    ('ord_2', 'buyer-1', 'm-1', 'shipped', 'CNY', 800, 'pay_2', NULL);
INSERT INTO order_lines VALUES ('ord_1', 'line_1', 0, 'KETTLE-1', 3, 28700), ('ord_2', 'line_2', 0, 'KETTLE-1', 3, 28700);
INSERT INTO cases (id, version, order_id, payment_id, buyer_id, merchant_id, applicant_id, type, reason, stage, state,
    whose_turn, currency, requested_minor, shipping_refund_minor, refund_minor, refunded_minor, close_cause, evidence,
    dispute_id, created_at, updated_at)
VALUES ('case_1', 3, 'ord_1', 'pay_1', 'buyer-1', 'm-1', 'buyer-1', 'refund_only', 'quality_defect', 'post_receipt', 'closed',
    'nobody', 'CNY', 19133, 0, 0, 0, 'verdict', '{}', 'dsp_1', now(), now());
INSERT INTO disputes (id, version, case_id, order_id, complaint_id, buyer_id, merchant_id, category, state, whose_turn, evidence,
    liable, remedy, amount_minor, currency, grounds, decided_at, refunded_minor, created_at, updated_at)
VALUES ('dsp_1', 4, 'case_1', 'ord_1', 'cmp_1', 'buyer-1', 'm-1', 'other', 'executed', 'nobody', '{}',
    'courier', 'none', 0, 'CNY', '?', now(), 0, now(), now());
"""
KEPT_BY_0002 = """
SELECT l.order_id, l.shipped_quantity, c.liable FROM order_lines l LEFT JOIN cases c USING (order_id) ORDER BY l.order_id
"""
# One case for each way in which its columns can be filled.
BEFORE_0004 = """
INSERT INTO orders VALUES ('ord_1', 'buyer-1', 'm-1', 'delivered', 'CNY', 800, 'pay_1', NULL);
INSERT INTO order_lines VALUES ('ord_1', 'line_1', 0, 'KETTLE-1', 9, 9000, 9);
INSERT INTO cases (id, version, order_id, payment_id, buyer_id, merchant_id, applicant_id, type, reason, stage, evidence,
    currency, requested_minor, created_at, updated_at, state, whose_turn, deadline_at, frozen_state, reject_reason,
    close_cause, shipping_refund_minor, refund_id, refund_minor, refund_cause, refunded_minor,
    return_address, return_carrier, return_waybill_no, return_scanned_at, delivered_at)
SELECT 'case_' || state, 1, 'ord_1', 'pay_1', 'buyer-1', 'm-1', 'buyer-1', 'return_refund', 'quality_defect',
    'post_receipt', '{}', 'CNY', 2000, '2026-03-02 09:00Z', '2026-03-02 10:00Z', part.*
FROM (VALUES
    ('pending_review', 'merchant', timestamptz '2026-03-04 09:00Z', NULL, NULL, NULL, 0, NULL, 0, NULL, 0,
     NULL::jsonb, NULL, NULL, NULL::timestamptz, NULL::timestamptz),
    ('await_buyer_shipment', 'buyer', '2026-03-09 09:00Z', NULL, NULL, NULL, 0, NULL, 0, NULL, 0,
     '{"name": "售后仓"}', NULL, NULL, NULL, NULL),
    ('return_in_transit', 'courier', '2026-03-09 09:00Z', NULL, NULL, NULL, 0, NULL, 0, NULL, 0,
     NULL, 'sf', 'SF1', NULL, NULL),
    ('refunding', 'system', '2026-03-03 09:00Z', NULL, NULL, NULL, 0, 'ref_1', 2000, 'inspection', 0,
     NULL, 'sf', 'SF2', '2026-03-02 08:00Z', '2026-03-02 09:00Z'),
    ('completed', 'nobody', NULL, NULL, NULL, NULL, 800, 'ref_2', 1800, 'timeout', 1800,
     NULL, NULL, NULL, NULL, NULL),
    ('manual_review', 'agent', '2026-03-03 09:00Z', NULL, NULL, NULL, 0, 'ref_3', 2000, 'verdict', 0,
     NULL, NULL, NULL, NULL, NULL),
    ('disputed', 'platform', NULL, 'rejected', 'no_defect_found', NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL),
    ('closed', 'nobody', NULL, NULL, 'no_defect_found', 'rejected', 0, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL),
    ('cancelled', 'nobody', NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL)
) AS part (state);
INSERT INTO case_lines (case_id, line_id, sku, quantity, amount_minor, line_units, line_paid_minor, units_before)
SELECT id, 'line_1', 'KETTLE-1', 2, 2000, 9, 9000, 0 FROM cases;
UPDATE case_lines SET accepted = 1, accepted_minor = 1000, grade = 'b' WHERE case_id IN ('case_completed', 'case_refunding');
"""
HOLDS = "SELECT split_part(case_id, '_', 2), state, units, amount_minor FROM holds ORDER BY case_id"
REFUNDS = """
SELECT id, state, cause, units_minor, freight_minor, ended_at IS NULL FROM refunds ORDER BY id
"""
RETURNS = "SELECT case_id, address IS NULL, waybill_no, scanned_at IS NULL, delivered_at IS NULL FROM returns ORDER BY case_id"
EVERYTHING = "SELECT to_jsonb(cases), to_jsonb(case_lines) FROM cases JOIN case_lines ON case_id = id ORDER BY id"


@pytest.fixture
async def old(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[OldDatabase]:
    """A database at the revision of the parameter."""
    async with old_database(postgres_url, "aftersale_svc", tables.metadata, request.param) as database:
        yield database


async def rows(connection: asyncpg.Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await connection.fetch(query)]


@pytest.mark.parametrize("old", ["0001"], indirect=True)
async def test_what_was_shipped_and_who_was_liable_is_filled_in(old: OldDatabase) -> None:
    database = old.connection
    await database.execute(BEFORE_0002)
    await old.upgrade("0002")
    assert await rows(database, KEPT_BY_0002) == [("ord_1", 3, "courier"), ("ord_2", 0, None)]
    await database.execute("UPDATE cases SET close_cause = 'closed_by_agent'")
    await old.downgrade("0001")
    assert await database.fetchval("SELECT close_cause FROM cases") == "verdict"


@pytest.mark.parametrize("old", ["0003"], indirect=True)
async def test_legs_and_holds_move_into_their_own_tables(old: OldDatabase) -> None:
    database = old.connection
    await database.execute(BEFORE_0004)
    await old.upgrade("0004")
    assert await rows(database, HOLDS) == [
        ("await", "held", 2, 2000),
        ("cancelled", "released", 2, 2000),
        ("closed", "released", 2, 2000),
        ("completed", "settled", 1, 1000),
        ("disputed", "held", 2, 2000),
        ("manual", "held", 2, 2000),
        ("pending", "held", 2, 2000),
        ("refunding", "held", 2, 2000),
        ("return", "held", 2, 2000),
    ]
    assert await rows(database, REFUNDS) == [
        ("ref_1", "requested", "inspection", 2000, 0, True),
        ("ref_2", "succeeded", "timeout", 1000, 800, False),
        ("ref_3", "failed", "verdict", 2000, 0, False),
    ]
    assert await rows(database, RETURNS) == [
        ("case_await_buyer_shipment", False, None, True, True),
        ("case_refunding", True, "SF2", False, False),
        ("case_return_in_transit", True, "SF1", True, True),
    ]
    assert await database.fetchval("SELECT count(*) FROM inspections WHERE (accepted, grade) = (1, 'b')") == 2


@pytest.mark.parametrize("old", ["0003"], indirect=True)
async def test_going_back_restores_every_column(old: OldDatabase) -> None:
    database = old.connection
    await database.execute(BEFORE_0004)
    before = await rows(database, EVERYTHING)
    await old.upgrade("0004")
    await old.downgrade("0003")
    assert await rows(database, EVERYTHING) == before


@pytest.mark.parametrize("old", ["0004"], indirect=True)
async def test_reasons_that_an_earlier_build_does_not_know_become_one_that_it_knows(old: OldDatabase) -> None:
    database = old.connection
    await old.upgrade("0005")
    await database.execute(
        """
        INSERT INTO orders VALUES ('ord_1', 'buyer-1', 'm-1', 'paid', 'CNY', 800, 'pay_1', NULL);
        INSERT INTO cases (id, version, order_id, payment_id, buyer_id, merchant_id, applicant_id, type, reason, stage, state,
            whose_turn, currency, requested_minor, shipping_refund_minor, evidence, created_at, updated_at)
        SELECT 'case_' || reason, 1, 'ord_1', 'pay_1', 'buyer-1', 'm-1', 'buyer-1', 'refund_only', reason, 'pre_ship',
            'cancelled', 'nobody', 'CNY', 2000, 0, '{}', now(), now()
        FROM unnest(ARRAY['below_standard', 'packaging_damaged', 'recall']) AS reason
        """
    )
    await old.downgrade("0004")
    assert await rows(database, "SELECT reason FROM cases ORDER BY id") == [
        ("quality_defect",),
        ("quality_defect",),
        ("recall",),
    ]


SETTINGS_BEFORE_0056 = """
INSERT INTO case_rule_sets VALUES ('rules_1', 2, 'm-1', '[{"id": "b"}]', 'seller-1', '2026-03-02 10:00Z');
INSERT INTO case_rule_set_versions VALUES
    ('rules_1', 1, 'm-1', '[]', 'seller-1', '2026-03-02 09:00Z'),
    ('rules_1', 2, 'm-1', '[{"id": "b"}]', 'seller-1', '2026-03-02 10:00Z');
INSERT INTO default_return_addresses VALUES ('addr_1', 3, 'm-1', '{"name": "x"}', 'seller-1', '2026-03-02 09:00Z');
INSERT INTO pickup_schedules VALUES
    ('psc_1', 1, 'm-1', 'Asia/Shanghai', 12, 7, '[{"weekday": 1}]', 'seller-1', '2026-03-02 09:00Z');
INSERT INTO pickup_schedule_versions VALUES
    ('psc_1', 1, 'm-1', 'Asia/Shanghai', 12, 7, '[{"weekday": 1}]', 'seller-1', '2026-03-02 09:00Z');
"""
SCHEDULE_AFTER_0056 = '{"windows": [{"weekday": 1}], "time_zone": "Asia/Shanghai", "days_ahead": 7, "lead_hours": 12}'
SETTING_TABLES = (
    "case_rule_sets",
    "case_rule_set_versions",
    "default_return_addresses",
    "pickup_schedules",
    "pickup_schedule_versions",
)


@pytest.mark.parametrize("old", ["0055"], indirect=True)
async def test_what_merchants_have_set_moves_into_one_table_and_back(old: OldDatabase) -> None:
    database = old.connection
    await database.execute(SETTINGS_BEFORE_0056)
    before = [await rows(database, f"SELECT to_jsonb(one) FROM {table} AS one ORDER BY 1") for table in SETTING_TABLES]
    await old.upgrade("0056")
    kept = "SELECT setting_id, version, kind, content::text FROM merchant_setting_versions ORDER BY 1, 2"
    assert await rows(database, kept) == [
        ("addr_1", 3, "return_address", '{"name": "x"}'),
        ("psc_1", 1, "pickup_schedule", SCHEDULE_AFTER_0056),
        ("rules_1", 1, "case_rules", '{"rules": []}'),
        ("rules_1", 2, "case_rules", '{"rules": [{"id": "b"}]}'),
    ]
    in_force = "SELECT id, version, merchant_id FROM merchant_settings ORDER BY 1"
    assert await rows(database, in_force) == [("addr_1", 3, "m-1"), ("psc_1", 1, "m-1"), ("rules_1", 2, "m-1")]
    await old.downgrade("0055")
    after = [await rows(database, f"SELECT to_jsonb(one) FROM {table} AS one ORDER BY 1") for table in SETTING_TABLES]
    assert after == before


BEFORE_0070 = """
SET session_replication_role = replica;
INSERT INTO charges (case_id, amount_minor, agreed_at, paid_at, reference, owed_back_at)
    VALUES ('case_1', 100, now(), now(), 'B-1', now());
INSERT INTO pickups (case_id, merchant_id, state, begins_at, ends_at, schedule_version, address, bookings, missed_by_buyer,
    missed_by_courier, booked_at, ended_at)
SELECT id, 'm-1', state, now(), now() + interval '1 hour', 1, '{"name": "x"}', 1, 0, 0, now(), ended_at
FROM (VALUES ('case_1', 'booked', NULL), ('case_2', 'cancelled', now())) AS pickup (id, state, ended_at);
INSERT INTO case_changes VALUES
    ('case_1', 1, NULL, now(), '{"Case": {"id": "case_1"}}'),
    ('case_1', 2, 1, now(), '{"Pickup": [{"state": "booked", "address": {"name": "x"}}]}'),
    ('case_2', 2, 1, now(), '{"Pickup": []}'),
    ('case_3', 2, 1, now(), '{"Pickup": null}');
SET session_replication_role = origin;
"""


@pytest.mark.parametrize("old", ["0069"], indirect=True)
async def test_histories_forget_addresses_and_agents_go_on_to_record_what_is_owed_back(old: OldDatabase) -> None:
    database = old.connection
    await database.execute(BEFORE_0070)
    await old.upgrade("0070")
    assert await old.column("charges", "return_by_merchant", "case_id") == {"case_1": False}
    assert await old.column("pickups", "address", "case_id") == {"case_1": '{"name": "x"}', "case_2": None}
    changes = "SELECT case_id, version, change::text FROM case_changes ORDER BY 1, 2"
    assert await rows(database, changes) == [
        ("case_1", 1, '{"Case": {"id": "case_1"}}'),
        ("case_1", 2, '{"Pickup": [{"state": "booked"}]}'),
        ("case_2", 2, '{"Pickup": []}'),
        ("case_3", 2, '{"Pickup": null}'),
    ]


BEFORE_0101 = """
SET session_replication_role = replica;
INSERT INTO cases (id, version, order_id, payment_id, buyer_id, merchant_id, applicant_id, type, reason, stage, state, frozen_state,
    whose_turn, deadline_at, currency, requested_minor, shipping_refund_minor, evidence, reject_reason, close_cause, created_at, updated_at)
SELECT id, 1, 'ord_1', 'pay_1', 'buyer-1', 'm-1', 'buyer-1', 'return_refund', 'quality_defect', 'post_receipt', state, frozen,
    CASE state WHEN 'closed' THEN 'nobody' WHEN 'disputed' THEN 'platform' ELSE 'buyer' END, CASE state WHEN 'rejected' THEN now() END, 'CNY', 2000, 0, '{}', why,
    CASE state WHEN 'closed' THEN 'rejected' END, now(), now()
FROM (VALUES ('rejected', 'rejected', NULL, 'empty_return'), ('closed', 'closed', NULL, 'empty_return'),
    ('disputed', 'disputed', 'rejected', 'empty_return'), ('used', 'rejected', NULL, 'used_or_affects_resale'),
    ('known', 'rejected', NULL, 'empty_return')) AS one (id, state, frozen, why);
INSERT INTO case_lines (case_id, line_id, sku, quantity, amount_minor, line_units, line_paid_minor, units_before)
    SELECT id, 'line_1', 'KETTLE-1', 2, 2000, 9, 9000, 0 FROM cases;
INSERT INTO returns (case_id, delivered_at, received)
    SELECT id, now(), CASE id WHEN 'known' THEN '[]'::jsonb END FROM cases;
"""


@pytest.mark.parametrize("old", ["0100"], indirect=True)
async def test_nothing_was_received_of_a_return_that_was_rejected_as_empty(old: OldDatabase) -> None:
    await old.connection.execute(BEFORE_0101)
    await old.upgrade("0101")
    nothing = '[{"line_id": "line_1", "quantity": 0}]'
    assert await old.column("returns", "received", "case_id") == {
        "closed": nothing,
        "disputed": nothing,
        "known": "[]",
        "rejected": nothing,
        "used": None,
    }
