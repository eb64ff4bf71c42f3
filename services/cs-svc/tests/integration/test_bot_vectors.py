"""Classifiers that know vectors: they answer while the embedder does, and those of words alone where it fails."""

import base64
import json
from array import array
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aftercare_chassis.service import Service
from aftercare_chassis.testing import Harness
from aftercare_language.embeddings import EmbeddingsClient
from cs_desk import Desk
from cs_svc import main
from cs_svc.integrations.bot_reading import BotReading
from cs_svc.settings import Settings
from cs_svc.workers.bot_training import Training

MEANT = {"退": (1.0, 0.0), "钱": (1.0, 0.1), "邮": (0.0, 1.0), "寄": (0.1, 1.0)}
INTENTS = {
    "refund_time": (
        "退款几天到",
        "退的款呢",
        "退款多久",
        "退款时间",
        "退款没到",
        "退款进度",
        "退款怎么查",
        "退款几时有",
    ),
    "freight": ("邮费谁出", "邮费多少", "邮费报销吗", "邮费几块", "邮费贵吗", "邮费怎么算", "邮费谁付", "邮费要吗"),
}


class Server:
    """An embeddings server: a text has the direction of the first character that means something."""

    def __init__(self) -> None:
        self.works = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not self.works:
            return httpx.Response(503)
        texts = json.loads(request.content)["input"]
        data = [{"index": at, "embedding": _vector(text)} for at, text in enumerate(texts)]
        return httpx.Response(200, json={"data": data})


def _vector(text: str) -> str:
    direction = next((MEANT[each] for each in text if each in MEANT), (0.6, 0.6))
    return base64.b64encode(array("f", direction).tobytes()).decode()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def desk(postgres_url: str, server: Server) -> AsyncIterator[Desk]:
    def service(settings: Settings | None = None) -> Service[Settings]:
        assert settings is not None
        known = settings.model_copy(update={"embeddings_url": "http://embedder"})
        return main.service(known, embeddings_transport=httpx.MockTransport(server))

    async with Harness.start(service, postgres_url) as harness:
        yield Desk(harness)


async def trained(desk: Desk) -> dict[str, Any]:
    intents = [{"name": name, "examples": list(texts), "answer": name} for name, texts in INTENTS.items()]
    await desk.agent.put("/v1/bot/intents", json={"language": "zh-CN", "intents": intents})
    version = (await desk.agent.post("/v1/bot/train", json={"precision": 0.6})).json()["version"]
    await desk.harness.run_workers("bot-training")
    model: dict[str, Any] = (await desk.agent.get(f"/v1/bot/models/{version}")).json()
    assert model["state"] == "ready", model
    await desk.agent.post(f"/v1/bot/models/{version}/activate")
    return model


async def ask(desk: Desk, text: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.buyer.post("/v1/bot/ask", json={"text": text})).json()
    return found


async def test_a_question_without_a_known_word_is_answered_by_its_vector(desk: Desk, server: Server) -> None:
    model = await trained(desk)
    assert model["embedding_model"] == "multilingual-e5-small-q4"
    assert model["report"]["zh-CN"]["vectors"]["with_vectors"] is True
    near = await ask(desk, "钱咋样")
    assert (near["alternatives"] or [near])[0]["intent"] in ("refund_time", "freight")
    assert near["with_vector"] is True
    server.works = False
    by_words = await ask(desk, "退款几天到")
    assert (by_words["kind"], by_words["intent"], by_words["with_vector"]) == ("answer", "refund_time", False)


async def test_without_the_embedder_a_model_of_words_is_trained(desk: Desk, server: Server) -> None:
    server.works = False
    model = await trained(desk)
    assert (model["embedding_model"], model["report"]["zh-CN"]["vectors"]) == (None, None)
    server.works = True
    assert (await ask(desk, "邮费谁出"))["with_vector"] is False


async def test_the_same_intents_and_vectors_make_the_same_weights(desk: Desk) -> None:
    first, second = await trained(desk), await trained(desk)
    assert (first["weights_hash"], first["data_hash"]) == (second["weights_hash"], second["data_hash"])


def training_with(server: Server) -> Training:
    """The worker with an embedder that is asked again at once after a failure."""
    client = httpx.AsyncClient(transport=httpx.MockTransport(server))
    embedder = EmbeddingsClient(client, url="http://embedder", model="multilingual-e5-small-q4", pause=0.0)
    return Training(BotReading(embedder, embedder))


async def run(desk: Desk, training: Training) -> None:
    while await training.step(desk.harness.runtime) is not None:
        pass


async def test_a_model_without_vectors_is_made_again_once_the_embedder_works(desk: Desk, server: Server) -> None:
    server.works, training = False, training_with(server)
    words = await trained(desk)
    await run(desk, training)
    assert len(await models(desk)) == 1, "nothing is attempted while it is down"
    server.works = True
    await run(desk, training)
    newest, oldest = await models(desk)
    assert (newest["repeats"], newest["active"], newest["data_hash"]) == (words["version"], True, oldest["data_hash"])
    assert newest["embedding_model"] == "multilingual-e5-small-q4"
    await run(desk, training)
    assert len(await models(desk)) == 2, "once is enough"
    made = [(each.model, each.repeats) for each in await desk.events("BotModelTrained")]
    assert made == [(words["version"], None), (newest["version"], words["version"])]
    activated = [(each.model, each.previous_model) for each in await desk.events("BotModelActivated")]
    assert activated == [(words["version"], None), (newest["version"], words["version"])]


async def test_a_repetition_of_other_intents_waits_for_a_person(desk: Desk, server: Server) -> None:
    server.works = False
    await trained(desk)
    more = [{"name": "freight", "examples": ["邮费谁出", "邮费多少", "邮费要吗"], "answer": "freight"}]
    await desk.agent.put("/v1/bot/intents", json={"language": "zh-CN", "intents": more})
    server.works = True
    await run(desk, training_with(server))
    newest, oldest = await models(desk)
    assert (newest["state"], newest["active"], oldest["active"]) == ("ready", False, True)


async def models(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.agent.get("/v1/bot/models")).json()["data"]
    return found
