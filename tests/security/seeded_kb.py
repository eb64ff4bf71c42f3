"""kb-svc with an article that nobody but editors sees, and a valid body for every command on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aftercare_chassis.testing import Harness
from kb_svc import main as kb
from seeded_service import SeededService, made


@asynccontextmanager
async def kb_service(postgres_url: str) -> AsyncIterator[SeededService]:
    async with Harness.start(kb.service, postgres_url) as harness:
        agent = harness.client("agent", "agent-1")
        draft = {
            "kind": "policy",
            "slug": "returns",
            "language": "zh-CN",
            "title": "七天无理由退货",
            "body": "可以退。",
        }
        article = made(await agent.post("/v1/articles", json=draft))
        bodies = {
            "draftArticle": draft | {"slug": "freight"},
            "editArticle": {"title": "退货"},
            "rejectDraft": {"reason": "过时。"},
            "giveArticleFeedback": {"helped": True},
            "answerQuestion": {"article_id": article["id"]},
            "setSearchSynonyms": {"language": "zh-CN", "synonyms": [{"meant": "上门安装", "typed": ["装机"]}]},
            "startArticleImport": {"file_hash": "sha256:" + "ab" * 32},
            "importArticleRows": {"rows": [{"row": 1, "article": {}}], "next_row": 2},
        }
        made(await agent.get("/v1/search", params={"q": "积分怎么兑换"}))
        [question] = made(await agent.get("/v1/unanswered-questions"))["data"]
        begun = made(await agent.post("/v1/article-imports", json={"file_hash": "sha256:" + "cd" * 32}))
        ids = {
            "number": "700001",
            "other": "700002",
            "import_id": begun["id"],
            "article_id": article["id"],
            "question_id": question["id"],
        }
        yield SeededService(harness, ids, bodies, {"search": {"q": "退货"}, "getSearchSynonyms": {"language": "zh-CN"}})
