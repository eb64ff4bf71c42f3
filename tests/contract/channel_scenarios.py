"""An agent writes to an address of a customer, who is linked to a buyer for a while."""

import json

from aftercare_simulators.channels.telephone import Telephone
from in_process_suite import TELEPHONE_SECRET, InProcessSuite

MAIL, REASON, TEXT = "li.wei@mail.example.com", "来电核对了订单号", "您的退货已收到"


async def written_to(suite: InProcessSuite) -> None:
    """Write to an address, link it to the buyer and undo the link."""
    identity = await suite.call("agent", "cs", "identities", {"channel": "email", "address": MAIL})
    path = f"identities/{identity['id']}"
    await suite.call("agent", "cs", f"{path}/conversations", {"text": TEXT})
    await suite.call("agent", "cs", f"{path}/link", {"buyer_id": "buyer-1", "reason": REASON})
    await suite.call("agent", "cs", f"{path}/unlink", {"reason": REASON})


async def opted_out(suite: InProcessSuite) -> None:
    """Somebody answers a text message that they want no more of them, and later that they do."""
    for number, text in enumerate(("您好", "TD", "恢复"), 1):
        answer = {"phone_number": "13800138000", "content": text, "sequence_id": number}
        client = suite.services["cs"].client()
        path = "/v1/channel-webhooks/sms?token=push-token"
        response = await client.post(path, content=json.dumps([answer]).encode())
        assert response.status_code == 200, response.text
        await suite.services["cs"].run_workers("channel-inbox")
    await suite.settle()


async def called(suite: InProcessSuite) -> None:
    """Somebody calls twice; an agent answers the second call and records what came of it."""
    cs = suite.services["cs"]
    telephone = Telephone(cs.clock.now, TELEPHONE_SECRET)
    talk = {"agent_id": "agent-1", "answered": True, "duration_seconds": 60}
    for call_id, kind in (("1", "ringing"), ("1", "ended"), ("2", "ringing"), ("2", "answered"), ("2", "ended")):
        more = talk if (call_id, kind) == ("2", "ended") else {}
        headers, body = telephone.report(kind, call_id, "13900139000", **more)
        response = await cs.client().post("/v1/channel-webhooks/phone", content=body, headers=headers)
        assert response.status_code == 200, response.text
        await cs.run_workers("channel-inbox")
    [answered] = (await suite.get("agent", "cs", "calls?agent_id=agent-1"))["data"]
    await suite.call("agent", "cs", f"calls/{answered['id']}/disposition", {"outcome": "resolved", "note": TEXT})
