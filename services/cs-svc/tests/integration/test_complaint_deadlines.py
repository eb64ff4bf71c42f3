"""What is due of complaints: by severity, in working time, with supervisors once something is late, and a list of it beforehand."""

from typing import Any

from aftercare_chassis.testing import Harness
from aftercare_events import OrderCreated
from cs_desk import ORDER, Desk
from cs_svc import main

DANGER = "水壶漏电，孩子被电击"


async def due(desk: Desk, who: str = "agent", **params: Any) -> list[str]:
    """The ids of the complaints of which something is due."""
    page = (await getattr(desk, who).get("/v1/complaints/due", params=params)).json()
    return [each["id"] for each in page["data"]]


async def test_danger_shortens_what_is_due_and_is_explained(prepared: Desk) -> None:
    normal = await prepared.complaint()
    assert (normal["severity"], normal["resolve_due_at"]) == ("normal", "2026-03-12T09:00:00Z")
    critical = await prepared.complaint(channel="phone", text=DANGER)
    assert (critical["severity"], critical["answer_due_at"]) == ("critical", "2026-03-02T13:00:00Z")
    explained = (await prepared.agent.get(f"/v1/complaints/{critical['id']}/explanation")).json()
    assert [(each["reason"], each["severity"]) for each in explained["reasons"]] == [
        ("category", "normal"),
        ("safety", "critical"),
    ]
    assert (explained["rules_version"], explained["share"], explained["calendar_id"]) == (1, 0.0833, None)
    prepared.harness.problem(await prepared.buyer.get(f"/v1/complaints/{critical['id']}/explanation"), 403, "forbidden")
    assert [each.severity for each in await prepared.events("ComplaintOpened")] == ["normal", "critical"]
    listed = (await prepared.agent.get("/v1/complaints", params={"severity": "critical"})).json()["data"]
    assert [each["id"] for each in listed] == [critical["id"]]


async def test_a_large_order_and_earlier_complaints_raise_the_severity(prepared: Desk) -> None:
    await prepared.consume(OrderCreated, order_id=ORDER, result="created", total_minor=500_000)
    large = await prepared.complaint()
    explained = (await prepared.agent.get(f"/v1/complaints/{large['id']}/explanation")).json()
    assert explained["reasons"][-1] == {
        "reason": "amount",
        "severity": "high",
        "amount_minor": 500_000,
        "from_minor": 500_000,
        "earlier": None,
    }
    await prepared.order("ord_2")
    about = {"order_id": "ord_2", "case_id": None}
    await prepared.complaint(**about)
    third = await prepared.complaint(**about, channel="api")
    assert third["severity"] == "high"


async def test_hours_are_those_of_the_calendar(postgres_url: str) -> None:
    async with Harness.start(main.service, postgres_url, complaint_calendar="mondays") as harness:
        await _counts_mondays(Desk(harness))


async def _counts_mondays(prepared: Desk) -> None:
    await prepared.order()
    await prepared.case()
    hours = {"windows": [{"weekday": 0, "opens": "09:00", "closes": "21:00"}], "time_zone": "UTC"}
    assert (await prepared.admin.put("/v1/sla/calendars/mondays", json=hours)).status_code == 200
    complaint = await prepared.complaint()  # it is Monday, nine o'clock, and 48 hours are four Mondays
    assert complaint["answer_due_at"] == "2026-03-23T21:00:00Z"
    explained = (await prepared.agent.get(f"/v1/complaints/{complaint['id']}/explanation")).json()
    assert (explained["calendar_id"], explained["calendar_version"]) == ("mondays", 1)


async def test_what_is_late_goes_to_supervisors_once(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    path = f"/v1/complaints/{complaint['id']}"
    prepared.harness.clock.advance(hours=48)
    await prepared.harness.run_due()
    marked = (await prepared.agent.get(path)).json()
    assert (marked["overdue_at"], marked["supervised_at"]) == ("2026-03-04T09:00:00Z", "2026-03-04T09:00:00Z")
    assert (marked["state"], marked["resolve_overdue_at"], marked["version"]) == ("open", None, 3)
    await prepared.agent.post(f"{path}/answer", json={"text": "已核实"})
    prepared.harness.clock.advance(hours=192)
    await prepared.harness.run_due()
    late = (await prepared.agent.get(path)).json()
    assert (late["state"], late["resolve_overdue_at"]) == ("answered", "2026-03-12T09:00:00Z")
    for name in ("ComplaintOverdue", "ComplaintResolutionOverdue", "ComplaintSupervised"):
        assert [each.complaint_id for each in await prepared.events(name)] == [complaint["id"]], name
    await prepared.harness.run_due()
    assert (await prepared.agent.get(path)).json()["version"] == late["version"]


async def test_what_is_due_is_listed_before_it_is_late(prepared: Desk) -> None:
    first = await prepared.complaint()
    urgent = await prepared.complaint(channel="phone", text=DANGER)
    assert await due(prepared, within=60) == []
    assert await due(prepared) == [urgent["id"]]
    assert await due(prepared, within=2880) == [urgent["id"], first["id"]]
    assert await due(prepared, within=2880, severity="normal") == [first["id"]]
    prepared.harness.clock.advance(hours=4)
    await prepared.harness.run_due()
    assert await due(prepared, within=0, supervised=True) == [urgent["id"]]
    assert await due(prepared, within=2880, supervised=False) == [first["id"]]
    await prepared.agent.post(f"/v1/complaints/{urgent['id']}/answer", json={"text": "请停止使用"})
    assert await due(prepared, within=0) == []
    assert await due(prepared, within=960) == [urgent["id"]]
    await prepared.agent.post(f"/v1/complaints/{urgent['id']}/resolve", json={"outcome": "upheld"})
    assert await due(prepared, within=2880) == [first["id"]]
    refused = await prepared.buyer.get("/v1/complaints/due")
    prepared.harness.problem(refused, 403, "forbidden")


async def test_a_dispute_has_deadlines_of_its_own(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await prepared.disputed(complaint["id"])
    shown = (await prepared.agent.get(f"/v1/complaints/{complaint['id']}")).json()
    assert (shown["answer_due_at"], shown["resolve_due_at"]) == (None, None)
    assert await due(prepared, within=43_200) == []
