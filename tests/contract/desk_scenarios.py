"""What agents do with a conversation beside answering it."""

from datetime import timedelta

from in_process_suite import InProcessSuite
from suite_scenarios import TEXTS, ordered

PROMISE = "我们给您补偿 9000 元"


async def worked_on(suite: InProcessSuite) -> None:
    """Note something about a conversation, tag it, put it off until it comes back, and reopen it after it was closed."""
    opened = await suite.call("buyer", "cs", "conversations", {"text": TEXTS["question"]})
    path = f"conversations/{opened['id']}"
    await suite.call("agent", "cs", f"{path}/notes", {"text": TEXTS["note"]})
    tag = {"name_zh": TEXTS["source"], "name_en": TEXTS["source"]}
    await suite.call("admin", "cs", "tags/group", tag, "PUT")
    macro = {"title": TEXTS["source"], "text": TEXTS["reply"]}
    await suite.call("admin", "cs", "macros/days", macro, "PUT")
    await suite.call("agent", "cs", f"{path}/tag", {"tags": ["group"]})
    until = suite.services["cs"].clock.now() + timedelta(hours=1)
    await suite.call("agent", "cs", f"{path}/snooze", {"until": until.isoformat()})
    await suite.call("agent", "cs", f"{path}/wake")
    await suite.call("agent", "cs", f"{path}/close")
    await suite.call("agent", "cs", f"{path}/reopen")
    await suite.call("agent", "cs", f"{path}/close")
    await _moved(suite, opened["id"])
    await _referred(suite)
    await held(suite)


async def held(suite: InProcessSuite) -> None:
    """Let replies with a high amount wait: one is approved, one declined, one withdrawn, one lapses, and one expires later."""
    opened = await suite.call("buyer", "cs", "conversations", {"text": TEXTS["question"]})
    path, promise = f"conversations/{opened['id']}", {"text": PROMISE}
    for who, action, body in (
        ("second agent", "approve", None),
        ("second agent", "decline", {"reason": TEXTS["note"]}),
        ("agent", "withdraw", None),
    ):
        reply = await suite.call("agent", "cs", f"{path}/held-replies", promise)
        await suite.call(who, "cs", f"held-replies/{reply['id']}/{action}", body)
    await suite.call("agent", "cs", f"{path}/held-replies", promise)
    await suite.call("agent", "cs", f"{path}/close")
    again = await suite.call("buyer", "cs", "conversations", {"text": TEXTS["question"]})
    await suite.call("agent", "cs", f"conversations/{again['id']}/held-replies", promise)


async def _referred(suite: InProcessSuite) -> None:
    """Offer a conversation to the merchant, who declines and then accepts, and takes an own offer back; an agent takes the conversation back."""
    order_id = (await ordered(suite))["id"]
    opened = await suite.call("buyer", "cs", "conversations", {"text": TEXTS["question"], "order_id": order_id})
    path, why = f"conversations/{opened['id']}", {"reason": TEXTS["note"]}
    first = await suite.call("agent", "cs", f"{path}/refer", why)
    await suite.call("seller", "cs", f"referrals/{first['id']}/decline", why)
    second = await suite.call("agent", "cs", f"{path}/refer", why)
    await suite.call("seller", "cs", f"referrals/{second['id']}/accept")
    back = await suite.call("seller", "cs", f"{path}/refer", why)
    await suite.call("seller", "cs", f"referrals/{back['id']}/withdraw")
    await suite.call("seller", "cs", f"{path}/refer", why)
    await suite.call("agent", "cs", f"{path}/assign")
    await suite.call("agent", "cs", f"{path}/refer", why)


async def _moved(suite: InProcessSuite, closed_id: str) -> None:
    """Give a conversation to a team, let it become two, and merge the one that was closed into it."""
    opened = await suite.call("buyer", "cs", "conversations", {"text": TEXTS["question"]})
    path = f"conversations/{opened['id']}"
    await suite.call("agent", "cs", f"{path}/messages", {"text": TEXTS["reply"]})
    await suite.call("agent", "cs", f"{path}/transfer", {"team_id": "general", "reason": TEXTS["note"]})
    await suite.call("agent", "cs", f"{path}/split", {"from_place": "00000002"})
    await suite.call("agent", "cs", f"conversations/{closed_id}/merge", {"into_id": opened["id"]})
    await suite.call("agent", "cs", f"{path}/close")
