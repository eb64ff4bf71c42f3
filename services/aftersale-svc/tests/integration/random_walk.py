"""What happens in the random histories: each step is one of these, by chance, and mostly somebody acts on a document."""

from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import httpx
from aftersale_shop import HASH, Shop, done
from aftersale_svc.domain.cases.codes import CaseType
from checked_files import files_of
from random_bodies import cny, request_of
from random_counts import GUARDS, Counts
from random_shop import MERCHANT, MORE_SETTINGS, PEOPLE, Routes
from random_starts import STARTS
from random_world import STAGES, World

NOT_ALLOWED = {"illegal_transition", "not_allowed_for_role", "deadline_passed", *GUARDS}
"""How what a document shows as not allowed is refused: by its state, its time, who acts, or what bars the action."""
RARE = {"cancel", "withdraw", "abandon", "close", "take", "assign", "release", "escalate", "dispute", "add_evidence"}
"""Actions that end a document too soon for anything else to happen, or that change little."""
FORWARD = {
    *(
        "approve",
        "grant",
        "ship",
        "receive",
        "inspect",
        "agree_hold",
        "accept_offer",
        "book_pickup",
        "move_pickup",
        "miss_pickup",
    ),
    *("report_absence", "ship_replacement", "quote", "price_replacement", "agree_charge", "record_payment", "repaired"),
    *(
        "confirm_decision",
        "decline_decision",
        "record_charge_return",
        "record_return_freight",
        "record_arrival",
        "record_repayment",
        "reship",
        "repair_again",
        "resume_repair",
        "release_hold",
        "record_arrival",
        "offer",
        "state_offline_refund",
    ),
}
"""Actions without which a case does not get far."""
ROLES = {"buyer": "buyer", "merchant": "seller", "agent": "agent", "platform": "arbitrator", "courier": "seller"}
"""Who acts when it is whose turn."""
WEIGHTS = {"cases": 6, "disputes": 2, "courier-claims": 2, "guarantee-claims": 6, "refused-goods-claims": 6}
CLAIMABLE = """
SELECT id, 'courier' AS kind FROM cases
UNION ALL SELECT case_id, 'freight_insurance' FROM returns WHERE delivered_at IS NOT NULL
UNION ALL SELECT c.id, 'merchant_deposit' FROM cases c JOIN refunds r ON r.id = c.refund_id AND r.state = 'failed', generate_series(1, 3)
"""
TEST = "SELECT questions FROM lab_tests WHERE dispute_id = $1 ORDER BY id DESC LIMIT 1"
REPORT = """
INSERT INTO evidence_files (id, version, order_id, case_id, buyer_id, merchant_id, uploader_id, uploader_role, kind, media_type, size, sha256,
    state, whose_turn, copy_type, copy_sha256, created_at, updated_at)
VALUES ('ev_' || $1, 1, 'ord_1', $1, 'buyer-1', 'm-1', 'agent-1', 'agent', 'test_report', 'application/pdf', 1, 'sha256:' || md5($1) || md5($1),
    'accepted', 'nobody', 'application/pdf', 'sha256:2', $2, $2) ON CONFLICT DO NOTHING
"""


class Walk(World):
    """One order, and everything that happens to it."""

    def __init__(self, shop: Shop, routes: Routes, counts: Counts) -> None:
        super().__init__(shop)
        self.routes, self.counts = routes, counts
        client = shop.harness.client
        agents, arbitrators = (shop.agent, client("agent", "agent-2")), (shop.arbitrator, client("arbitrator", "arb-2"))
        everybody = (shop.buyer, shop.seller, *agents, *arbitrators, client("admin", "admin-1"))
        self.people = dict(zip(PEOPLE, everybody, strict=True))
        self.taken, self.last = Counter[str](), ""

    async def begin(self, draw: Random) -> None:
        """The order, at some stage, with what the merchant has set, and the first cases."""
        for path, body in MERCHANT.items():
            await self.put(path, body)
        for path, body in MORE_SETTINGS.items():
            if draw.random() < 0.4:
                await self.put(path, body)
        await self.is_paid(draw)
        await files_of(self.shop, HASH)
        entry = {"kind": "paid_in", "amount": cny(draw.choice([1000, 500000])), "reference": "B-1"}
        await self.command(self.people["admin"], "post", "bookDepositEntry", "/v1/merchants/m-1/deposit-entries", entry)
        start = draw.choice(STARTS) if draw.random() < 0.8 else None
        stage = draw.choice(STAGES[:4]) if start is None else start.stage
        for _ in range(STAGES.index(stage)):
            await self.the_order_goes_on(draw)
        if start is not None:
            await start.leads(self)
        for _ in range(draw.randint(0 if start else 1, 2)):
            await self.a_case_is_opened(draw)

    async def step(self, draw: Random) -> None:
        """Something happens."""
        happens: dict[Callable[[Random], Awaitable[None]], float] = {
            self.somebody_acts: 70,
            self.a_case_is_opened: 4,
            self.a_refund_ends: 6,
            self.a_parcel_is_reported: 6,
            self.a_report_is_out_of_order: 1,
            self.time_passes: 5,
            self.a_claim_is_opened: 3,
            self.the_order_goes_on: 2,
            self.a_complaint: 0.5,
            self.somebody_has_more_time: 1,
            self.cases_are_decided_at_once: 0.5,
            self.the_order_is_cancelled: 0.2,
        }
        [chosen] = draw.choices(list(happens), list(happens.values()))
        self.counts.steps[chosen.__name__] += 1
        await chosen(draw)

    # what people do, in a start

    async def opens(self, type_: str, reason: str = "quality_defect") -> None:
        """The buyer asks for something about two units of a line."""
        await self.command(self.shop.buyer, "post", "createCase", "/v1/cases", request_of(type_, reason, "line_1", 2))

    async def takes(self, role: str, kind: str, action: str, n: int = 1, **body: Any) -> None:
        """Somebody takes an action on the newest document of a kind, with the body that `n` makes, where `body` names no other."""
        document = await self.newest(kind)
        self.last = document["id"]
        shown = done(await self.people[role].get(f"/v1/{kind}/{document['id']}"))
        full = await self.completed(document, shown)
        route, path, made = self.routes.request(kind, full, action, n)
        await self.command(self.people[role], "post", str(route.operation_id), path, made | body)

    # what people do

    async def claims(self, case_id: str, kind: str, role: str) -> None:
        """Somebody claims on a guarantee of a case."""
        amount = {"amount": cny(900)} if kind == "freight_insurance" else {}
        body, path = {"kind": kind, "evidence": [HASH], **amount}, f"/v1/cases/{case_id}/guarantee-claims"
        await self.command(self.people[role], "post", "openGuaranteeClaim", path, body)

    async def command(
        self, client: httpx.AsyncClient, method: str, operation: str, path: str, body: dict[str, Any]
    ) -> httpx.Response:
        """The answer to a command, which is counted."""
        response = await client.request(method, path, json=body)
        assert response.status_code < 500, response.text
        self.counts.answered(operation, response)
        return response

    async def put(self, path: str, body: dict[str, Any]) -> None:
        by = "seller" if path in ("return-address", "case-rules") else "admin"
        operation = self.routes.settings[path]
        done(await self.command(self.people[by], "put", operation, f"/v1/merchants/m-1/{path}", body))

    async def a_case_is_opened(self, draw: Random) -> None:
        """An option that is shown is accepted, one that is not is refused, by the same code."""
        shown = done(await self.shop.agent.get("/v1/orders/ord_1/after-sale-options"))
        line = draw.choice(shown["lines"])
        options = [each for each in line["options"] if each["allowed"]] if draw.random() < 0.9 else line["options"]
        if not options:
            return
        option = draw.choices(options, [1 / (1 + self.taken[each["type"]]) for each in options])[0]
        [of_type] = [each for each in shown["types"] if each["type"] == option["type"]]
        of_stage = [each["code"] for group in of_type["reasons"] for each in group["reasons"]]
        reasons = option.get("reasons", of_stage)
        if not reasons:
            assert not option["allowed"]
            return
        units, role = draw.choice([1, 1, 2, 2, 3]), draw.choices(PEOPLE, [12, 2, 1, 1, 1, 1, 1])[0]
        body = request_of(option["type"], draw.choice(reasons), line["line_id"], units)
        response = await self.command(self.people[role], "post", "createCase", "/v1/cases", body)
        if response.status_code == 201:
            self.taken[option["type"]] += 1
            assert option["allowed"], body
            assert units <= option["selectable_quantity"] or option["type"] == CaseType.CONSULT, body
        elif not option["allowed"] and units == 1 and response.status_code == 409:
            assert response.json()["code"] == option["why_not"]["code"]
        elif option["allowed"] and units <= option["selectable_quantity"]:
            assert response.status_code == 403, (body, response.text)

    async def somebody_acts(self, draw: Random) -> None:
        """Somebody takes one of the actions that a document shows; mostly one that is shown as allowed."""
        known = await self.documents()
        if not known:
            return
        weights = [self.weight_of(each) for each in known]
        document = draw.choices(known, weights)[0]
        self.last = document["id"]
        kind, path = document["kind"], f"/v1/{document['kind']}/{document['id']}"
        allowed = draw.random() < 0.8
        for role in self.roles(draw, document)[:3]:
            seen = await self.people[role].get(path)
            if seen.status_code == 200:
                before = seen.json()
                shown = [
                    each
                    for each in before["allowed_actions"]
                    if (kind, each["action"]) in self.routes.by_action and (each["allowed"] or not allowed)
                ]
                weights = [self.weight(kind, each["action"]) for each in shown]
                # Who can do nothing but what ends much or changes little mostly leaves it to others.
                if shown and draw.random() < max(weights) / 8:
                    await self.act(draw, document, role, before, draw.choices(shown, weights)[0])
                    return

    def weight_of(self, document: dict[str, Any]) -> float:
        """How likely somebody acts on a document: the one of the step before, rather than others, and less on what has ended."""
        waits = document["whose_turn"] in ("nobody", "system", "dispute") or document["state"] == "disputed"
        weight = WEIGHTS[document["kind"]] * (0.1 if waits else 1)
        return weight * (15 if document["id"] == self.last else 1)

    def roles(self, draw: Random, document: dict[str, Any]) -> list[str]:
        """Who may want to act: mostly those whose turn it is first."""
        others = sorted(PEOPLE, key=lambda each: draw.random() / (3 if each in ("buyer", "seller") else 1))
        first = [ROLES.get(document["whose_turn"], "agent")] if draw.random() < 0.6 else []
        return list(dict.fromkeys([*first, *others]))

    def weight(self, kind: str, action: str) -> float:
        """How likely an action is: the less, the more often it was taken in this history."""
        return (2 if action in RARE else 20 if action in FORWARD else 8) / (1 + self.taken[f"{kind} {action}"])

    async def act(
        self, draw: Random, document: dict[str, Any], role: str, before: dict[str, Any], chosen: dict[str, Any]
    ) -> None:
        client, path = self.people[role], f"/v1/{document['kind']}/{document['id']}"
        full = await self.completed(document, before)
        route, target, body = self.routes.request(document["kind"], full, chosen["action"], draw.randrange(1000))
        answer = await self.command(client, "post", str(route.operation_id), target, body)
        if answer.is_error:
            assert answer.json()["code"] not in NOT_ALLOWED or not chosen["allowed"], (chosen, answer.json())
            assert (await client.get(path)).json() == before, "what is refused changes nothing"
        else:
            self.taken[f"{document['kind']} {chosen['action']}"] += 1
            assert chosen["allowed"], (chosen, answer.json())

    async def completed(self, document: dict[str, Any], shown: dict[str, Any]) -> dict[str, Any]:
        """What is shown of a dispute with the lines of its case, and with what the report of a test needs."""
        if document["kind"] != "disputes":
            return shown
        pool, case_id = self.shop.harness.runtime.pool, document["case_id"]
        await pool.execute(REPORT, case_id, self.shop.clock.now())
        questions = await pool.fetchval(TEST, document["id"]) or ["used"]
        lines = (await self.shop.get(case_id))["lines"]
        return shown | {"lines": lines, "questions": questions, "report_id": f"ev_{case_id}"}

    async def a_claim_is_opened(self, draw: Random) -> None:
        """On a courier, or on the guarantee that fits the case, where one does."""
        claimable = [dict(each) for each in await self.shop.harness.runtime.pool.fetch(CLAIMABLE)]
        if not claimable:
            return
        case = draw.choice(claimable)
        path = f"/v1/cases/{case['id']}"
        if case["kind"] == "courier":
            body: dict[str, Any] = {
                "cause": draw.choice(["damaged", "lost"]),
                "leg": draw.choice(["outbound", "return", "exchange"]),
            }
            await self.command(self.shop.agent, "post", "openCourierClaim", f"{path}/courier-claims", body)
        else:
            await self.claims(case["id"], case["kind"], draw.choice(["buyer", "agent"]))

    async def somebody_has_more_time(self, draw: Random) -> None:
        open_ = await self.shop.harness.runtime.pool.fetch("SELECT id FROM deadlines WHERE ended_at IS NULL")
        if open_:
            path, role = f"/v1/deadlines/{draw.choice(open_)['id']}/extend", draw.choice(PEOPLE)
            await self.command(self.people[role], "post", "extendDeadline", path, {"hours": 24})

    async def cases_are_decided_at_once(self, draw: Random) -> None:
        ids = [each["id"] for each in await self.documents() if each["kind"] == "cases"][-3:]
        if ids:
            operation, body = draw.choice([("approve", {}), ("reject", {"reason": "reason_untrue"})])
            path, name = f"/v1/case-batches/{operation}", f"{operation}Cases"
            await self.command(self.shop.seller, "post", name, path, {"case_ids": ids, **body})
