"""An agent gives a conversation to the bot, which hands it over."""

from in_process_suite import InProcessSuite

TEXT = "什么时候退款?"


async def handed_over_by_the_bot(suite: InProcessSuite) -> None:
    """Without a model, the bot does not answer: a person has to."""
    opened = await suite.call("buyer", "cs", "conversations", {"text": TEXT})
    await suite.call("agent", "cs", f"conversations/{opened['id']}/switch-bot", {"in_charge": True})
    await suite.services["cs"].run_workers("bot-turns")
    await suite.settle()
