"""The daily statement of each provider, compared with our books: a difference is opened where a minor unit is off."""

import csv
import dataclasses
import io
from datetime import date

import httpx
import pytest
from aftercare_events import (
    PaymentDifferenceExplained,
    PaymentDifferenceOpened,
    PaymentDifferenceResolved,
    PaymentSucceeded,
)
from aftercare_simulators.payment.ledger import Kind
from order_svc.commands.payments.reconciliations import reconcile
from order_svc.domain.payments.statements import EntryKind, StatementEntry
from order_svc.workers.reconciliation import WORKER
from payment_office import Office


@pytest.fixture
def office(world, shop) -> Office:
    return Office(shop, world)


async def test_books_that_agree_have_no_difference(office, shop):
    order, _ = await office.paid()
    await shop.ask_refund(order, 19133)
    await shop.ask_refund(order, 1, refund_id="refund_2")
    await office.settle()
    for _ in range(3):
        await office.next_day()
    assert await office.differences() == []
    assert (await office.report())[0] == (3, 0)
    assert [differences for _, differences in await office.report()] == [0, 0, 0]


async def test_a_minor_unit_that_is_off_opens_a_difference(office, world):
    _, payment = await office.paid()
    world.provider.ledger._file.execute("UPDATE operation SET amount = amount + 1")
    await office.next_day()
    [found] = await office.differences(state="open")
    assert (found["cause"], found["kind"], found["subject_id"]) == ("other_amount", "payment", payment["id"])
    assert (found["ours"]["amount"], found["theirs"]["amount"]) == (29500, 29501)
    assert await office.report() == [(1, 1)]


async def test_what_is_listed_twice_opens_a_difference(office, shop):
    _, payment = await office.paid()
    [paid] = await shop.events(PaymentSucceeded)
    entry = {"subject_id": payment["id"], "amount_minor": 29500, "currency": "CNY"}
    listed = [
        StatementEntry(kind=EntryKind.PAYMENT, reference=paid.provider_reference, **entry),
        StatementEntry(kind=EntryKind.PAYMENT, reference="of another charge", **entry),
    ]
    for day, number in ((1, 1), (2, 3)):
        async with shop.h.runtime.transaction() as tx:
            await reconcile(tx, office.name, date(2026, 3, day), entries=listed, earlier=None)
        assert len(await office.differences()) == number, "an entry of an earlier day counts"
    found = {
        (each["cause"], each["kind"], each["ours"]["amount"], each["theirs"]["amount"])
        for each in await office.differences()
    }
    assert found == {("listed_twice", "payment", 0, 29500)}


async def test_what_one_side_does_not_have_opens_a_difference(office, world, shop):
    await office.paid()
    foreign = dataclasses.replace(world.payment, id="pay_0195a1b2c3d47e5f8a9b0c1d2e3fffff", created_at=world.now)
    world.provider.callbacks.client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    await world.pay(foreign)
    await world.settled()
    await office.next_day()
    assert [each["cause"] for each in await office.differences()] == ["unknown_here"]
    office = Office(shop, world)
    _, payment = await office.paid()
    newest = world.provider.ledger.payments()[-1]
    world.provider.ledger._file.execute("DELETE FROM operation WHERE kind = ? AND id = ?", (Kind.PAYMENT, newest.id))
    await office.next_day()
    await office.next_day()
    missing = (await office.differences())[-1]
    assert (missing["cause"], missing["subject_id"]) == ("missing_there", payment["id"])
    assert (missing["ours"]["amount"], missing["theirs"]["amount"]) == (29500, 0)


async def test_a_success_that_nobody_reported_opens_a_difference(office, world):
    world.provider.callbacks.client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    order = await office.shop.place()
    body = world.request
    await office.shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)
    await office.shop.h.runtime.pool.execute("UPDATE provider_calls SET due_at = due_at + interval '9 days'")
    [payment] = (await office.shop.buyer.get("/v1/payments")).json()["data"]
    await world.pay(dataclasses.replace(world.payment, id=payment["id"], created_at=world.now))
    await world.settled()
    await office.next_day()
    assert [each["cause"] for each in await office.differences()] == ["not_succeeded_here"]


async def test_a_statement_that_is_not_there_is_asked_for_again(office, world):
    await office.paid()
    world.break_with(httpx.Response(500))
    await office.next_day()
    assert await office.report() == []
    world.break_with(None)
    office.shop.h.clock.advance(hours=1)
    await office.shop.h.run_workers(WORKER)
    assert await office.report() == [(1, 0)]


async def test_administrators_explain_and_resolve_a_difference(office, world):
    await office.paid()
    world.provider.ledger._file.execute("UPDATE operation SET amount = amount + 1")
    await office.next_day()
    [found] = await office.differences()
    path, problem = f"/v1/payment-differences/{found['id']}", office.shop.problem
    allowed = [each["action"] for each in found["allowed_actions"] if each["allowed"]]
    assert allowed == ["explain", "resolve"]
    note = {"note": "a fee was added"}
    explained = (await office.admin.post(f"{path}/explain", json=note)).json()
    assert (explained["state"], explained["note"], explained["handler_id"]) == ("explained", note["note"], "ops-1")
    problem(await office.admin.post(f"{path}/explain", json=note), 409, "illegal_transition")
    problem(await office.admin.post(f"{path}/resolve", json={}), 422, "validation_failed")
    assert (await office.admin.post(f"{path}/resolve", json=note)).json()["state"] == "resolved"
    assert (await office.admin.get(path)).json()["state"] == "resolved"
    problem(await office.shop.seller.get(path), 403, "forbidden")
    problem(await office.admin.get("/v1/payment-differences/diff_x"), 404, "not_found")


async def test_the_report_of_a_night_has_sums_and_differences(office, shop, world):
    order, payment = await office.paid()
    await shop.ask_refund(order, 19133)
    await shop.ask_refund(order, 1, refund_id="refund_2")
    await office.settle()
    world.provider.ledger._file.execute("UPDATE operation SET amount = amount + 1 WHERE kind = 'payment'")
    await office.next_day()
    [row] = [
        each
        for each in (await office.admin.get("/v1/payment-reconciliations")).json()["data"]
        if each["provider"] == office.name
    ]
    path = f"/v1/payment-reconciliations/{office.name}/{row['day']}"
    report = (await office.admin.get(path)).json()
    assert (report["entries"], report["differences"], report["open"]) == (3, 1, 1)
    sums = [(each["kind"], each["entries"], each["amount"]) for each in report["sums"]]
    assert sums == [
        ("payment", 1, {"amount": 29501, "currency": "CNY"}),
        ("refund", 2, {"amount": 19134, "currency": "CNY"}),
    ]
    [found] = report["opened"]
    assert (found["cause"], found["subject_id"]) == ("other_amount", payment["id"])
    await office.admin.post(f"/v1/payment-differences/{found['id']}/resolve", json={"note": "a wrong bill"})
    assert (await office.admin.get(path)).json()["open"] == 0
    shop.problem(await shop.seller.get(path), 403, "forbidden")
    shop.problem(await office.admin.get(f"/v1/payment-reconciliations/{office.name}/2020-01-01"), 404, "not_found")


async def test_the_report_of_a_night_is_a_file_for_spreadsheets(office, shop, world):
    _, payment = await office.paid()
    world.provider.ledger._file.execute("UPDATE operation SET amount = amount + 1 WHERE kind = 'payment'")
    await office.next_day()
    [found] = await office.differences()
    note = {"note": '=HYPERLINK("http://x";"a, b")'}
    await office.finance.post(f"/v1/payment-differences/{found['id']}/explain", json=note)
    path = f"/v1/payment-reconciliations/{office.name}/{found['day']}/export"
    response = await office.finance.get(path)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{office.name}-{found["day"]}.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")
    total, difference = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert (total["line"], total["kind"], total["entries"]) == ("sum", "payment", "1")
    assert (total["theirs"], total["theirs_minor"], total["ours"]) == ("295.01", "29501", "")
    amounts = [difference[name] for name in ("ours", "ours_minor", "theirs", "theirs_minor", "currency")]
    assert amounts == ["295.00", "29500", "295.01", "29501", "CNY"]
    assert (difference["subject_id"], difference["cause"]) == (payment["id"], "other_amount")
    assert (difference["state"], difference["note"]) == ("explained", f"'{note['note']}")
    shop.problem(await office.finance.get(path.replace(found["day"], "2020-01-01")), 404, "not_found")
    shop.problem(await shop.h.client("agent", "agent-1").get(path), 403, "forbidden")


async def test_finance_settles_differences_and_sees_no_orders(office, world):
    order, payment = await office.paid()
    world.provider.ledger._file.execute("UPDATE operation SET amount = amount + 1")
    await office.next_day()
    finance, problem = office.finance, office.shop.problem
    [found] = (await finance.get("/v1/payment-differences")).json()["data"]
    path = f"/v1/payment-differences/{found['id']}"
    assert (await finance.post(f"{path}/resolve", json={"note": "a wrong bill"})).json()["handler_id"] == "finance-1"
    postings = (await finance.get("/v1/ledger-postings", params={"order_id": order["id"]})).json()["data"]
    assert {each["order_id"] for each in postings} == {order["id"]}
    assert (await finance.get("/v1/merchants/m-1/ledger")).status_code == 200
    assert (await finance.get("/v1/ledger/proof")).json()["holds"]
    assert (await finance.get("/v1/orders")).json()["data"] == []
    for hidden in (f"orders/{order['id']}", f"payments/{payment['id']}", f"orders/{order['id']}/ledger"):
        problem(await finance.get(f"/v1/{hidden}"), 404, "not_found")
    problem(await finance.post(f"/v1/payments/{payment['id']}/refund-remainder"), 403, "forbidden")


async def test_a_difference_is_published_when_it_is_opened_explained_and_resolved(office, world, shop):
    _, payment = await office.paid()
    world.provider.ledger._file.execute("UPDATE operation SET amount = amount + 1")
    await office.next_day()
    [found] = await office.differences()
    for action in ("explain", "resolve"):
        await office.admin.post(f"/v1/payment-differences/{found['id']}/{action}", json={"note": "a wrong bill"})
    for kind, result in (
        (PaymentDifferenceOpened, "open"),
        (PaymentDifferenceExplained, "explained"),
        (PaymentDifferenceResolved, "resolved"),
    ):
        [event] = await shop.events(kind)
        assert (event.difference_id, event.subject_id, event.result) == (found["id"], payment["id"], result)
        assert (event.our_minor, event.their_minor, event.currency) == (29500, 29501, "CNY")
        assert event.day == found["day"]
