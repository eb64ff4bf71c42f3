"""The story in six chapters; each step holds or the story ends with one line that says why."""

from dataclasses import dataclass, field

from aftercare_cli.demo.cast import Cast
from aftercare_cli.demo.record import flaws
from aftercare_cli.demo.teller import chapter, money, tell, trace
from aftercare_cli.journey import Journey
from aftercare_cli.person import Body, Unexpected

PATHS = {
    "order_id": "/v1/orders",
    "payment_id": "/v1/payments",
    "parcel_id": "/v1/parcels",
    "conversation_id": "/v1/conversations",
    "case_id": "/v1/cases",
    "disputed_case_id": "/v1/cases",
    "complaint_id": "/v1/complaints",
    "dispute_id": "/v1/disputes",
}
WRITTEN_LAST = {"RatingGiven.v1", "ComplaintResolved.v1", "DisputeExecuted.v1"}


def expect(what: str, found: object, wanted: object) -> None:
    """A fact the story stands on."""
    if found != wanted:
        raise Unexpected(f"{what} is {found!r} where the story needs {wanted!r}")


@dataclass(slots=True)
class Story:
    """Plays the journey and tells it. `ids` are those of what it makes, under the names of PATHS."""

    cast: Cast
    journey: Journey
    order: Body = field(default_factory=dict)
    payment: Body = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def play(self) -> Body:
        """All of it; returns the order as it ends."""
        self.bought()
        self.delivered()
        self.answered()
        case = self.returned()
        self.fought_for()
        self.rated(case)
        self.traced()
        return self.cast.buyer.get(f"/v1/orders/{self.order['id']}")

    def paths(self) -> list[str]:
        """Where each thing that the story made can be read."""
        return [f"{PATHS[name]}/{id_}" for name, id_ in self.ids.items()]

    def named(self, name: str, made: Body, outcome: str) -> str:
        """The outcome of a step with the id of what it made."""
        self.ids[name] = made["id"]
        return f"{outcome} · {made['id']}"

    def bought(self) -> None:
        chapter("1 · An order 订单")
        self.order = self.journey.order()
        outcome = self.named("order_id", self.order, f"created, {money(self.order['total'])}")
        tell(self.cast.seller, "takes an order of 3 kettles 电热水壶", outcome)
        self.payment = self.journey.pay(self.order, "sim_duplicate_callback")
        outcome = self.named("payment_id", self.payment, f"paid {money(self.payment['amount'])}")
        tell(self.cast.buyer, "pays; the provider calls back twice, it counts once", outcome)

    def delivered(self) -> None:
        chapter("2 · A parcel 快递")
        parcel = self.journey.ship(self.order)
        tell(
            self.cast.seller,
            f"ships with 中通, waybill {parcel['waybill_no']}",
            self.named("parcel_id", parcel, "shipped"),
        )
        state = self.journey.deliver(self.order, parcel)["state"]
        tell("中通", "pushes three signed scans", state)

    def answered(self) -> None:
        chapter("3 · A question 客服与知识库")
        ask = {"order_id": self.order["id"], "text": "水壶漏水, 可以退货吗? 退货运费谁承担?"}
        conversation = self.cast.buyer.post("/v1/conversations", ask)
        outcome = self.named("conversation_id", conversation, f"conversation {conversation['state']}")
        tell(self.cast.buyer, f"asks: {ask['text']}", outcome)
        hits = self.cast.agent.get("/v1/search", q="退货运费谁承担", limit=3)["data"]
        if not hits:
            raise Unexpected("the knowledge base found nothing for 退货运费谁承担")
        tell(self.cast.agent, "searches 退货运费谁承担", f"《{hits[0]['title']}》 version {hits[0]['version']}")
        reply = f"可以的。请看《{hits[0]['title']}》: 质量问题由卖家承担退货运费。"
        cited = [{"article_id": hits[0]["id"], "article_version": hits[0]["version"]}]
        said = self.cast.agent.post(
            f"/v1/conversations/{conversation['id']}/messages", {"text": reply, "citations": cited}
        )
        expect("what the answer cites", said["citations"], cited)
        tell(self.cast.agent, f"answers: {reply}", f"citing version {hits[0]['version']}")

    def returned(self) -> Body:
        chapter("4 · Two of three come back 退货退款")
        case = self.asked_for("case_id", 2, 19133)
        approved = self.journey.approve(case)
        tell(self.cast.seller, "approves", f"{approved['state']}, {approved['whose_turn']}'s turn")
        shipped, number = self.journey.send_back(case)
        tell(self.cast.buyer, f"sends them back with 顺丰, waybill {number}", shipped["state"])
        tell("顺丰", "pushes: delivered to the shop", self.journey.arrive(case, number)["state"])
        tell(self.cast.seller, "inspects and accepts both", self.journey.inspect(case, 2)["state"])
        done = self.journey.completed(case)
        self.journey.refunded(self.payment, 19133)
        tell(
            "order-svc", "refunds through the provider, the case hears of it", f"completed, {money(case['requested'])}"
        )
        return done

    def asked_for(self, name: str, quantity: int, amount: int) -> Body:
        case = self.journey.ask(self.order, quantity)
        expect("the most that can be asked for", case["requested"]["amount"], amount)
        outcome = self.named(name, case, f"{case['state']}, {money(case['requested'])} at the most")
        tell(self.cast.buyer, f"asks to return {quantity}: 漏水", outcome)
        return case

    def fought_for(self) -> None:
        chapter("5 · The third is fought for 售后维权")
        case = self.asked_for("disputed_case_id", 1, 9567)
        tell(self.cast.seller, "rejects: used_or_affects_resale", self.journey.reject(case)["state"])
        complaint = self.journey.complain(self.order, case)
        tell(self.cast.buyer, "complains", self.named("complaint_id", complaint, complaint["state"]))
        dispute = self.journey.dispute(case)
        tell("aftersale-svc", "opens a dispute", self.named("dispute_id", dispute, "the case is frozen"))
        tell(self.cast.seller, "answers: 外观有划痕", self.journey.answer(dispute)["state"])
        decided = self.journey.verdict(dispute, case["requested"])
        tell(self.cast.arbitrator, "finds for the buyer: 同批次质量问题", decided["state"])
        self.cast.buyer.wait_state(f"/v1/disputes/{dispute['id']}", "executed")
        self.journey.completed(case)
        self.cast.buyer.wait_state(f"/v1/complaints/{complaint['id']}", "resolved")
        self.journey.refunded(self.payment, 28700)
        tell("the suite", "executes it", "dispute executed, case completed, complaint resolved, CNY 287.00 back in all")

    def rated(self, case: Body) -> None:
        chapter("6 · And rated 评价")
        self.journey.rate(case)
        tell(self.cast.buyer, "rates: service 5, helpfulness 4, refund 5, speed 3", "thank you")

    def traced(self) -> None:
        chapter("The record 追溯记录")
        record = self.journey.trace(self.order, _whole)
        trace(record["data"])
        expect("what is wrong with the record", flaws(record["data"]), [])
        paid = [entry for entry in record["data"] if entry["event_type"] == "OrderPaid.v1"]
        expect("how often the order was paid", len(paid), 1)
        sources = sorted({entry["source"].strip("/") for entry in record["data"]})
        outcome = "complete, in causal order"
        tell("analytics-svc", f"{len(record['data'])} events of {', '.join(sources)}", outcome)


def _whole(record: Body) -> bool:
    kinds = {entry["event_type"] for entry in record["data"]}
    return bool(record["complete"]) and kinds >= WRITTEN_LAST
