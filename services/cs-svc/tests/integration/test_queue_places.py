"""The place of a conversation in its queue, the interval of its wait, and how often intervals were right."""

import pytest
from cs_desk import Desk
from prometheus_client.parser import text_string_to_metric_families
from queue_desk import QueueDesk, done


@pytest.fixture
async def queues(prepared: Desk) -> QueueDesk:
    found = QueueDesk(prepared)
    await found.team()
    await found.enter("agent-1", capacity=1000)
    return found


async def taken(queues: QueueDesk, seconds: float) -> None:
    """A conversation that an agent takes after so many seconds."""
    opened = await queues.desk.conversation()
    queues.harness.clock.advance(seconds=seconds)
    path = f"/v1/conversations/{opened['id']}"
    done(await queues.agent("agent-1").post(f"{path}/assign"))
    done(await queues.agent("agent-1").post(f"{path}/close"))


async def place(queues: QueueDesk, conversation_id: str, who: str = "buyer-1") -> dict[str, object]:
    client = queues.harness.client("buyer", who)
    return done(await client.get(f"/v1/conversations/{conversation_id}/queue"))


async def test_the_buyer_sees_the_position(queues: QueueDesk) -> None:
    first, second = [await queues.desk.conversation() for _ in range(2)]
    queues.harness.clock.advance(seconds=10)
    shown = await place(queues, second["id"])
    assert (shown["state"], shown["position"], shown.get("low_seconds")) == ("waiting", 2, None)
    assert (await place(queues, first["id"]))["position"] == 1
    done(await queues.desk.buyer.post(f"/v1/conversations/{first['id']}/close"))
    assert (await place(queues, second["id"]))["position"] == 1
    ended = await place(queues, first["id"])
    assert (ended["state"], ended.get("position")) == ("left", None)


async def test_others_do_not_see_it(queues: QueueDesk) -> None:
    opened = await queues.desk.conversation()
    path = f"/v1/conversations/{opened['id']}/queue"
    queues.harness.problem(await queues.desk.other_buyer.get(path), 404, "not_found")
    assert (await queues.desk.seller.get(path)).status_code == 200


async def test_the_interval_is_learnt_and_compared(queues: QueueDesk) -> None:
    for number in range(25):
        await taken(queues, 50 + number)
    opened = await queues.desk.conversation()
    queues.harness.clock.advance(seconds=20)
    shown = await place(queues, opened["id"])
    assert isinstance(shown["low_seconds"], int)
    assert isinstance(shown["high_seconds"], int)
    assert shown["low_seconds"] <= 60 <= shown["high_seconds"]
    coverage = done(await queues.desk.admin.get("/v1/queues/general/coverage"))
    assert (coverage["promised"], coverage["counted"]) == (0.9, 5)
    assert coverage["covered"] == 5
    assert coverage["groups"] == [{"ahead_from": 0, "counted": 5, "covered": 5, "longer": 0}]
    assert shown["coverage"] == 1.0
    done(await queues.desk.buyer.post(f"/v1/conversations/{opened['id']}/close"))
    await taken(queues, 7200)
    await queues.harness.run_workers("answer-figures")
    text = queues.harness.runtime.metrics.exposition().decode()
    [found] = [each for each in text_string_to_metric_families(text) if each.name == "aftercare_wait_forecasts"]
    figures = {(each.labels["ahead"], each.labels["outcome"]): each.value for each in found.samples}
    assert figures == {("0", "inside"): 5, ("0", "longer"): 1, ("0", "shorter"): 0}


async def test_who_is_offered_to_an_agent_at_once_is_not_counted(queues: QueueDesk) -> None:
    for _ in range(25):
        await taken(queues, 3)
    assert done(await queues.desk.admin.get("/v1/queues/general/coverage"))["counted"] == 0
