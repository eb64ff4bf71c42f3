"""Clauses over the API: their ids in events and reads, and the differences of versions."""

import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import ArticlePublished
from version_desk import Desk

FIRST = "Read this.\n\n# Window\n\nWithin seven days.\n\n# Freight\n\nThe buyer pays."
SECOND = "Read this.\n\n# Goods\n\nAs they were.\n\n# Window\n\nWithin fifteen days."


@pytest.fixture
def desk(empty_kb: Harness) -> Desk:
    return Desk(empty_kb)


async def test_a_citation_of_an_older_version_is_found_by_its_clause(desk: Desk) -> None:
    await desk.publish(FIRST)
    await desk.publish(SECOND)
    events = await desk.events(ArticlePublished)
    assert [[each.id for each in event.clauses] for event in events] == [["0", "1", "2"], ["0", "3", "1"]]
    assert [[each.id for each in event.texts or ()] for event in events] == [["0", "1", "2"], ["0", "3", "1"]]
    cited = {each.id: each.hash for each in events[0].clauses}
    listed = (await desk.buyer.get(f"{desk.path}/versions/1/clauses")).json()["data"]
    assert {each["clause_id"]: each["hash"] for each in listed} == cited
    assert [(each["clause_id"], each["heading"]) for each in listed] == [("0", ""), ("1", "Window"), ("2", "Freight")]
    desk.kb.problem(await desk.buyer.get(f"{desk.path}/versions/3/clauses"), 404, "not_found")


async def test_two_versions_differ_by_clauses_and_words(desk: Desk) -> None:
    await desk.publish(FIRST)
    await desk.publish(SECOND)
    found = (await desk.buyer.get(f"{desk.path}/versions/1/diff/2")).json()
    assert [(each["clause_id"], each["change"]) for each in found["data"]] == [
        ("0", "same"),
        ("3", "added"),
        ("1", "changed"),
        ("2", "removed"),
    ]
    [changed] = [each for each in found["data"] if each["words"]]
    assert [each for each in changed["words"] if each["kind"] != "same"] == [
        {"kind": "removed", "text": "seven"},
        {"kind": "added", "text": "fifteen"},
    ]
    back = (await desk.buyer.get(f"{desk.path}/versions/2/diff/1")).json()["data"]
    assert {each["clause_id"]: each["change"] for each in back} == {
        "0": "same",
        "1": "changed",
        "2": "added",
        "3": "removed",
    }


async def test_a_clause_that_comes_back_is_a_new_one(desk: Desk) -> None:
    for body in (FIRST, SECOND, FIRST):
        await desk.publish(body)
    last = (await desk.events(ArticlePublished))[-1]
    assert [each.id for each in last.clauses] == ["0", "1", "4"]


async def test_versions_of_older_builds_count_their_sections(desk: Desk) -> None:
    await desk.publish(FIRST)
    await desk.kb.runtime.pool.execute("UPDATE article_versions SET clause_ids = NULL")
    listed = (await desk.buyer.get(f"{desk.path}/versions/1/clauses")).json()["data"]
    assert [each["clause_id"] for each in listed] == ["0", "1", "2"]
    await desk.publish(SECOND)
    assert [each.id for each in (await desk.events(ArticlePublished))[-1].clauses] == ["0", "3", "1"]
