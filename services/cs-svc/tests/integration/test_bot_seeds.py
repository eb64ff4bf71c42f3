"""`cs-svc seed`: intents for the policies that kb-svc is seeded with, trained and active."""

from datetime import UTC, datetime

from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import ArticlePublished
from cs_desk import Desk
from cs_svc.commands.bot_seeds import LANGUAGES, seeds
from cs_svc.domain.bot import OUT_OF_SCOPE


def test_every_intent_has_an_answer_or_an_action_in_both_languages() -> None:
    found = list(seeds(datetime(2026, 1, 1, tzinfo=UTC)))
    for each in found:
        assert len(set(each.examples)) == len(each.examples) >= 8, each
        assert each.name == OUT_OF_SCOPE or each.action or (each.answer and each.citations), each
    names = [{each.name for each in found if each.language == language} for language in LANGUAGES]
    assert names[0] == names[1]
    assert len(names[0]) > 20


async def test_a_new_installation_answers_by_its_policies(desk: Desk) -> None:
    code, _ = await desk.harness.run("seed")
    assert code == 0
    texts = ({"id": "0", "heading": None, "words": "寄回商品的快递费由责任方出。"},)
    article = {"article_id": "art_1", "kind": "policy", "slug": "return-freight", "language": "zh-CN"}
    fields = {"article_version": 1, "body_hash": "sha256:0", "article_title": "运费", "texts": texts}
    await desk.consume(ArticlePublished, **article, **fields)
    replied = (await desk.buyer.post("/v1/bot/ask", json={"text": "退货运费谁承担"})).json()
    assert (replied["kind"], replied["intent"]) == ("answer", "return_freight"), replied
    assert [each["slug"] for each in replied["citations"]] == ["return-freight"]
    silent = (await desk.buyer.post("/v1/bot/ask", json={"text": "给我写首歌"})).json()
    assert (silent["kind"], silent["reason"]) == ("handover", "not_sure")


async def test_seeding_again_leaves_what_people_have_put(desk: Desk) -> None:
    await desk.harness.run("seed")
    changed = {"name": "warranty", "examples": ["保修"], "answer": "两年。"}
    await desk.agent.put("/v1/bot/intents", json={"language": "zh-CN", "intents": [changed]})
    await desk.harness.run("seed")
    models = (await desk.agent.get("/v1/bot/models")).json()["data"]
    assert [(each["version"], each["active"], each["requested_by"]) for each in models] == [(1, True, SYSTEM.id)]
    intents = (await desk.agent.get("/v1/bot/intents", params={"language": "zh-CN"})).json()["data"]
    assert [each["answer"] for each in intents if each["name"] == "warranty"] == ["两年。"]
