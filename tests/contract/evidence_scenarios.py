"""Scenarios in which files are uploaded, as evidence and in conversations."""

from in_process_suite import InProcessSuite
from suite_scenarios import asked, delivered, ordered
from uploads import attached, photo_of, uploaded


async def files_as_evidence(suite: InProcessSuite) -> str:
    """A photo is accepted and cited, another file is refused, and a third is never uploaded. The order's id."""
    order = await delivered(suite, "73000019")
    photo = await uploaded(suite, photo_of(), order_id=order["id"])
    case = await asked(suite, order, 1, "refund_only")
    refused = await uploaded(suite, b"no picture", case_id=case["id"])
    missing = await uploaded(suite, b"", case_id=case["id"])
    assert (photo["state"], refused["state"], missing["state"]) == ("accepted", "refused", "pending")
    await suite.advance(2)
    await suite.services["aftersale"].run_workers("evidence-checks")
    await suite.settle()
    expired = await suite.get("buyer", "aftersale", f"evidence/{missing['id']}")
    assert expired["state"] == "expired"
    return str(order["id"])


async def files_in_a_conversation(suite: InProcessSuite) -> str:
    """A photo is accepted and named by a message, another file is refused, and a third is never uploaded. The order's id."""
    order = await ordered(suite)
    opened = await suite.call("buyer", "cs", "conversations", {"text": "如图", "order_id": order["id"]})
    photo = await attached(suite, opened["id"], photo_of(90))
    refused = await attached(suite, opened["id"], b"no picture")
    missing = await attached(suite, opened["id"], b"")
    assert (photo["state"], refused["state"], missing["state"]) == ("accepted", "refused", "pending")
    body = {"text": "如图", "attachment_ids": [photo["id"]]}
    await suite.call("buyer", "cs", f"conversations/{opened['id']}/messages", body)
    await suite.advance(2)
    await suite.services["cs"].run_workers("attachment-checks")
    await suite.settle()
    expired = await suite.get("buyer", "cs", f"conversations/{opened['id']}/attachments/{missing['id']}")
    assert expired["state"] == "expired"
    return str(order["id"])


SCENARIOS = (files_as_evidence, files_in_a_conversation)
