"""Rights protection: which complaints stop a case, what a verdict does, how it ends."""

from aftercare_events import AfterSaleFrozen, AfterSaleResumed, DisputeOpened, RefundRequested, ReturnDelivered
from aftersale_shop import HASH, Shop
from checked_files import files_of


async def test_a_live_case_of_any_state_is_frozen_and_nobody_moves_it(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    event = await shop.last(DisputeOpened)
    assert (event.complaint_id, event.category, event.evidence) == ("cmp_1", "unfair_rejection", (HASH,))
    assert (await shop.last(AfterSaleFrozen)).dispute_id == dispute["id"]
    body = {"lines": [{"line_id": "line_1", "accepted": 2}]}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json=body)
    assert shop.harness.problem(refused, 409, "illegal_transition")["allowed"] == []


async def test_what_a_party_may_do_in_other_states_is_not_possible_while_a_dispute_stops_the_case(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.complaint(case["id"])
    bodies = {"reject": {"reason": "no_defect_found"}, "inspect": {"lines": [{"line_id": "line_1", "accepted": 2}]}}
    for action in ("receive", "approve", "escalate", "reject", "inspect"):
        refused = await shop.seller.post(f"/v1/cases/{case['id']}/{action}", json=bodies.get(action, {}))
        assert shop.harness.problem(refused, 409, "illegal_transition")["allowed"] == []
    shown = (await shop.seller.get(f"/v1/cases/{case['id']}")).json()["allowed_actions"]
    assert {each["why_not"] for each in shown if each["action"] in ("receive", "inspect")} == {"frozen_by_dispute"}
    for party in (shop.buyer, shop.arbitrator):
        shown = (await party.get(f"/v1/cases/{case['id']}")).json()["allowed_actions"]
        assert not [each["action"] for each in shown if each["allowed"]], "what ends the dispute is done to the dispute"
    await shop.parcel(case_id=case["id"])
    assert len(await shop.published(ReturnDelivered)) == 1, "the courier's report is recorded"


async def test_complaints_that_stay_with_customer_service(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    assert await shop.complaint(None, "cmp_no_case") is None
    assert await shop.complaint("case_unknown", "cmp_unknown") is None
    assert await shop.complaint(case["id"], "cmp_other_buyer", buyer_id="buyer-2") is None
    await shop.act(shop.buyer, case["id"], "cancel")
    assert await shop.complaint(case["id"], "cmp_cancelled") is None
    paid = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, paid["id"], "approve")
    assert await shop.complaint(paid["id"], "cmp_refunding") is None
    await shop.refund_succeeds()
    assert await shop.complaint(paid["id"], "cmp_completed") is None
    assert await shop.harness.parked() == []


async def test_a_second_complaint_opens_no_second_dispute(shop: Shop) -> None:
    await shop.delivered()
    case_id, _ = await shop.disputed()
    assert await shop.complaint(case_id, "cmp_2") is None


async def test_a_closed_case_may_be_disputed_within_the_window(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    await shop.act(shop.buyer, case["id"], "accept")
    shop.clock.advance(hours=7 * 24)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    shop.harness.problem(await shop.ask(2), 409, "units_in_live_case")
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], 19133)
    await shop.refund_succeeds()
    done = await shop.get(case["id"])
    assert (done["state"], done["close_cause"]) == ("completed", None)


async def test_a_closed_case_past_the_window_or_whose_units_are_gone_stays_closed(shop: Shop) -> None:
    await shop.delivered()
    first = await shop.rejected()
    await shop.act(shop.buyer, first["id"], "accept")
    await shop.case(2)
    assert await shop.complaint(first["id"], "cmp_taken") is None
    shop.clock.advance(hours=7 * 24 + 1)
    assert await shop.complaint(first["id"], "cmp_late") is None


async def test_a_verdict_may_award_less_and_the_rest_is_not_handed_on(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, 5000)
    assert (await shop.refund_succeeds()).amount_minor == 5000
    assert (await shop.case(1))["requested"]["amount"] == 9567


async def test_verdicts_that_make_no_sense(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")

    async def refused(status: int, code: str, **body: object) -> None:
        verdict = {"liable": "seller", "remedy": "refund", "grounds": "?", **body}
        response = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=verdict)
        shop.harness.problem(response, status, code)

    await refused(422, "amount_exceeds_paid", amount={"amount": 19134, "currency": "CNY"})
    await refused(422, "amount_missing")
    await refused(422, "amount_missing", amount={"amount": 0, "currency": "CNY"})
    await refused(422, "currency_mismatch", amount={"amount": 1, "currency": "USD"})
    await refused(422, "amount_without_refund", remedy="none", amount={"amount": 1, "currency": "CNY"})
    await refused(422, "currency_mismatch", remedy="none", amount={"amount": 0, "currency": "USD"})
    await refused(422, "validation_failed", amount={"amount": 1.5, "currency": "CNY"})
    await refused(422, "validation_failed", amount={"amount": -1, "currency": "CNY"})
    assert (await shop.get(case_id))["state"] == "disputed"
    assert not await shop.published(RefundRequested)


async def test_a_verdict_without_remedy_closes_the_case_for_good(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    executed = await shop.verdict(dispute_id, None, "none")
    assert (executed["state"], executed["refunded"]["amount"], executed["whose_turn"]) == ("executed", 0, "nobody")
    closed = await shop.get(case_id)
    assert (closed["state"], closed["close_cause"]) == ("closed", "verdict")
    assert (await shop.names(dispute_id))[-2:] == ["VerdictGiven", "DisputeExecuted"]
    assert await shop.complaint(case_id, "cmp_2") is None


async def test_a_verdict_may_let_the_case_go_on(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], None, "resume")
    assert (await shop.get(case["id"]))["state"] == "await_inspection"
    assert (await shop.last(AfterSaleResumed)).rejected is False
    await shop.inspect(case["id"], 2)


async def test_a_withdrawn_dispute_lets_the_case_go_on(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    withdrawn = await shop.rule(dispute_id, "withdraw", shop.buyer)
    assert withdrawn["state"] == "withdrawn"
    assert (await shop.get(case_id))["state"] == "rejected"
    assert (await shop.names(case_id))[-1] == "AfterSaleResumed"
    assert (await shop.last(AfterSaleResumed)).rejected is True
    assert await shop.complaint(case_id, "cmp_2") is not None


async def test_a_buyer_who_withdraws_again_and_again_can_open_no_more_disputes(shop: Shop) -> None:
    """Three are the most by default; each stops the case. What the platform opens does not count, and stays possible."""
    await shop.delivered()
    case = await shop.rejected()
    path, body = f"/v1/cases/{case['id']}/dispute", {"category": "other", "text": "?"}

    async def may_dispute(at: str | None = None) -> tuple[bool, str | None]:
        shown = (await shop.buyer.get(f"/v1/cases/{case['id']}", params={"as_of": at} if at else {})).json()
        [action] = [each for each in shown["allowed_actions"] if each["action"] == "dispute"]
        return action["allowed"], action.get("why_not")

    for number in range(3):
        before = shop.clock.now().isoformat()
        assert await may_dispute() == (True, None)
        shop.clock.advance(seconds=60)
        if number == 1:
            await shop.complaint(case["id"])
        else:
            await shop.buyer.post(path, json=body)
        [dispute, *_] = (await shop.buyer.get("/v1/disputes", params={"case_id": case["id"]})).json()["data"]
        shop.clock.advance(seconds=60)
        await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert await may_dispute() == (False, "disputed_too_often")
    assert await may_dispute(before) == (True, None)
    shop.harness.problem(await shop.buyer.post(path, json=body), 409, "disputed_too_often")
    assert await shop.complaint(case["id"], "cmp_2") is None, "customer service goes on alone"
    assert (await shop.get(case["id"]))["state"] == "rejected", "nothing has changed"
    assert (await shop.agent.post(path, json=body)).status_code == 201


async def test_a_return_that_arrives_during_the_dispute_waits_for_inspection_after_it(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.parcel()
    assert (await shop.get(case["id"]))["state"] == "disputed"
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.get(case["id"]))["state"] == "await_inspection"


async def test_a_complaint_that_is_withdrawn_gives_no_time_for_another(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    await shop.act(shop.buyer, case["id"], "accept")
    shop.clock.advance(hours=100)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.get(case["id"]))["state"] == "closed"
    shop.clock.advance(hours=67)
    again = await shop.complaint(case["id"], "cmp_2")
    assert again is not None, "it is not later than seven days after the end"
    await shop.rule(again["id"], "withdraw", shop.buyer)
    shop.clock.advance(hours=2)
    assert await shop.complaint(case["id"], "cmp_3") is None


async def test_both_sides_add_evidence_until_the_verdict(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await files_of(shop, *(f"sha256:{digit * 64}" for digit in "12"))
    await shop.rule(dispute_id, "evidence", shop.buyer, evidence=["sha256:" + "1" * 64], note="开箱视频")
    before = (await shop.seller.get(f"/v1/disputes/{dispute_id}")).json()
    shop.clock.advance(hours=1)
    after = await shop.rule(dispute_id, "evidence", shop.seller, evidence=["sha256:" + "2" * 64])
    assert (len(after["evidence"]), after["deadline_at"]) == (3, before["deadline_at"])
    refused = await shop.agent.post(f"/v1/disputes/{dispute_id}/evidence", json={"evidence": [HASH]})
    shop.harness.problem(refused, 403, "forbidden")


async def test_neither_side_adds_evidence_without_end(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await files_of(shop, HASH)
    for number in range(5):
        hashes = [HASH, *(f"sha256:{number * 20 + each:064d}" for each in range(19))]
        await shop.rule(dispute_id, "evidence", shop.buyer, evidence=hashes)
    refused = await shop.buyer.post(f"/v1/disputes/{dispute_id}/evidence", json={"evidence": [HASH]})
    problem = shop.harness.problem(refused, 409, "too_much_evidence")
    assert (problem["most"], problem["added"]) == (100, 100)
    assert len((await shop.rule(dispute_id, "evidence", shop.seller, evidence=[HASH]))["evidence"]) == 102


async def words(shop: Shop, dispute_id: str) -> tuple[str, str]:
    """Whose turn it is, and when the money goes back, as the buyer reads it."""
    found = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()["explanation"]
    return found["turn"]["en"], found["money_when"]["en"]


async def test_a_refused_refund_of_a_verdict_is_tried_again_and_then_executed(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, 7000)
    turn, money = await words(shop, dispute_id)
    assert turn.startswith("It is the turn of the payment provider, until ")
    assert money == "It is being paid; the case says by when"
    await shop.refund_fails()
    turn, money = await words(shop, dispute_id)
    assert turn.startswith("It is the turn of an agent of the platform, until ")
    assert money == "The refund has failed, and an agent has to act; the case says by when"
    assert await shop.complaint(case_id, "cmp_2") is None
    await shop.act(shop.agent, case_id, "refund")
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (7000, "verdict")
    dispute = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}")).json()
    assert (dispute["state"], dispute["refunded"]["amount"]) == ("executed", 7000)


async def test_disputes_are_listed_by_case(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    for client in (shop.buyer, shop.seller, shop.agent, shop.arbitrator):
        found = (await client.get("/v1/disputes", params={"case_id": case_id})).json()
        assert [each["id"] for each in found["data"]] == [dispute_id]
        assert found["has_more"] is False
    assert (await shop.buyer.get("/v1/disputes", params={"case_id": "case_9"})).json()["data"] == []
    other_buyer = shop.harness.client("buyer", "buyer-2")
    assert (await other_buyer.get("/v1/disputes", params={"case_id": case_id})).json()["data"] == []
