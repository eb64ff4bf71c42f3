"""Ratings of the service of a seeded cs-svc: by merchant m-1 and by buyer-1."""

from seeded_service import SeededService, made


async def seed_ratings(service: SeededService) -> None:
    """A rating by each side, with their ids, and the bodies with which they were given."""
    buyer, seller = service.harness.client("buyer", "buyer-1"), service.harness.client("seller", "seller-1", "m-1")
    scores = {"buyer": 5, "handling": 4, "attitude": 5, "delivery": 3}
    by_merchant = {"case_id": "case_1", "scores": scores}
    agent = service.harness.client("agent", "agent-1")
    written = "SELECT id FROM conversations WHERE identity_id = $1"
    ended = await service.harness.runtime.pool.fetchval(written, service.ids["identity_id"])
    await agent.post(f"/v1/conversations/{ended}/close")
    by_customer = {"conversation_id": ended, "scores": {"helpfulness": 5, "attitude": 5, "speed": 4}}
    service.bodies |= {"rateAsMerchant": by_merchant, "rateConversation": by_customer}
    service.queries["getSurveyFigures"] = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
    preference = made(await buyer.post("/v1/survey-preferences", json={"opted_out": False}))
    assert preference["buyer_id"] == "buyer-1"
    [survey] = (await buyer.get("/v1/surveys")).json()["data"]
    service.ids |= {
        "survey_id": survey["id"],
        "rated_case_id": survey["rated_case_id"],
        "merchant_rating_id": made(await seller.post("/v1/merchant-ratings", json=by_merchant))["id"],
        "conversation_rating_id": made(await buyer.post("/v1/conversation-ratings", json=by_customer))["id"],
    }
