"""What the platform and the merchant of the scenarios publish."""

from datetime import timedelta
from typing import Any

from in_process_suite import InProcessSuite


async def settings_of_the_merchant(suite: InProcessSuite, title: str, address: dict[str, str]) -> None:
    """Rules that leave every case to the merchant, a default return address, a schedule of pickups, fees, and times of orders."""
    rules = [{"id": "all", "title": title, "outcome": "leave_to_merchant"}]
    await suite.call("seller", "aftersale", "merchants/m-1/case-rules", {"rules": rules}, "PUT")
    await suite.call("seller", "aftersale", "merchants/m-1/return-address", {"return_address": address}, "PUT")
    window = {"weekday": 0, "opens": "09:00", "closes": "12:00", "capacity": 5}
    await suite.call("seller", "aftersale", "merchants/m-1/pickup-schedule", {"windows": [window]}, "PUT")
    fee = {"return_freight": {"amount": 1200, "currency": "CNY"}}
    await suite.call("seller", "aftersale", "merchants/m-1/return-fees", {"fees": [fee]}, "PUT")
    await suite.call("seller", "order", "merchants/m-1/order-times", {"ship_hours": 48}, "PUT")
    await suite.call("seller", "aftersale", "merchants/m-1/order-discounts", {"on_return": "keep"}, "PUT")
    terms = {"warranty_days": 365}
    await suite.call("seller", "aftersale", "merchants/m-1/service-terms", terms, "PUT")
    await suite.call("seller", "aftersale", "merchants/m-1/required-evidence", {"reasons": ["counterfeit"]}, "PUT")


async def an_article(suite: InProcessSuite) -> None:
    """A policy, published, rated and retired, which is longer than the event of a publication has room for."""
    body = "\n\n".join(f"## {days}\n\n{'签收后' * 200}{days}天内可以申请退货。" for days in (7, 15, 30, 60, 90))
    draft = {
        "kind": "policy",
        "slug": "returns-contract",
        "language": "zh-CN",
        "title": "七天无理由退货说明",
        "body": body,
    }
    article = await suite.call("agent", "kb", "articles", draft)
    await suite.call("agent", "kb", f"articles/{article['id']}/publish")
    await suite.call("buyer", "kb", f"articles/{article['id']}/feedback", {"helped": False})
    await suite.call("buyer", "kb", "search?q=积分怎么兑换", method="GET")
    [question] = (await suite.call("agent", "kb", "unanswered-questions", method="GET"))["data"]
    await suite.call("agent", "kb", f"unanswered-questions/{question['id']}/dismiss")
    words = {"language": "zh-CN", "synonyms": [{"meant": "积分", "typed": ["攒的分"]}]}
    await suite.call("admin", "kb", "search/synonyms", words, method="PUT")
    await suite.call("agent", "kb", f"articles/{article['id']}/retire")
    await _a_scheduled_article(suite, {**draft, "slug": "exchanges-contract", "body": "签收后七天内可以申请换货。"})


async def _a_scheduled_article(suite: InProcessSuite, draft: dict[str, Any]) -> None:
    """A policy that a second person approves, which takes effect and expires later; a version after it is withdrawn before its time."""
    article = await suite.call("agent", "kb", "articles", draft)
    path = f"articles/{article['id']}"
    await suite.call("agent", "kb", f"{path}/submit")
    await suite.call("second agent", "kb", f"{path}/reject", {"reason": "请写明运费。"})
    await suite.call("agent", "kb", f"{path}/submit")
    await suite.call("second agent", "kb", f"{path}/approve")
    begin, end = (suite.now + timedelta(hours=hours) for hours in (1, 2))
    times = {"effective_from": begin.isoformat(), "effective_until": end.isoformat()}
    await suite.call("agent", "kb", f"{path}/publish", times)
    await suite.call("agent", "kb", path, {"body": "签收后十五天内可以申请换货。"}, method="PATCH")
    await suite.call("agent", "kb", f"{path}/publish", {"effective_from": (end + timedelta(hours=1)).isoformat()})
    await suite.call("agent", "kb", f"{path}/versions/2/withdraw")
