"""An agent writes to an address of a customer, who is linked to a buyer for a while."""

from in_process_suite import InProcessSuite

MAIL, REASON, TEXT = "li.wei@mail.example.com", "来电核对了订单号", "您的退货已收到"


async def written_to(suite: InProcessSuite) -> None:
    """Write to an address, link it to the buyer and undo the link."""
    identity = await suite.call("agent", "cs", "identities", {"channel": "email", "address": MAIL})
    path = f"identities/{identity['id']}"
    await suite.call("agent", "cs", f"{path}/conversations", {"text": TEXT})
    await suite.call("agent", "cs", f"{path}/link", {"buyer_id": "buyer-1", "reason": REASON})
    await suite.call("agent", "cs", f"{path}/unlink", {"reason": REASON})
