"""How many answers people owe, as figures for alerts."""

from cs_desk import Desk, made
from prometheus_client.parser import text_string_to_metric_families

WORKER = "answer-figures"


async def figures(desk: Desk, document: str) -> list[float]:
    """How many are owed and overdue, and for how many seconds the oldest is overdue."""
    await desk.harness.run_workers(WORKER)
    families = text_string_to_metric_families(desk.harness.runtime.metrics.exposition().decode())
    names = ["aftercare_answers_owed", "aftercare_answers_overdue", "aftercare_answer_overdue_seconds"]
    found = {each.name: each.samples for each in families if each.name in names}
    return [sample.value for name in names for sample in found[name] if sample.labels == {"document": document}]


async def test_answers_that_are_owed_and_overdue_are_measured(prepared: Desk) -> None:
    assert await figures(prepared, "conversation") == await figures(prepared, "complaint") == [0, 0, 0]
    opened = await prepared.conversation()
    complaint = await prepared.complaint()
    assert await figures(prepared, "conversation") == [1, 0, 0]
    prepared.harness.clock.advance(hours=49)
    assert await figures(prepared, "conversation") == [1, 1, 45 * 3600]
    assert await figures(prepared, "complaint") == [1, 1, 3600]
    made(await prepared.seller.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "已安排"}))
    await prepared.agent.post(f"/v1/complaints/{complaint['id']}/answer", json={"text": "已核实"})
    assert await figures(prepared, "conversation") == await figures(prepared, "complaint") == [0, 0, 0]
