"""An agent writes to an address of a customer, who is linked to a buyer for a while."""

import json

from in_process_suite import InProcessSuite

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
