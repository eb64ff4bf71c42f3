"""The demo's scenario in eight sections. A step that does not end as expected stops it with one line that says why."""

from dataclasses import dataclass, field

from aftercare_cli.api_client import Body, UnexpectedResponse
from aftercare_cli.demo.output import format_money, print_record, print_section, print_step
from aftercare_cli.demo.record import record_errors
from aftercare_cli.journey import Journey
from aftercare_cli.participants import Participants

PATHS = {
    "order_id": "/v1/orders",
    "payment_id": "/v1/payments",
    "parcel_id": "/v1/parcels",
    "exchange_case_id": "/v1/cases",
    "conversation_id": "/v1/conversations",
    "case_id": "/v1/cases",
    "disputed_case_id": "/v1/cases",
    "complaint_id": "/v1/complaints",
    "dispute_id": "/v1/disputes",
}
# The record is complete when these have arrived: no later event is expected.
LAST_EVENTS = {"RatingGiven.v1", "ComplaintResolved.v1", "VerdictConfirmed.v1"}


def expect(what: str, found: object, wanted: object) -> None:
    """Raises: UnexpectedResponse where `found` is not `wanted`."""
    if found != wanted:
        raise UnexpectedResponse(f"{what} is {found!r}, expected {wanted!r}")


@dataclass(slots=True)
class Scenario:
    """Runs the journey and prints its steps. `ids` holds the ids of what it creates, under the names of PATHS."""

    participants: Participants
    journey: Journey
    order: Body = field(default_factory=dict)
    payment: Body = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def run(self) -> Body:
        """All sections; the order as it is at the end."""
        self.order_and_payment()
        self.delivery()
        self.exchange()
        self.question()
        case = self.agreed_return()
        self.appeal(self.dispute())
        self.rating(case)
        self.record()
        return self.participants.buyer.get(f"/v1/orders/{self.order['id']}")

    def paths(self) -> list[str]:
        """The API path of each object that the scenario created."""
        return [f"{PATHS[name]}/{id_}" for name, id_ in self.ids.items()]

    def created(self, name: str, body: Body, outcome: str) -> str:
        """Keep the id of a created object under `name`; the outcome of the step with the id."""
        self.ids[name] = body["id"]
        return f"{outcome} · {body['id']}"

    def order_and_payment(self) -> None:
        print_section("1 · An order 订单")
        self.order = self.journey.order()
        outcome = self.created("order_id", self.order, f"created, {format_money(self.order['total'])}")
        print_step(self.participants.seller, "takes an order of 3 kettles 电热水壶", outcome)
        self.payment = self.journey.pay(self.order, "sim_duplicate_callback")
        outcome = self.created("payment_id", self.payment, f"paid {format_money(self.payment['amount'])}")
        print_step(self.participants.buyer, "pays; the provider calls back twice, it counts once", outcome)

    def delivery(self) -> None:
        print_section("2 · A parcel 快递")
        parcel = self.journey.ship(self.order)
        outcome = self.created("parcel_id", parcel, "shipped")
        print_step(self.participants.seller, f"ships with 中通, waybill {parcel['waybill_no']}", outcome)
        state = self.journey.deliver(self.order, parcel)["state"]
        print_step("中通", "pushes three signed scans", state)

    def exchange(self) -> None:
        print_section("3 · One of three is exchanged 换货")
        case = self.journey.open_case(self.order, 1, "exchange", "wrong_item", "发错颜色")
        outcome = self.created("exchange_case_id", case, case["state"])
        print_step(self.participants.buyer, "requests an exchange of 1: 发错颜色", outcome)
        print_step(self.participants.seller, "approves", self.journey.approve(case)["state"])
        shipped, number = self.journey.send_back(case)
        print_step(self.participants.buyer, f"sends it back with 顺丰, waybill {number}", shipped["state"])
        self.journey.deliver_return(case, number)
        inspected = self.journey.inspect(case, 1)
        print_step(self.participants.seller, "receives, inspects and accepts it", inspected["state"])
        sent, number = self.journey.ship_replacement(case)
        print_step(self.participants.seller, f"ships another one with 中通, waybill {number}", sent["state"])
        self.journey.deliver_replacement(case, number)
        state = self.journey.confirm_replacement(case)["state"]
        expect("the state of the exchange", state, "completed")
        print_step(self.participants.buyer, "confirms that it has arrived; no money moves", state)

    def question(self) -> None:
        print_section("4 · A question 客服与知识库")
        question = {"order_id": self.order["id"], "text": "水壶漏水, 可以退货吗? 退货运费谁承担?"}
        conversation = self.participants.buyer.post("/v1/conversations", question)
        outcome = self.created("conversation_id", conversation, f"conversation {conversation['state']}")
        print_step(self.participants.buyer, f"asks: {question['text']}", outcome)
        article = self._find_article("退货运费谁承担")
        reply = f"可以的。请看《{article['title']}》: 质量问题由卖家承担退货运费。"
        citations = [{"article_id": article["id"], "article_version": article["version"]}]
        path = f"/v1/conversations/{conversation['id']}/messages"
        message = self.participants.agent.post(path, {"text": reply, "citations": citations})
        expect("the list of citations", message["citations"], citations)
        print_step(self.participants.agent, f"answers: {reply}", f"citing version {article['version']}")
        self._ask_bot()

    def _ask_bot(self) -> None:
        """The bot answers what its intents are about, and hands over where a person is asked for."""
        answered = self._asked("退货运费谁承担")
        expect("the kind of the reply", answered["kind"], "answer")
        [citation] = answered["citations"]
        outcome = f"citing 《{citation['title']}》 version {citation['article_version']}"
        print_step("the bot 智能客服", f"answers: {answered['text']}", outcome)
        handed_over = self._asked("转人工")
        expect("the reason of the hand-over", handed_over["reason"], "requested")
        print_step("the bot 智能客服", f"answers: {handed_over['text']}", handed_over["kind"])

    def _asked(self, question: str) -> Body:
        print_step(self.participants.buyer, f"asks the bot: {question}", "")
        return self.participants.buyer.post("/v1/bot/ask", {"text": question})

    def _find_article(self, query: str) -> Body:
        hits = self.participants.agent.get("/v1/search", q=query, limit=3)["data"]
        if not hits:
            raise UnexpectedResponse(f"the knowledge base found nothing for {query}")
        outcome = f"《{hits[0]['title']}》 version {hits[0]['version']}"
        print_step(self.participants.agent, f"searches {query}", outcome)
        return dict(hits[0])

    def agreed_return(self) -> Body:
        print_section("5 · Two of three are returned 退货退款")
        case = self._open_case("case_id", 2, 19133)
        approved = self.journey.approve(case)
        turn = f"{approved['state']}, {approved['whose_turn']}'s turn"
        print_step(self.participants.seller, "approves", turn)
        shipped, number = self.journey.send_back(case)
        print_step(self.participants.buyer, f"sends them back with 顺丰, waybill {number}", shipped["state"])
        state = self.journey.deliver_return(case, number)["state"]
        print_step("顺丰", "pushes: delivered to the shop", state)
        state = self.journey.inspect(case, 2)["state"]
        print_step(self.participants.seller, "inspects and accepts both", state)
        done = self.journey.wait_completed(case)
        self.journey.wait_refunded(self.payment, 19133)
        outcome = f"completed, {format_money(case['requested'])}"
        print_step("order-svc", "refunds through the provider and publishes the result", outcome)
        return done

    def _open_case(self, name: str, quantity: int, amount: int) -> Body:
        """A return of `quantity` units; the largest possible refund must be `amount` minor units."""
        case = self.journey.open_case(self.order, quantity)
        expect("the largest refund that can be requested", case["requested"]["amount"], amount)
        outcome = self.created(name, case, f"{case['state']}, {format_money(case['requested'])} at most")
        print_step(self.participants.buyer, f"requests a return of {quantity}: 漏水", outcome)
        return case

    def dispute(self) -> Body:
        print_section("6 · The third is disputed 售后维权")
        case = self._open_case("disputed_case_id", 1, 9567)
        print_step(self.participants.seller, "rejects: used_or_affects_resale", self.journey.reject(case)["state"])
        complaint = self.journey.open_complaint(self.order, case)
        outcome = self.created("complaint_id", complaint, complaint["state"])
        print_step(self.participants.buyer, "complains", outcome)
        dispute = self.journey.wait_dispute(case)
        outcome = self.created("dispute_id", dispute, "the case is frozen")
        print_step("aftersale-svc", "opens a dispute", outcome)
        state = self.journey.answer_dispute(dispute)["state"]
        print_step(self.participants.seller, "answers: 外观有划痕", state)
        state = self.journey.give_verdict(dispute, case["requested"])["state"]
        print_step(self.participants.arbitrator, "decides for the buyer: 同批次质量问题", state)
        self._wait_executed(dispute, case, complaint)
        return dispute

    def _wait_executed(self, dispute: Body, case: Body, complaint: Body) -> None:
        buyer = self.participants.buyer
        buyer.wait_state(f"/v1/disputes/{dispute['id']}", "executed")
        self.journey.wait_completed(case)
        buyer.wait_state(f"/v1/complaints/{complaint['id']}", "resolved")
        self.journey.wait_refunded(self.payment, 28700)
        outcome = "dispute executed, case completed, complaint resolved, CNY 287.00 refunded in all"
        print_step("the suite", "executes the verdict", outcome)

    def appeal(self, dispute: Body) -> None:
        print_section("7 · The shop appeals 申诉")
        print_step(self.participants.seller, "appeals: 划痕不是运输造成的", self.journey.appeal(dispute)["state"])
        confirmed = self.journey.confirm_verdict(dispute)
        expect("the state of the dispute", confirmed["state"], "executed")
        print_step(self.participants.second_arbitrator, "confirms the verdict; it is final", confirmed["state"])

    def rating(self, case: Body) -> None:
        print_section("8 · A rating 评价")
        self.journey.rate(case)
        print_step(self.participants.buyer, "rates: service 5, helpfulness 4, refund 5, speed 3", "saved")

    def record(self) -> None:
        print_section("The record 追溯记录")
        record = self.journey.wait_record(self.order, _is_complete)["data"]
        print_record(record)
        expect("the list of errors in the record", record_errors(record), [])
        payments = [entry for entry in record if entry["event_type"] == "OrderPaid.v1"]
        expect("the number of payments", len(payments), 1)
        sources = sorted({entry["source"].strip("/") for entry in record})
        print_step("analytics-svc", f"{len(record)} events of {', '.join(sources)}", "complete, in causal order")


def _is_complete(record: Body) -> bool:
    types = {entry["event_type"] for entry in record["data"]}
    return bool(record["complete"]) and types >= LAST_EVENTS
