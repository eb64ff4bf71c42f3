"""Approval by a second person, where the installation asks for it, and without."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import ArticleApproved, ArticlePublished, ArticleRejected, ArticleSubmitted
from kb_svc import main
from kb_svc.workers.seeds import seed

TEXT = {"kind": "policy", "slug": "returns", "language": "en", "title": "Returns", "body": "Within 7 days."}


@pytest.fixture
async def kb(postgres_url: str) -> AsyncIterator[Harness]:
    """The service of an installation in which policies have to be approved."""
    async with Harness.start(main.service, postgres_url, approval_required="policy") as harness:
        yield harness


async def drafted(client: httpx.AsyncClient, **changed: Any) -> str:
    response = await client.post("/v1/articles", json={**TEXT, **changed})
    assert response.status_code == 201, response.text
    return f"/v1/articles/{response.json()['id']}"


def allowed(draft: dict[str, Any]) -> set[str]:
    return {each["action"] for each in draft["allowed_actions"] if each["allowed"]}


async def test_a_second_person_approves_what_is_published(kb: Harness) -> None:
    editor, other = kb.client("agent", "agent-1"), kb.client("agent", "agent-2")
    path = await drafted(editor)
    kb.problem(await editor.post(f"{path}/publish"), 409, "approval_required")
    kb.problem(await other.post(f"{path}/approve"), 409, "illegal_transition")
    submitted = (await editor.post(f"{path}/submit")).json()
    assert (submitted["state"], submitted["submitted_by"]) == ("submitted", "agent-1")
    assert "approve" not in allowed(submitted)
    assert "approve" in allowed((await other.get(f"{path}/draft")).json())
    kb.problem(await editor.post(f"{path}/approve"), 409, "second_person_needed")
    kb.problem(await other.post(f"{path}/publish"), 409, "approval_required")
    approved = (await other.post(f"{path}/approve")).json()
    assert (approved["state"], approved["approved_by"]) == ("approved", "agent-2")
    published = await editor.post(f"{path}/publish")
    assert (published.status_code, published.json()["version_state"]) == (200, "in_force")
    [version] = (await editor.get(f"{path}/versions")).json()["data"]
    assert version["approved_by"] == "agent-2"
    events = [each for each in await kb.published() if isinstance(each, ArticleSubmitted | ArticleApproved)]
    assert [(each.matter, each.handler, each.edited_by) for each in events] == [
        ("article_submission", "agent-1", "agent-1"),
        ("article_approval", "agent-2", "agent-1"),
    ]
    [published_event] = [each for each in await kb.published() if isinstance(each, ArticlePublished)]
    assert {each.body_hash for each in events} == {published_event.body_hash}, "what was approved is what was published"


async def test_an_edit_takes_the_approval_back(kb: Harness) -> None:
    editor, other = kb.client("agent", "agent-1"), kb.client("admin", "admin-1")
    path = await drafted(editor)
    await editor.post(f"{path}/submit")
    await other.post(f"{path}/approve")
    edited = (await other.patch(path, json={"body": "Within 8 days."})).json()
    assert (edited["state"], edited.get("approved_by"), edited.get("submitted_by")) == ("draft", None, None)
    kb.problem(await editor.post(f"{path}/publish"), 409, "approval_required")


async def test_a_rejection_has_a_reason_that_editors_read(kb: Harness) -> None:
    editor, other = kb.client("agent", "agent-1"), kb.client("agent", "agent-2")
    path = await drafted(editor)
    await editor.post(f"{path}/submit")
    assert (await other.post(f"{path}/reject", json={"reason": ""})).status_code == 422
    rejected = (await other.post(f"{path}/reject", json={"reason": "Clause 2 is out of date."})).json()
    assert (rejected["state"], rejected["rejected_by"], rejected["reason"]) == (
        "draft",
        "agent-2",
        "Clause 2 is out of date.",
    )
    [event] = [each for each in await kb.published() if isinstance(each, ArticleRejected)]
    assert "out of date" not in event.model_dump_json()
    edited = (await editor.patch(path, json={"body": "Within 8 days."})).json()
    assert edited["reason"] == "Clause 2 is out of date."
    submitted = (await editor.post(f"{path}/submit")).json()
    assert (submitted["state"], submitted.get("reason")) == ("submitted", None)


async def test_two_people_are_enough_whoever_edits_and_submits(kb: Harness) -> None:
    one, two = kb.client("agent", "agent-1"), kb.client("agent", "agent-2")
    path = await drafted(one)
    await two.post(f"{path}/submit")
    for client in (one, two):
        kb.problem(await client.post(f"{path}/approve"), 409, "second_person_needed")
    assert (await one.post(f"{path}/submit")).json()["submitted_by"] == "agent-1"
    assert (await two.post(f"{path}/approve")).json()["state"] == "approved"


async def test_articles_that_explain_and_seeds_need_no_approval(kb: Harness) -> None:
    editor = kb.client("agent", "agent-1")
    path = await drafted(editor, kind="article", slug="hours")
    assert (await editor.post(f"{path}/publish")).status_code == 200
    await seed(kb.runtime)
    assert (await editor.get("/v1/articles", params={"kind": "policy"})).json()["data"]


async def test_without_the_setting_an_editor_publishes_alone_and_may_still_ask(empty_kb: Harness) -> None:
    editor, other = empty_kb.client("agent", "agent-1"), empty_kb.client("agent", "agent-2")
    path = await drafted(editor)
    await editor.post(f"{path}/submit")
    empty_kb.problem(await editor.post(f"{path}/approve"), 409, "second_person_needed")
    await other.post(f"{path}/approve")
    assert (await editor.post(f"{path}/publish")).status_code == 200
    for action in ("submit", "approve"):
        empty_kb.problem(await editor.post(f"{path}/{action}"), 409, "nothing_to_publish")
    await editor.patch(path, json={"body": "Within 8 days."})
    assert (await editor.post(f"{path}/publish")).json()["version"] == 2


async def test_only_editors_take_part(empty_kb: Harness) -> None:
    path = await drafted(empty_kb.client("agent", "agent-1"))
    for role in ("buyer", "seller", "arbitrator"):
        client = empty_kb.client(role, "x-1", "m-1")
        for action, body in (("submit", {}), ("approve", {}), ("reject", {"reason": "no"})):
            assert (await client.post(f"{path}/{action}", json=body)).status_code == 403
    editor = empty_kb.client("agent", "agent-1")
    await editor.post(f"{path}/retire")
    empty_kb.problem(await editor.post(f"{path}/submit"), 409, "illegal_transition")
