"""What happens to disputes, for the tests of what the services publish."""

from typing import Any

import suite_scenarios as usual
from in_process_suite import InProcessSuite
from uploads import a_photo, photo_of, uploaded


async def a_dispute_that_both_sides_settle(suite: InProcessSuite) -> str:
    """A dispute opened in the case itself, with evidence on request and tests, of which the third proposal is accepted; the order's id."""
    order = await usual.delivered(suite, "73000211")
    case = await usual.rejected(suite, order, 1)
    body = {"category": "unfair_rejection", "text": usual.TEXTS["complaint"], "evidence": [usual.PHOTO]}
    dispute = await suite.call("buyer", "aftersale", f"cases/{case['id']}/dispute", body)

    async def act(who: str, action: str, **fields: Any) -> dict[str, Any]:
        return await suite.call(who, "aftersale", f"disputes/{dispute['id']}/{action}", fields)

    async def propose(who: str) -> str:
        await act(who, "proposals", remedy="resume", liable="nobody", text=usual.TEXTS["note"])
        shown = await suite.get(who, "aftersale", f"disputes/{dispute['id']}")
        return str(shown["proposals"][-1]["id"])

    complaint = await suite.get("buyer", "cs", f"complaints/{dispute['complaint_id']}")
    assert (complaint["channel"], complaint["state"]) == ("case", "escalated")
    await act("seller", "answer", text=usual.TEXTS["answer"])
    await suite.call("arbitrator", "aftersale", f"disputes/{dispute['id']}/take")
    await act("arbitrator", "release")
    await act("agent", "assign", arbitrator_id="arb-1")
    await act("arbitrator", "request-evidence", asked_of="both", missing=usual.TEXTS["grounds"])
    await act("buyer", "submit-evidence", evidence=[usual.PHOTO])
    await act("seller", "submit-evidence", note=usual.TEXTS["note"])
    await tested(suite, case, dispute["id"])
    await act("buyer", f"proposals/{await propose('seller')}/decline")
    await propose("buyer")
    await suite.advance(49)
    settled = await act("buyer", f"proposals/{await propose('seller')}/accept")
    assert settled["state"] == "settled"
    resolved = await suite.get("buyer", "cs", f"complaints/{dispute['complaint_id']}")
    assert (resolved["state"], resolved["outcome"]) == ("resolved", "dispute_settled")
    await usual.step(suite, "buyer", case, "accept")
    return str(order["id"])


async def tested(suite: InProcessSuite, case: dict[str, Any], dispute_id: str) -> None:
    """A test that is reported, and another one that is cancelled."""

    async def act(who: str, action: str, **fields: Any) -> dict[str, Any]:
        return await suite.call(who, "aftersale", f"disputes/{dispute_id}/{action}", fields)

    wanted = {
        "lines": [{"line_id": case["lines"][0]["line_id"], "quantity": 1}],
        "questions": ["defective"],
        "testing_body_id": "lab-1",
        "sample_from": "merchant",
        "advanced_by": "platform",
        "cost": usual.cny(30000),
        "note": usual.TEXTS["note"],
    }
    await act("arbitrator", "order-test", **wanted)
    await act("seller", "send-sample", carrier="zto", waybill_no="73000219")
    await act("seller", "correct-sample-waybill", carrier="zto", waybill_no="73000213")
    await act("agent", "receive-sample")
    report = await uploaded(suite, photo_of(90), "agent", kind="test_report", case_id=case["id"])
    answers = [{"question": "defective", "answer": "inconclusive"}]
    reported = await act("agent", "report-test", evidence_id=report["id"], answers=answers)
    assert reported["state"] == "platform_review"
    await act("arbitrator", "order-test", **wanted)
    await act("arbitrator", "cancel-test", note=usual.TEXTS["note"])


async def verdicts_that_are_appealed_against(suite: InProcessSuite) -> str:
    """Three verdicts: one against which nobody appeals, one that is confirmed, one that is replaced; the order's id."""
    order = await usual.delivered(suite, "73000212")
    judgement = {"liable": "buyer", "remedy": "none", "grounds": usual.TEXTS["grounds"]}
    grounds = {"grounds": usual.TEXTS["grounds"]}

    async def decided(takes_effect: str) -> str:
        case = await usual.rejected(suite, order, 1)
        body = {"category": "unfair_rejection", "text": usual.TEXTS["complaint"]}
        dispute = await suite.call("buyer", "aftersale", f"cases/{case['id']}/dispute", body)
        await suite.call("seller", "aftersale", f"disputes/{dispute['id']}/answer", {"text": usual.TEXTS["answer"]})
        verdict = {**judgement, "takes_effect": takes_effect}
        await suite.call("arbitrator", "aftersale", f"disputes/{dispute['id']}/verdict", verdict)
        return str(dispute["id"])

    final = await decided("after_appeal_window")
    await suite.advance(73)
    assert (await suite.get("buyer", "aftersale", f"disputes/{final}"))["state"] == "executed"
    for action, body in (("confirm-verdict", grounds), ("replace-verdict", {**judgement, "liable": "seller"})):
        dispute_id = await decided("at_once")
        await suite.call("buyer", "aftersale", f"disputes/{dispute_id}/appeal", grounds)
        done = await suite.call("second arbitrator", "aftersale", f"disputes/{dispute_id}/{action}", body)
        assert done["state"] == "executed"
    await _paid_too_much(suite, await usual.rejected(suite, order, 1))
    return str(order["id"])


async def _paid_too_much(suite: InProcessSuite, case: dict[str, Any]) -> None:
    """A verdict that has paid is replaced by one of less: the buyer pays back a part, and the rest is written off."""
    body = {"category": "unfair_rejection", "text": usual.TEXTS["complaint"]}
    dispute = await suite.call("buyer", "aftersale", f"cases/{case['id']}/dispute", body)

    async def act(who: str, action: str, **more: Any) -> None:
        await suite.call(who, "aftersale", f"disputes/{dispute['id']}/{action}", more)

    await act("seller", "answer", text=usual.TEXTS["answer"])
    verdict = {"liable": "seller", "remedy": "refund", "grounds": usual.TEXTS["grounds"]}
    await act("arbitrator", "verdict", **verdict, amount=usual.cny(3000), takes_effect="at_once")
    await act("seller", "appeal", grounds=usual.TEXTS["grounds"])
    await act("second arbitrator", "replace-verdict", **verdict, amount=usual.cny(1000))
    await act("seller", "record-repayment", amount=usual.cny(500), reference=usual.TEXTS["reply"])
    await act("seller", "write-off", note=usual.TEXTS["note"])


async def a_verdict_whose_refund_fails(suite: InProcessSuite) -> str:
    """The dispute waits for an agent, and the money is given back outside the provider; the order's id."""
    order = await usual.delivered(suite, "73000213", "sim_refund_declined")
    case = await usual.rejected(suite, order, 1)
    body = {"category": "unfair_rejection", "text": usual.TEXTS["complaint"]}
    dispute = await suite.call("buyer", "aftersale", f"cases/{case['id']}/dispute", body)
    await suite.call("seller", "aftersale", f"disputes/{dispute['id']}/answer", {"text": usual.TEXTS["answer"]})
    verdict = {"liable": "seller", "remedy": "refund", "amount": usual.cny(3000), "grounds": usual.TEXTS["grounds"]}
    await suite.call(
        "arbitrator", "aftersale", f"disputes/{dispute['id']}/verdict", verdict | {"takes_effect": "at_once"}
    )
    waiting = await suite.get("buyer", "aftersale", f"disputes/{dispute['id']}")
    assert (waiting["state"], waiting["whose_turn"]) == ("executing", "agent")
    stated = {
        "method": "bank_transfer",
        "reference": usual.TEXTS["reply"],
        "evidence": [await a_photo(suite, order, "seller")],
    }
    await usual.step(suite, "seller", case, "state-offline-refund", **stated)
    await usual.step(suite, "buyer", case, "confirm-offline-refund")
    assert (await suite.get("buyer", "aftersale", f"disputes/{dispute['id']}"))["state"] == "executed"
    return str(order["id"])


SCENARIOS = (a_dispute_that_both_sides_settle, verdicts_that_are_appealed_against, a_verdict_whose_refund_fails)
