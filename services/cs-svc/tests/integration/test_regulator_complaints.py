"""Complaints of authorities: dates by law, mediation, the letter, and who may see them."""

from typing import Any

import pypdfium2
import pytest
from cs_desk import CASE, ORDER, Desk, complaint_body, made

PATH = "/v1/regulator-complaints"
FILE = {
    "authority": "杭州市西湖区市场监督管理局",
    "file_number": "1330106002026030200000001",
    "text": "消费者投诉水壶漏水，商家拒绝退货。",
    "received_at": "2026-03-02T01:00:00Z",
    "order_id": ORDER,
    "case_id": CASE,
}


async def received(desk: Desk, **fields: Any) -> dict[str, Any]:
    return made(await desk.agent.post(PATH, json={**FILE, **fields}))


async def step(desk: Desk, id_: str, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    response = await desk.agent.post(f"{PATH}/{id_}/{verb}", json=body)
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def test_a_mediation_ends_with_an_agreement_and_a_letter(prepared: Desk) -> None:
    row = await received(prepared)
    assert (row["state"], row["responsible_id"], row["merchant_id"]) == ("received", "agent-1", "m-1")
    assert row["due_at"] == "2026-03-11T16:00:00Z", (
        "seven working days after Monday, 2 March, at the end of the day in Shanghai"
    )
    accepted = await step(prepared, row["id"], "accept")
    assert (accepted["state"], accepted["due_at"]) == ("mediating", "2026-05-04T16:00:00Z")
    await step(prepared, row["id"], "assign", {"responsible_id": "agent-2"})
    agreed = await step(prepared, row["id"], "agree", {"agreement": "退款 191.33 元"})
    assert (agreed["state"], agreed["outcome"], agreed["agreement"]) == ("replying", "agreed", "退款 191.33 元")
    refused = await prepared.agent.get(f"{PATH}/{row['id']}/letter")
    prepared.harness.problem(refused, 409, "not_replied")
    closed = await step(prepared, row["id"], "reply", {"letter": "经核实，双方达成一致。\nThe refund was paid."})
    assert (closed["state"], closed["whose_turn"], closed["due_at"]) == ("closed", None, None)
    assert closed["responsible_id"] == "agent-2"
    letter = await prepared.seller.get(f"{PATH}/{row['id']}/letter")
    assert letter.headers["content-type"] == "application/pdf"
    text = pypdfium2.PdfDocument(letter.content)[0].get_textpage().get_text_range()
    for shown in (FILE["authority"], FILE["file_number"], "经核实，双方达成一致。", "The refund was paid."):
        assert str(shown) in text
    steps = [each.step for each in await prepared.events("RegulatorComplaintProgressed")]
    assert steps == ["accept", "assign", "agree"]
    [replied] = await prepared.events("RegulatorComplaintReplied")
    assert (replied.regulator_complaint_id, replied.outcome, replied.case_id) == (row["id"], "agreed", CASE)
    reopened = await step(prepared, row["id"], "reopen", {"answer_by": "2026-06-01T00:00:00Z"})
    assert (reopened["state"], reopened["outcome"], reopened["due_at"]) == ("mediating", None, "2026-06-01T00:00:00Z")


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59-12:00", "1999-12-31T23:59:59Z", 5]
)
@pytest.mark.parametrize("field", ["received_at", "answer_by"])
async def test_times_from_which_no_days_are_counted_are_refused(prepared: Desk, field: str, time: object) -> None:
    refused = await prepared.agent.post(PATH, json={**FILE, field: time})
    problem = prepared.harness.problem(refused, 422, "validation_failed")
    assert [each["pointer"] for each in problem["errors"]] == [f"/{field}"]


async def test_a_declined_mediation_still_needs_a_letter(prepared: Desk) -> None:
    row = await received(prepared, answer_by="2026-03-05T09:00:00Z")
    assert row["due_at"] == "2026-03-05T09:00:00Z"
    declined = await step(prepared, row["id"], "decline")
    assert (declined["state"], declined["outcome"]) == ("replying", "declined")
    again = await prepared.agent.post(f"{PATH}/{row['id']}/agree", json={"agreement": "?"})
    prepared.harness.problem(again, 409, "illegal_transition")


async def test_each_overdue_step_is_marked_once_and_listed_before(prepared: Desk) -> None:
    row = await received(prepared)
    for days, listed in ((8, []), (10, [row["id"]])):
        page = (await prepared.agent.get(PATH, params={"within_days": days})).json()["data"]
        assert [each["id"] for each in page] == listed
    prepared.harness.clock.advance(hours=24 * 10)
    await prepared.harness.run_due()
    await prepared.harness.run_due()
    assert (await prepared.agent.get(f"{PATH}/{row['id']}")).json()["overdue_at"] == "2026-03-12T09:00:00Z"
    await step(prepared, row["id"], "accept")
    prepared.harness.clock.advance(hours=24 * 80)
    await prepared.harness.run_due()
    due = [each.due_at.date().isoformat() for each in await prepared.events("RegulatorComplaintOverdue")]
    assert due == ["2026-03-11", "2026-05-14"]


async def test_a_file_is_taken_in_once(prepared: Desk) -> None:
    row = await received(prepared)
    again = await prepared.agent.post(PATH, json=FILE)
    assert prepared.harness.problem(again, 409, "file_known")["regulator_complaint_id"] == row["id"]
    await received(prepared, authority="消费者协会")


async def test_it_may_be_about_a_complaint_that_is_here(prepared: Desk) -> None:
    complaint = made(await prepared.buyer.post("/v1/complaints", json=complaint_body()))
    about = {"order_id": None, "case_id": None}
    row = await received(prepared, **about, complaint_id=complaint["id"])
    assert (row["complaint_id"], row["order_id"], row["case_id"]) == (complaint["id"], ORDER, CASE)
    nothing = await prepared.agent.post(PATH, json={**FILE, **about, "file_number": "2"})
    prepared.harness.problem(nothing, 422, "subject_required")


async def test_only_those_who_work_here_and_the_merchant_see_it(prepared: Desk) -> None:
    row = await received(prepared)
    for reader in (prepared.agent, prepared.admin, prepared.seller):
        assert (await reader.get(f"{PATH}/{row['id']}")).status_code == 200
        assert [each["id"] for each in (await reader.get(PATH)).json()["data"]] == [row["id"]]
    assert (await prepared.other_seller.get(f"{PATH}/{row['id']}")).status_code == 404
    assert (await prepared.other_seller.get(PATH)).json()["data"] == []
    for reader in (prepared.buyer, prepared.arbitrator, prepared.supplier):
        assert (await reader.get(f"{PATH}/{row['id']}")).status_code == 403
    refused = await prepared.seller.post(f"{PATH}/{row['id']}/accept")
    prepared.harness.problem(refused, 403, "forbidden")
