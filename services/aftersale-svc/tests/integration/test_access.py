"""Every route, every role, own and foreign objects: who gets what."""

from aftersale_shop import HASH, RETURN_ADDRESS, Shop

EVERYBODY = {"buyer", "seller", "agent", "arbitrator", "admin"}
ROLES = ("buyer", "seller", "agent", "arbitrator", "admin", "supplier", "courier")
CASE_CALLS: dict[str, tuple[object, set[str]]] = {
    "approve": ({}, {"seller", "agent"}),
    "reject": ({"reason": "no_defect_found"}, {"seller", "agent"}),
    "escalate": ({}, {"seller", "agent"}),
    "set-return-address": ({"return_address": RETURN_ADDRESS}, {"seller", "agent"}),
    "ship": ({"carrier": "sf", "waybill_no": "SF1001"}, {"buyer", "agent"}),
    "repair-again": ({}, {"agent"}),
    "book-pickup": ({"slot": "2026-03-06T01:00:00Z", "address": RETURN_ADDRESS}, {"buyer", "agent"}),
    "move-pickup": ({"slot": "2026-03-06T01:00:00Z"}, {"buyer", "agent"}),
    "cancel-pickup": ({}, {"buyer", "agent"}),
    "give-pickup-waybill": ({"carrier": "sf", "waybill_no": "SF1001"}, {"seller", "agent"}),
    "collect-pickup": ({"carrier": "sf", "waybill_no": "SF1001"}, {"seller", "agent"}),
    "miss-pickup": ({}, {"buyer", "seller", "agent"}),
    "report-absence": ({}, {"seller", "agent"}),
    "correct-waybill": ({"carrier": "sf", "waybill_no": "SF1002"}, {"buyer", "seller", "agent"}),
    "receive": ({}, {"seller", "agent"}),
    "record-arrival": ({}, {"seller", "agent"}),
    "inspect": ({"lines": [{"line_id": "line_1", "accepted": 1}]}, {"seller"}),
    "refund": ({}, {"agent"}),
    "close": ({"note": "?"}, {"agent"}),
    "accept": ({}, {"buyer", "agent"}),
    "cancel": ({}, {"buyer", "agent"}),
    "answer": ({"text": "?"}, {"seller", "agent"}),
    "ask-again": ({"text": "?"}, {"buyer", "agent"}),
    "resolve": ({}, {"buyer", "agent"}),
    "grant": (
        {"lines": [{"line_id": "line_1", "amount": {"amount": 1, "currency": "CNY"}}], "reason": "reason_untrue"},
        {"seller", "agent"},
    ),
    "ship-replacement": ({"carrier": "sf", "waybill_no": "SF1003"}, {"seller"}),
    "correct-replacement-waybill": ({"carrier": "sf", "waybill_no": "SF1004"}, {"seller"}),
    "confirm-replacement": ({}, {"buyer", "agent"}),
    "report-return-missing": ({}, {"seller"}),
    "report-anomaly": ({"anomaly": "damaged"}, {"buyer", "agent"}),
    "no-stock": ({}, {"seller"}),
    "take-refund": ({}, {"buyer", "agent"}),
    "reship": ({}, {"agent"}),
    "price-replacement": (
        {"prices": [{"line_id": "line_1", "unit_price": {"amount": 1, "currency": "CNY"}}]},
        {"seller"},
    ),
    "agree-charge": ({}, {"buyer"}),
    "record-payment": ({"reference": "?"}, {"seller"}),
    "state-payment": ({"reference": "?"}, {"buyer"}),
    "confirm-payment": ({}, {"seller", "agent"}),
    "deny-payment": ({"note": "?"}, {"seller", "agent"}),
    "escalate-payment": ({}, {"buyer"}),
    "record-charge-return": ({"amount": {"amount": 1, "currency": "CNY"}, "reference": "?"}, {"seller", "agent"}),
    "record-return-freight": ({"amount": {"amount": 1, "currency": "CNY"}, "reference": "?"}, {"seller", "agent"}),
    "return-refused-goods": ({"carrier": "zto", "waybill_no": "73200001"}, {"seller", "agent"}),
    "correct-refused-goods-waybill": ({"carrier": "zto", "waybill_no": "73200002"}, {"seller", "agent"}),
    "quote": ({"cost": {"amount": 1, "currency": "CNY"}, "days": 1}, {"seller"}),
    "decline-quote": ({}, {"buyer", "agent"}),
    "repaired": ({"work": ["tested"]}, {"seller"}),
    "cannot-repair": ({"failure": "other", "remedy": "refund"}, {"seller"}),
    "take-exchange": ({}, {"buyer", "agent"}),
    "take-goods-back": ({}, {"buyer", "agent"}),
    "resume-repair": ({}, {"agent"}),
    "agree-hold": ({}, {"buyer"}),
    "release-hold": ({}, {"agent"}),
    "claim-hold": ({}, {"agent"}),
    "state-offline-refund": ({"method": "cash", "reference": "?", "evidence": [HASH]}, {"seller", "agent"}),
    "confirm-offline-refund": ({}, {"buyer", "agent"}),
    "deny-offline-refund": ({"text": "?"}, {"buyer"}),
    "withdraw-offline-refund": ({}, {"seller", "agent"}),
    "dispute": ({"category": "no_answer", "text": "?"}, {"buyer", "agent", "arbitrator"}),
    "offer": ({}, {"seller", "agent"}),
    "accept-offer": ({}, {"buyer", "seller", "agent"}),
    "decline-offer": ({}, {"buyer", "agent"}),
    "counter-offer": ({}, {"buyer", "agent"}),
    "withdraw-offer": ({}, {"seller", "agent"}),
    "take": ({}, {"agent"}),
    "assign": ({"agent_id": "agent-9"}, {"agent", "admin"}),
    "release": ({}, {"agent"}),
    "confirm-decision": ({}, {"agent"}),
    "decline-decision": ({}, {"agent"}),
    "request-supplement": ({"missing": "?"}, {"seller", "agent"}),
    "submit-supplement": ({"note": "?"}, {"buyer", "agent"}),
    "change-type": ({"type": "refund_only"}, {"buyer", "agent"}),
    "reapply": ({}, {"buyer", "agent"}),
    "courier-claims": ({"cause": "lost", "parcel_id": "par_1"}, {"seller", "agent"}),
    "guarantee-claims": ({"kind": "merchant_deposit"}, {"buyer", "agent"}),
}
_TERMS = {"liable": "buyer", "remedy": "none", "text": "?"}
DISPUTE_CALLS: dict[str, tuple[object, set[str]]] = {
    "take": ({}, {"arbitrator"}),
    "assign": ({"arbitrator_id": "arb-9"}, {"agent", "admin"}),
    "release": ({}, {"arbitrator"}),
    "request-evidence": ({"asked_of": "both", "missing": "?"}, {"arbitrator"}),
    "submit-evidence": ({"note": "?"}, {"buyer", "seller"}),
    "order-test": (
        {
            "lines": [{"line_id": "line_1", "quantity": 1}],
            "questions": ["used"],
            "testing_body_id": "lab-1",
            "sample_from": "buyer",
            "advanced_by": "platform",
            "cost": {"amount": 1, "currency": "CNY"},
        },
        {"arbitrator", "admin"},
    ),
    "send-sample": ({"carrier": "sf", "waybill_no": "SF1009"}, {"buyer", "seller"}),
    "correct-sample-waybill": ({"carrier": "sf", "waybill_no": "SF1010"}, {"buyer", "seller"}),
    "receive-sample": ({}, {"agent", "admin"}),
    "lose-sample": ({}, {"agent", "admin"}),
    "report-test": ({"evidence_id": "ev_1", "answers": [{"question": "used", "answer": "no"}]}, {"agent", "admin"}),
    "cancel-test": ({}, {"arbitrator", "admin"}),
    "proposals": (_TERMS, {"buyer", "seller"}),
    "proposals/{proposal_id}/accept": ({}, {"buyer", "seller"}),
    "proposals/{proposal_id}/decline": ({}, {"buyer", "seller"}),
    "answer": ({"text": "?"}, {"seller"}),
    "evidence": ({"evidence": [HASH]}, {"buyer", "seller"}),
    "verdict": ({"liable": "buyer", "remedy": "none", "grounds": "?"}, {"arbitrator"}),
    "withdraw": ({}, {"buyer"}),
    "appeal": ({"grounds": "?"}, {"buyer", "seller"}),
    "confirm-verdict": ({"grounds": "?"}, {"arbitrator"}),
    "record-repayment": ({"amount": {"amount": 1, "currency": "CNY"}, "reference": "?"}, {"seller", "agent"}),
    "write-off": ({"note": "?"}, {"seller", "agent"}),
    "replace-verdict": ({"liable": "buyer", "remedy": "none", "grounds": "?"}, {"arbitrator"}),
}


async def test_the_access_matrix_covers_every_action(shop: Shop) -> None:
    """The other routes are in the access rules of all services."""
    paths = (await shop.agent.get("/openapi.json")).json()["paths"]
    of_one = ("/v1/cases/{case_id}/", "/v1/disputes/{dispute_id}/")
    assert {path for path, methods in paths.items() if "post" in methods and path.startswith(of_one)} == {
        *(f"/v1/cases/{{case_id}}/{action}" for action in CASE_CALLS),
        *(f"/v1/disputes/{{dispute_id}}/{action}" for action in DISPUTE_CALLS),
    }


async def test_wrong_roles_are_403_foreign_objects_404_and_nothing_changes(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    before = len(await shop.harness.published())
    calls = {f"/v1/cases/{case_id}/{action}": call for action, call in CASE_CALLS.items()}
    acts = {action.replace("{proposal_id}", "prop_1"): call for action, call in DISPUTE_CALLS.items()}
    calls |= {f"/v1/disputes/{dispute_id}/{action}": call for action, call in acts.items()}
    other_buyer = shop.harness.client("buyer", "buyer-2")
    rival = shop.harness.client("seller", "seller-2", tenant="m-2")
    for path, (body, may) in calls.items():
        for role in ROLES:
            if role not in may:
                client = shop.harness.client(role, f"{role}-1", tenant="m-1" if role == "seller" else None)
                shop.harness.problem(await client.post(path, json=body), 403, "forbidden")
        for foreign, role in ((other_buyer, "buyer"), (rival, "seller")):
            code = (404, "not_found") if role in may else (403, "forbidden")
            shop.harness.problem(await foreign.post(path, json=body), *code)
        shop.harness.problem(await shop.harness.client().post(path, json=body), 401, "token_missing")
    assert len(await shop.harness.published()) == before


async def test_who_reads_what(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    case = f"/v1/cases/{case_id}"
    paths = (case, f"{case}/timeline", f"{case}/timeline/live", f"/v1/disputes/{dispute_id}")
    for role in ROLES:
        client = shop.harness.client(role, f"{role}-1", tenant="m-1" if role == "seller" else None)
        for path in paths:
            assert (await client.get(path)).status_code == (200 if role in EVERYBODY else 404), (role, path)
        found = (await client.get("/v1/cases")).json()["data"]
        assert len(found) == (1 if role in EVERYBODY else 0)
    for foreign in (
        shop.harness.client("buyer", "buyer-2"),
        shop.harness.client("seller", "seller-2", tenant="m-2"),
    ):
        for path in paths:
            shop.harness.problem(await foreign.get(path), 404, "not_found")
        for path in ("/v1/cases", "/v1/disputes"):
            assert (await foreign.get(path)).json()["data"] == []
