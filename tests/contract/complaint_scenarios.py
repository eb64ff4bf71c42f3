"""A complaint that is repeated over another channel, what agents make of it, and one of an authority."""

from datetime import timedelta

from in_process_suite import InProcessSuite
from suite_scenarios import TEXTS, delivered


async def a_repeated_complaint(suite: InProcessSuite) -> str:
    """Repeated, separated and merged; the order's id."""
    order = await delivered(suite, "73000091")
    about = {"order_id": order["id"], "category": "unfair_rejection"}
    first = await suite.call("buyer", "cs", "complaints", about | {"channel": "web", "text": TEXTS["complaint"]})
    phoned = about | {"channel": "phone", "text": TEXTS["complaint"]}
    added = (await suite.call("agent", "cs", "complaints", phoned))["added_submission_id"]
    path = f"complaints/{first['id']}"
    separated = await suite.call("agent", "cs", f"{path}/separate", {"submission_id": added, "reason": TEXTS["note"]})
    merged = {"into": first["id"], "reason": TEXTS["note"]}
    await suite.call("agent", "cs", f"complaints/{separated['id']}/merge", merged)
    return str(order["id"])


async def a_complaint_of_an_authority(suite: InProcessSuite) -> str:
    """Mediated without an agreement, answered by letter, and taken up again; the order's id."""
    order = await delivered(suite, "73000092")
    file = {"authority": "西湖区市场监督管理局", "file_number": "1330106002026030200000001", "text": TEXTS["note"]}
    sent = file | {"received_at": suite.now.isoformat(), "order_id": order["id"]}
    path = f"regulator-complaints/{(await suite.call('agent', 'cs', 'regulator-complaints', sent))['id']}"
    await suite.call("agent", "cs", f"{path}/accept", {})
    await suite.call("agent", "cs", f"{path}/refuse", {})
    await suite.call("agent", "cs", f"{path}/reply", {"letter": TEXTS["reply"]})
    tomorrow = suite.now + timedelta(days=1)
    await suite.call("agent", "cs", f"{path}/reopen", {"answer_by": tomorrow.isoformat()})
    return str(order["id"])


SCENARIOS = (a_repeated_complaint, a_complaint_of_an_authority)
