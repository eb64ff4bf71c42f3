"""The service in processes of its own: migrate, seed, serve behind a real uvicorn."""

from aftercare_chassis.testing import Harness

# The database as revision 0001 left it.
FIRST_SCHEMA = """
ALTER TABLE search_documents
    DROP COLUMN text, DROP COLUMN analyser, DROP COLUMN terms, DROP COLUMN counts, DROP COLUMN positions,
    DROP COLUMN embedded_model;
DROP TABLE article_import_rows, article_import_refusals, article_imports, unanswered_questions, article_feedback, article_helpfulness,
    search_synonym_versions, search_synonyms;
ALTER TABLE articles DROP COLUMN newest, DROP COLUMN changes_at, DROP COLUMN notice_days;
ALTER TABLE drafts
    DROP COLUMN state, DROP COLUMN submitted_by, DROP COLUMN submitted_at, DROP COLUMN approved_by, DROP COLUMN approved_at,
    DROP COLUMN rejected_by, DROP COLUMN reason, DROP COLUMN questions;
ALTER TABLE article_versions
    DROP COLUMN state, DROP COLUMN effective_from, DROP COLUMN effective_until, DROP COLUMN ended_at, DROP COLUMN approved_by,
    DROP COLUMN clause_ids, DROP COLUMN questions;
DROP TABLE published_texts, search_passages, search_models;
UPDATE alembic_version SET version_num = '0001';
"""


async def test_a_seeded_service_serves_behind_uvicorn(empty_kb: Harness) -> None:
    assert await empty_kb.run("migrate") == (0, "")
    code, _ = await empty_kb.run("seed")
    assert code == 0
    headers = {"Authorization": f"Bearer {empty_kb.token('agent', 'agent-1')}"}
    async with empty_kb.serve() as served:
        client = served.client
        client.headers.update(headers)
        hits = (await client.get("/v1/search", params={"q": "退货运费谁承担"})).json()["data"]
        assert hits[0]["slug"] == "return-freight"
        text = {"kind": "article", "slug": "hours", "language": "en", "title": "Hours", "body": "We answer by day."}
        created = await client.post("/v1/articles", json=text, headers={"Idempotency-Key": "k-1"})
        assert created.status_code == 201
        # The article is committed before the client gets its 201.
        path = f"/v1/articles/{created.json()['id']}"
        assert (await client.get(path)).json()["body"] == text["body"]
        refused = await client.post("/v1/articles", json=text)
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


async def test_migrating_an_older_database_indexes_its_articles_again(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    text = {"kind": "article", "slug": "wifi", "language": "en", "title": "Network", "body": "The **Wi-Fi** box."}
    article = (await agent.post("/v1/articles", json=text)).json()
    await agent.post(f"/v1/articles/{article['id']}/publish")
    await empty_kb.runtime.pool.execute(FIRST_SCHEMA)
    try:
        assert await empty_kb.run("migrate") == (0, "")
        [hit] = (await agent.get("/v1/search", params={"q": "wifi"})).json()["data"]
        assert (hit["snippet"], hit["highlights"]) == ("The Wi-Fi box.", [[4, 9]])
    finally:
        assert await empty_kb.run("migrate") == (0, "")
