"""Imports of articles: checked as a whole, then published; repeated without effect; exported and imported again."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import ArticlePublished
from kb_svc import main
from kb_svc.workers.imports import export_file, import_file

HASH = "sha256:" + "ab" * 32


def fields(slug: str = "hours", **changed: Any) -> dict[str, Any]:
    return {
        "kind": "article",
        "slug": slug,
        "language": "zh-CN",
        "title": f"服务时间 {slug}",
        "body": "人工客服九点到二十一点在线。",
    } | changed


def lines(path: Path, *articles: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in articles), encoding="utf-8")
    return path


async def slugs(client: httpx.AsyncClient) -> list[str]:
    found = (await client.get("/v1/articles", params={"limit": 100})).json()["data"]
    return sorted(each["slug"] for each in found)


async def sent(agent: httpx.AsyncClient, *articles: Mapping[str, Any], file_hash: str = HASH) -> dict[str, Any]:
    begun = (await agent.post("/v1/article-imports", json={"file_hash": file_hash})).json()
    path = f"/v1/article-imports/{begun['id']}"
    rows = [{"row": number, "article": each} for number, each in enumerate(articles, 1)]
    response = await agent.post(f"{path}/rows", json={"rows": rows, "next_row": len(rows) + 1})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = (await agent.post(f"{path}/complete")).json()
    return found


async def test_articles_are_published_once_all_rows_are_in(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    many = [fields(f"a-{number}") for number in range(30)]
    found = await sent(agent, *many)
    assert (found["state"], found["rows"]) == ("publishing", 30)
    assert await slugs(agent) == []
    await empty_kb.run_workers()
    done = (await agent.get(f"/v1/article-imports/{found['id']}")).json()
    assert (done["state"], done["published"], done["unchanged"], done["refused"]) == ("completed", 30, 0, 0)
    assert len(await slugs(agent)) == 30
    events = await empty_kb.published()
    assert {(type(each), each.handler) for each in events} == {(ArticlePublished, "agent-1")}, "no draft is recorded"
    [hit] = (await agent.get("/v1/search", params={"q": "a-7", "limit": 1})).json()["data"]
    assert hit["slug"] == "a-7"
    patched = await agent.patch(f"/v1/articles/{hit['id']}", json={"title": "时间"})
    assert patched.status_code == 200, "an imported article is edited as any other"


async def test_nothing_is_published_where_a_row_is_refused(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    await agent.post("/v1/articles", json=fields("draft"))
    policy = fields("terms", kind="policy", body='七天。\n\n```terms\n{"window_days": "seven"}\n```')
    bad = [
        fields("Not A Slug"),
        fields("title", title="a\nb"),
        fields("lang", language="fr"),
        {name: value for name, value in fields("empty").items() if name != "body"},
        fields("more", tags="x"),
        fields("half", body="a\x07b"),
        policy,
        fields("good"),
        fields("draft"),
    ]
    found = await sent(agent, fields("good"), *bad)
    assert (found["state"], found["rows"], found["refused"]) == ("refused", 10, 9)
    await empty_kb.run_workers()
    assert await slugs(agent) == ["draft"]
    refusals = (await agent.get(f"/v1/article-imports/{found['id']}/refusals", params={"limit": 100})).json()["data"]
    assert [(each["row"], each["field"], each["code"]) for each in refusals] == [
        (2, "slug", "field_unsuitable"),
        (3, "title", "field_unsuitable"),
        (4, "language", "field_unsuitable"),
        (5, "body", "field_unsuitable"),
        (6, "tags", "field_unsuitable"),
        (7, "body", "field_unsuitable"),
        (8, "body", "clause_terms_invalid"),
        (9, "slug", "slug_repeated"),
        (10, "slug", "draft_in_the_way"),
    ]
    assert (await agent.get(f"/v1/article-imports/{found['id']}/refusals", params={"after_row": 9})).json()["data"][0][
        "row"
    ] == 10


@pytest.mark.parametrize("name", ["\\ud800", "\\u0000", "\\u202e", "x" * 9_000])
async def test_names_of_terms_that_cannot_be_stored_refuse_the_row(empty_kb: Harness, name: str) -> None:
    agent = empty_kb.client("agent", "agent-1")
    policy = fields("terms", kind="policy", body=f'七天。\n\n```terms\n{{"{name}": 7}}\n```')
    found = await sent(agent, policy)
    assert (found["state"], found["refused"]) == ("refused", 1)
    [refusal] = (await agent.get(f"/v1/article-imports/{found['id']}/refusals")).json()["data"]
    assert (refusal["row"], refusal["code"]) == (1, "clause_terms_invalid")
    assert len(refusal["en"]) < 200
    empty_kb.problem(await agent.post("/v1/articles", json=policy), 422, "clause_terms_invalid")


async def test_an_import_never_skips_the_approval_of_a_second_person(postgres_url: str) -> None:
    async with Harness.start(main.service, postgres_url, approval_required="policy") as kb:
        agent = kb.client("agent", "agent-1")
        found = await sent(agent, fields("a"), fields("terms", kind="policy"))
        await kb.run_workers()
        assert (found["state"], found["refused"], await slugs(agent)) == ("refused", 1, [])
        [refusal] = (await agent.get(f"/v1/article-imports/{found['id']}/refusals")).json()["data"]
        assert (refusal["row"], refusal["field"], refusal["code"]) == (2, "kind", "approval_required")


@pytest.mark.parametrize("is_here", [False, True], ids=["new", "changed"])
async def test_what_has_to_be_approved_since_it_was_checked_is_not_published(
    empty_kb: Harness, monkeypatch: pytest.MonkeyPatch, is_here: bool
) -> None:
    agent = empty_kb.client("agent", "agent-1")
    if is_here:
        await sent(agent, fields("terms", kind="policy"))
        await empty_kb.run_workers()
    policy = fields("terms", kind="policy", body="七天。")
    found = await sent(agent, fields("a"), policy, file_hash="sha256:" + "cd" * 32)
    changed = empty_kb.settings.model_copy(update={"approval_required": ("policy",)})
    monkeypatch.setattr(empty_kb.runtime, "settings", changed)
    await empty_kb.run_workers()
    done = (await agent.get(f"/v1/article-imports/{found['id']}")).json()
    assert (done["state"], done["published"], done["unchanged"], done["refused"]) == ("completed", 1, 0, 1)
    here = (await agent.get("/v1/articles", params={"slug": "terms"})).json()["data"]
    assert [each["version"] for each in here] == [1] * is_here


async def test_the_same_text_again_changes_nothing_and_another_is_the_next_version(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    await sent(agent, fields("a"), fields("b"))
    await empty_kb.run_workers()
    again = await sent_again(agent)
    assert again["state"] == "completed", "the file is known by its hash"
    other = await sent(agent, fields("a"), fields("b", body="全天在线。"), file_hash="sha256:" + "cd" * 32)
    await empty_kb.run_workers()
    done = (await agent.get(f"/v1/article-imports/{other['id']}")).json()
    assert (done["published"], done["unchanged"]) == (1, 1)
    [changed] = (await agent.get("/v1/articles", params={"slug": "b"})).json()["data"]
    assert changed["version"] == 2
    kind = await sent(agent, fields("a", kind="policy"), file_hash="sha256:" + "ef" * 32)
    assert kind["state"] == "refused"


async def sent_again(agent: httpx.AsyncClient) -> dict[str, Any]:
    begun = (await agent.post("/v1/article-imports", json={"file_hash": HASH})).json()
    rows = {"rows": [], "next_row": 99}
    response = await agent.post(f"/v1/article-imports/{begun['id']}/rows", json=rows)
    assert (response.status_code, response.json()["code"]) == (409, "import_closed")
    found: dict[str, Any] = (await agent.post(f"/v1/article-imports/{begun['id']}/complete")).json()
    return found


async def test_rows_that_were_passed_are_refused(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    begun = (await agent.post("/v1/article-imports", json={"file_hash": HASH})).json()
    path = f"/v1/article-imports/{begun['id']}/rows"
    first = {"rows": [{"row": 1, "article": fields()}], "next_row": 2}
    assert (await agent.post(path, json=first)).status_code == 200
    problem = empty_kb.problem(await agent.post(path, json=first), 422, "rows_out_of_order")
    assert problem["next_row"] == 2


@pytest.mark.parametrize("name", ["articles.jsonl", "articles.zip"])
async def test_what_is_exported_is_imported_as_it_was(empty_kb: Harness, tmp_path: Path, name: str) -> None:
    agent, runtime = empty_kb.client("agent", "agent-1"), empty_kb.runtime
    articles = [
        fields("a", body="# 标题\n\n- 一\n- 二\n\n---\n\n末尾"),
        fields("b", language="en", title="Hours: day & night", body='We answer "by day".\n\n```\ncode\n```'),
    ]
    assert await import_file(runtime, lines(tmp_path / "in.jsonl", *articles)) == 0
    assert await export_file(runtime, tmp_path / name) == 0
    tables = "article_versions, articles, search_documents, published_texts, article_imports"
    await runtime.pool.execute(f"TRUNCATE {tables} CASCADE")
    assert await import_file(runtime, tmp_path / name) == 0
    assert await export_file(runtime, tmp_path / "again.jsonl") == 0
    found = [json.loads(each) for each in (tmp_path / "again.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(found, key=lambda each: each["slug"]) == articles
    over_http = await agent.get("/v1/articles/export")
    assert over_http.content == (tmp_path / "again.jsonl").read_bytes()


def archive(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            written.writestr(name, content)
    return path


async def test_what_cannot_be_read_of_an_archive_is_named_with_its_file(
    empty_kb: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "---\nkind: article\ntitle: Hours\n---\n"
    files = {
        "en/good.md": f"{head}We answer by day.",
        "../escape.md": f"{head}text",
        "/etc/passwd.md": f"{head}text",
        "en/notes.txt": "text",
        "en/bomb.md": b"a" * 300_000_000,
        "en/latin.md": head.encode() + "é".encode("latin-1"),
        "en/headless.md": "We answer by day.",
        "en/twice.md": "---\ntitle: a\ntitle: b\n---\ntext",
    }
    assert await import_file(empty_kb.runtime, archive(tmp_path / "articles.zip", files)) == 1
    printed = capsys.readouterr().err
    for name in files.keys() - {"en/good.md"}:
        assert f"{name}: -: It cannot be read" in printed, name
    assert await slugs(empty_kb.client("agent", "agent-1")) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"PK\x03\x04 and nothing else", "damaged"),
    ],
)
async def test_a_file_of_another_form_is_refused(
    empty_kb: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, problem: str
) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(content)
    assert await import_file(empty_kb.runtime, path) == 2
    assert problem in capsys.readouterr().err


async def test_a_line_without_an_end_takes_no_memory_and_the_next_is_read(
    empty_kb: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "articles.jsonl"
    good = json.dumps(fields()).encode()
    bad = [b'{"a": ' + b"1" * 50_000_000, b"\xff", b"[1]", b'{"a": 1, "a": 2}', b"[" * 100_000]
    path.write_bytes(b"\n".join([*bad, good]))
    assert await import_file(empty_kb.runtime, path) == 1
    printed = capsys.readouterr().err
    assert [f"line {n}: -: It cannot be read" in printed for n in range(1, 7)] == [True] * 5 + [False]
