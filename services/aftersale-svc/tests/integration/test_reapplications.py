"""A buyer asks again after a rejection: a new case names the old one, which ends with that."""

from aftercare_events import AfterSaleClosed, AfterSaleRequested
from aftersale_shop import HASH, Shop

OTHER = "sha256:" + "cd" * 32


async def left(shop: Shop, case_id: str) -> int:
    """How often the buyer may still ask."""
    found = (await shop.buyer.get(f"/v1/cases/{case_id}/reapplications")).json()
    assert found["most"] == 5
    return int(found["left"])


async def test_a_new_case_takes_the_place_of_the_rejected_one(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected(2)
    shown = (await shop.buyer.get(f"/v1/cases/{case['id']}")).json()
    [action] = [each for each in shown["allowed_actions"] if each["action"] == "reapply"]
    assert (action["allowed"], await left(shop, case["id"])) == (True, 5)
    body = {"type": "refund_only", "description": "补充视频", "evidence": [OTHER], "note": "有新的凭证"}
    response = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json=body)
    assert response.status_code == 201, response.text
    again = response.json()
    assert (again["reapplication_of"], again["state"], again["type"]) == (case["id"], "pending_review", "refund_only")
    assert (again["requested"], again["lines"][0]["quantity"]) == (case["requested"], 2)
    assert (again["evidence"], again["description"], again["reason"]) == ([HASH, OTHER], "补充视频", case["reason"])
    old = await shop.get(case["id"])
    assert (old["state"], old["close_cause"], old["whose_turn"]) == ("closed", "reapplied", "nobody")
    assert old["reapplied_by"] == again["id"]
    assert (await shop.last(AfterSaleClosed)).cause == "reapplied"
    assert (await shop.last(AfterSaleRequested)).reapplication_of == case["id"]
    await shop.act(shop.seller, again["id"], "approve")
    assert (await shop.refund_succeeds()).amount_minor == 19133
    assert await shop.complaint(case["id"]) is None, "its units are in the new case"


async def test_five_times_are_the_most(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected(1)
    for still in (5, 4, 3, 2, 1):
        assert await left(shop, case["id"]) == still
        response = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={})
        case = await shop.act(shop.seller, response.json()["id"], "reject", reason="no_defect_found")
    assert await left(shop, case["id"]) == 0
    shown = (await shop.buyer.get(f"/v1/cases/{case['id']}")).json()
    [action] = [each for each in shown["allowed_actions"] if each["action"] == "reapply"]
    assert (action["allowed"], action["why_not"]) == (False, "reapplied_too_often")
    [text] = [each for each in shown["explanation"]["actions"] if each["action"] == "reapply"]
    assert text["why_not"]["en"] == "nobody can ask again about these goods"
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={})
    assert shop.harness.problem(refused, 409, "reapplied_too_often")["times"] == 6
    assert (await shop.get(case["id"]))["state"] == "rejected", "nothing has changed"


async def test_a_rejection_that_waits_for_the_buyer_counts_for_other_units_of_the_line(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected(1)
    for _ in range(5):
        response = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={})
        case = await shop.act(shop.seller, response.json()["id"], "reject", reason="no_defect_found")
    assert shop.harness.problem(await shop.ask(1), 409, "reapplied_too_often")["times"] == 6


async def test_what_the_merchant_opened_and_rejected_is_no_request_of_the_buyer(shop: Shop) -> None:
    await shop.delivered()
    opened = await shop.case(1, client=shop.seller)
    await shop.act(shop.seller, opened["id"], "reject", reason="no_defect_found")
    assert await left(shop, opened["id"]) == 6, "as if nobody had asked"
    for _ in range(6):
        await shop.act(shop.buyer, opened["id"], "accept")
        opened = await shop.case(1, client=shop.seller)
        await shop.act(shop.seller, opened["id"], "reject", reason="no_defect_found")
    again = await shop.buyer.post(f"/v1/cases/{opened['id']}/reapply", json={})
    assert again.status_code == 201, again.text
    await shop.act(shop.seller, again.json()["id"], "reject", reason="no_defect_found")
    assert await left(shop, again.json()["id"]) == 5, "the buyer has asked by now"


async def test_what_is_not_asked_for_again(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    shop.harness.problem(await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={}), 409, "illegal_transition")
    other = shop.harness.client("buyer", "buyer-2")
    shop.harness.problem(await other.post(f"/v1/cases/{case['id']}/reapply", json={}), 404, "not_found")
    assert (await shop.seller.post(f"/v1/cases/{case['id']}/reapply", json={})).status_code == 403
    sent = await shop.arrived(2)
    await shop.inspect(sent["id"], 0, reason="empty_return")
    refused = await shop.buyer.post(f"/v1/cases/{sent['id']}/reapply", json={})
    assert "address" not in str(shop.harness.problem(refused, 409, "return_already_shipped")["detail"])
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
    unsuited = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={"type": "price_adjust"})
    shop.harness.problem(unsuited, 422, "prices_missing")
    assert (await shop.get(case["id"]))["state"] == "rejected"
