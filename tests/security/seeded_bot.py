"""The bot of a seeded cs-svc: its intents, a model and an answer."""

from seeded_service import SeededService


async def seed_bot(service: SeededService) -> None:
    """Intents of the bot, a model that is being trained, and an answer for buyer-1."""
    agent, buyer = service.harness.client("agent", "agent-1"), service.harness.client("buyer", "buyer-1")
    intents = [{"name": name, "examples": [name]} for name in ("refund", "freight")]
    service.bodies |= {
        "putBotIntents": {"language": "en", "intents": intents},
        "trainBot": {},
        "askBot": {"text": "refund?"},
        "markBotAnswer": {"kind": "wrong"},
    }
    assert (await agent.put("/v1/bot/intents", json=service.bodies["putBotIntents"])).status_code == 200
    service.ids["version"] = str((await agent.post("/v1/bot/train", json={})).json()["version"])
    service.ids["answer_id"] = (await buyer.post("/v1/bot/ask", json=service.bodies["askBot"])).json()["id"]
