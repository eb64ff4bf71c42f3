"""The processes as they run: migrate, seed, serve under a real uvicorn, stop by signal."""

from aftercare_chassis.testing import Harness

# The database as revision 0001 left it, with an index that has not every term of today.
FIRST_SCHEMA = """
ALTER TABLE search_documents DROP COLUMN text, DROP COLUMN analyser;
DELETE FROM search_postings WHERE term = 'wifi';
UPDATE search_terms SET documents = 0 WHERE term = 'wifi';
UPDATE alembic_version SET version_num = '0001';
"""


async def test_a_seeded_service_answers_over_a_real_server(shelf: Harness) -> None:
    assert await shelf.run("migrate") == (0, "")
    code, _ = await shelf.run("seed")
    assert code == 0
    headers = {"Authorization": f"Bearer {shelf.token('agent', 'agent-1')}"}
    async with shelf.serve() as served:
        client = served.client
        client.headers.update(headers)
        hits = (await client.get("/v1/search", params={"q": "退货运费谁承担"})).json()["data"]
        assert hits[0]["slug"] == "return-freight"
        text = {"kind": "article", "slug": "hours", "language": "en", "title": "Hours", "body": "We answer by day."}
        created = await client.post("/v1/articles", json=text, headers={"Idempotency-Key": "k-1"})
        assert created.status_code == 201
        # What a client holds a 201 for is there for everybody else.
        path = f"/v1/articles/{created.json()['id']}"
        assert (await client.get(path)).json()["body"] == text["body"]
        refused = await client.post("/v1/articles", json=text)
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


async def test_migrating_an_older_database_indexes_its_articles_anew(shelf: Harness) -> None:
    agent = shelf.client("agent", "agent-1")
    text = {"kind": "article", "slug": "wifi", "language": "en", "title": "Network", "body": "The **Wi-Fi** box."}
    article = (await agent.post("/v1/articles", json=text)).json()
    await agent.post(f"/v1/articles/{article['id']}/publish")
    await shelf.runtime.pool.execute(FIRST_SCHEMA)
    try:
        assert await shelf.run("migrate") == (0, "")
        [hit] = (await agent.get("/v1/search", params={"q": "wifi"})).json()["data"]
        assert (hit["snippet"], hit["highlights"]) == ("The Wi-Fi box.", [[4, 9]])
    finally:
        assert await shelf.run("migrate") == (0, "")
