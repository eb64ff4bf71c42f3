"""An agent gives a conversation to the bot, which hands it over; and teaches it, so that it answers."""

from in_process_suite import InProcessSuite

TEXT = "什么时候退款?"
INTENTS = {
    "language": "zh-CN",
    "intents": [
        {"name": "refund_time", "examples": ["什么时候退款", "退款几天", "退款多久"], "answer": "三天内。"},
        {"name": "freight", "examples": ["运费谁出", "邮费谁付", "运费要我付吗"], "answer": "看原因。"},
    ],
}


async def handed_over_by_the_bot(suite: InProcessSuite) -> None:
    """Without a model, the bot does not answer: a person has to."""
    opened = await suite.call("buyer", "cs", "conversations", {"text": TEXT})
    await suite.call("agent", "cs", f"conversations/{opened['id']}/switch-bot", {"in_charge": True})
    await suite.services["cs"].run_workers("bot-turns")
    await suite.settle()


async def taught(suite: InProcessSuite) -> None:
    """The bot is taught two intents, answers a question; its answer is marked as of no use."""
    await suite.call("agent", "cs", "bot/intents", INTENTS, method="PUT")
    version = (await suite.call("agent", "cs", "bot/train", {"precision": 0.6}))["version"]
    await suite.services["cs"].run_workers("bot-training")
    await suite.call("agent", "cs", f"bot/models/{version}/activate", {})
    asked = await suite.call("buyer", "cs", "bot/ask", {"text": TEXT})
    await suite.call("buyer", "cs", f"bot/answers/{asked['id']}/mark", {"kind": "unsolved"})
    await suite.settle()
