"""Scenarios of ratings by merchants and customers."""

from typing import Any

from in_process_suite import InProcessSuite

TEXT = "处理及时, 运输较慢"


async def rated_by_merchant(suite: InProcessSuite, case: dict[str, Any]) -> None:
    """The merchant rates an ended case, and changes that."""
    scores = {"buyer": 5, "handling": 4, "attitude": 5, "delivery": 3}
    body = {"case_id": case["id"], "scores": scores, "text": TEXT}
    rating = await suite.call("seller", "cs", "merchant-ratings", body)
    await suite.call("buyer", "cs", "survey-preferences", {"opted_out": False})
    changed = {"scores": {**scores, "delivery": 4}}
    await suite.call("seller", "cs", f"merchant-ratings/{rating['id']}", changed, method="PATCH")
