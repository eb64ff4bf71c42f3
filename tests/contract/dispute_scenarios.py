"""What happens to disputes, for the tests of what the services publish."""

from typing import Any

import suite_scenarios as usual
from in_process_suite import InProcessSuite


async def a_dispute_that_both_sides_settle(suite: InProcessSuite) -> str:
    """A dispute opened in the case itself, with evidence on request, of which the third proposal is accepted; the order's id."""
    order = await usual.delivered(suite, "73000041")
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
    await act("buyer", f"proposals/{await propose('seller')}/decline")
    await propose("buyer")
    await suite.advance(49)
    settled = await act("buyer", f"proposals/{await propose('seller')}/accept")
    assert settled["state"] == "settled"
    resolved = await suite.get("buyer", "cs", f"complaints/{dispute['complaint_id']}")
    assert (resolved["state"], resolved["outcome"]) == ("resolved", "dispute_settled")
    await usual.step(suite, "buyer", case, "accept")
    return str(order["id"])


SCENARIOS = (a_dispute_that_both_sides_settle,)
