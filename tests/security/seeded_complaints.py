"""What was submitted to complaints of a seeded cs-svc, and what agents do with it."""

from seeded_service import SeededService, made


async def seed_complaints(service: SeededService) -> None:
    """A submission that repeats the complaint, another complaint to merge it into, and the message to mark."""
    buyer = service.harness.client("buyer", "buyer-1")
    repeated = made(await buyer.post("/v1/complaints", json=service.bodies["openComplaint"]))
    other = {"channel": "phone", "order_id": "ord_1", "category": "delivery", "text": "包裹破损"}
    into = made(await buyer.post("/v1/complaints", json=other))["id"]
    conversation = made(await buyer.get(f"/v1/conversations/{service.ids['conversation_id']}"))
    service.ids["message_id"] = conversation["messages"][0]["id"]
    file = {"authority": "市场监督管理局", "file_number": "1", "text": "?", "received_at": "2026-03-02T01:00:00Z"}
    agent, order = service.harness.client("agent", "agent-1"), {"order_id": "ord_1"}
    taken = made(await agent.post("/v1/regulator-complaints", json=file | order))
    service.ids["regulator_complaint_id"] = taken["id"]
    service.bodies |= {
        "receiveRegulatorComplaint": {**file, **order, "file_number": "2"},
        "assignRegulatorComplaint": {"responsible_id": "agent-2"},
        "acceptMediation": {},
        "declineMediation": {},
        "recordAgreement": {"agreement": "退款"},
        "recordRefusal": {},
        "replyToRegulator": {"letter": "已处理"},
        "reopenRegulatorComplaint": {},
        "separateSubmission": {"submission_id": repeated["added_submission_id"], "reason": "另一件事"},
        "mergeComplaint": {"into": into, "reason": "同一件事"},
        "markAsComplaint": {"category": "other"},
    }
