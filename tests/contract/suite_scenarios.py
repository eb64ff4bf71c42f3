"""Scenarios in which the services publish every event. Their names, addresses and texts must not be in any event."""

from typing import Any

from in_process_suite import InProcessSuite
from rating_scenarios import rated_by_merchant
from uploads import a_photo

ADDRESS = {
    "name": "王芳",
    "phone": "13800001234",
    "country": "CN",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 1 号 3 幢",
}
NEW_ADDRESS = {**ADDRESS, "name": "李雷", "phone": "13900005678", "street": "中山北路 22 号"}
RETURN_ADDRESS = {**ADDRESS, "name": "售后仓", "phone": "05710009999", "street": "滨江仓库 9 号"}
TITLE = "电热水壶 1.7L 不锈钢"
TEXTS = {
    "description": "壶底漏水, 已拍照",
    "note": "请用原包装寄回",
    "rejection": "检测没有发现问题",
    "complaint": "商家无理由拒绝我的退货",
    "unanswered": "三天前问客服, 至今没有人回复",
    "answer": "壶身有明显使用痕迹",
    "grounds": "卖家未能证明其主张",
    "question": "什么时候退款?",
    "reply": "一般三个工作日内到账",
    "feedback": "客服回复很慢",
    "thanks": "谢谢反馈, 我们会改进",
    "improvement": "已增加夜班客服",
    "source": "水壶用户交流群",
    "rating": "整体满意, 但等得久",
    "rule_title": "全部由商家处理",
}
_ADDRESSES = (ADDRESS, NEW_ADDRESS, RETURN_ADDRESS)
PERSONAL = [each[key] for each in _ADDRESSES for key in each if key != "country"] + [TITLE, *TEXTS.values()]
NOT_PUBLISHED_YET = {"SanctionImposed.v1", "SanctionLifted.v1", "ForecastPublished.v1", "AlertRaised.v1"}
"""In the catalogue, but published only once sanctions and insights are built."""
PHOTO = "sha256:" + "ab" * 32


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


async def ordered(suite: InProcessSuite, quantity: int = 3) -> dict[str, Any]:
    line = {"sku": "KETTLE-1", "title": TITLE, "quantity": quantity, "unit_price": cny(9900), "discount": cny(1000)}
    body = {
        "buyer_id": "buyer-1",
        "currency": "CNY",
        "lines": [{**line, "category": "kitchen"}],
        "shipping_fee": cny(800),
        "shipping_address": ADDRESS,
    }
    return await suite.call("seller", "order", "orders", body)


async def paid(suite: InProcessSuite, method: str = "sim_success", quantity: int = 3) -> dict[str, Any]:
    order = await ordered(suite, quantity)
    await suite.call(
        "buyer", "order", f"orders/{order['id']}/payments", {"provider": "simulator", "payment_method": method}
    )
    return order


async def delivered(
    suite: InProcessSuite, waybill_no: str, method: str = "sim_success", quantity: int = 3
) -> dict[str, Any]:
    order = await paid(suite, method, quantity)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
    await suite.call(
        "seller", "order", f"orders/{order['id']}/parcels", {"carrier": "zto", "waybill_no": waybill_no, "lines": lines}
    )
    await suite.push(waybill_no, "in_transit")
    await suite.push(waybill_no, "delivered")
    return order


async def asked(
    suite: InProcessSuite, order: dict[str, Any], quantity: int, type_: str = "return_refund"
) -> dict[str, Any]:
    body = {
        "order_id": order["id"],
        "type": type_,
        "reason": "quality_defect",
        "description": TEXTS["description"],
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": quantity}],
        "evidence": [PHOTO],
    }
    return await suite.call("buyer", "aftersale", "cases", body)


async def step(suite: InProcessSuite, who: str, case: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
    return await suite.call(who, "aftersale", f"cases/{case['id']}/{action}", body)


async def rejected(suite: InProcessSuite, order: dict[str, Any], quantity: int) -> dict[str, Any]:
    case = await asked(suite, order, quantity)
    return await step(suite, "seller", case, "reject", reason="no_defect_found", note=TEXTS["rejection"])


async def complained(suite: InProcessSuite, case: dict[str, Any], channel: str = "web") -> tuple[str, str]:
    """The ids of a complaint and of the dispute that was opened for it."""
    body = {
        "channel": channel,
        "order_id": case["order_id"],
        "case_id": case["id"],
        "category": "unfair_rejection",
        "text": TEXTS["complaint"],
    }
    complaint = await suite.call("buyer", "cs", "complaints", body)
    shown = await suite.get("buyer", "cs", f"complaints/{complaint['id']}")
    assert shown["dispute_id"], "a dispute was opened for it"
    return complaint["id"], shown["dispute_id"]


async def a_return_of_two_of_three(suite: InProcessSuite) -> str:
    """A return with every step, a conversation and a rating; the order's id."""
    order = await paid(suite, "sim_duplicate_callback")
    await suite.call("buyer", "order", f"orders/{order['id']}/change-address", {"shipping_address": NEW_ADDRESS})
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    parcel = {"carrier": "zto", "waybill_no": "73000001", "lines": lines}
    await suite.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    await suite.push("73000001", "delivered")
    [outbound] = (await suite.get("buyer", "order", f"parcels?order_id={order['id']}"))["data"]
    rating = {"parcel_id": outbound["id"], "score": 2, "faults": ["late"], "text": TEXTS["rating"]}
    await suite.call("buyer", "cs", "courier-ratings", rating)
    shown = await suite.get("seller", "order", f"parcels/{outbound['id']}")
    assert shown["courier_rating"]["faults"] == ["late"]
    await suite.call("buyer", "order", f"orders/{order['id']}/confirm-receipt")
    case = await asked(suite, order, 2)
    await conversation(suite, case)
    await step(suite, "seller", case, "approve", note=TEXTS["note"], return_address=RETURN_ADDRESS)
    await step(suite, "buyer", case, "ship", carrier="zto", waybill_no="73000022")
    await step(suite, "buyer", case, "correct-waybill", carrier="zto", waybill_no="73000002")
    await suite.push("73000002", "picked_up")
    await suite.push("73000002", "delivered")
    found = [{"line_id": order["lines"][0]["id"], "accepted": 2, "grade": "a"}]
    await step(suite, "seller", case, "inspect", lines=found, note=TEXTS["note"])
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "completed"
    await rated(suite, case)
    await rated_by_merchant(suite, case)
    return str(order["id"])


async def conversation(suite: InProcessSuite, case: dict[str, Any]) -> None:
    body = {"order_id": case["order_id"], "case_id": case["id"], "text": TEXTS["question"]}
    conversation = await suite.call("buyer", "cs", "conversations", body)
    path = f"conversations/{conversation['id']}"
    await suite.call("agent", "cs", f"{path}/assign", {})
    await suite.call("agent", "cs", f"{path}/messages", {"text": TEXTS["reply"]})
    answer = {"text": TEXTS["answer"], "case_id": case["id"]}
    left = await suite.call("seller", "cs", f"{path}/messages", answer)
    timeline = await suite.get("buyer", "aftersale", f"cases/{case['id']}/timeline")
    assert timeline["data"][-1]["message"]["message_id"] == left["id"], "the case shows the message"
    await suite.call("buyer", "cs", f"{path}/close")
    await suite.call("buyer", "cs", f"{path}/messages", {"text": TEXTS["question"]})


async def rated(suite: InProcessSuite, case: dict[str, Any]) -> None:
    scores = {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3}
    body = {"case_id": case["id"], "scores": scores, "text": TEXTS["rating"]}
    rating = await suite.call("buyer", "cs", "ratings", body)
    await suite.call("buyer", "cs", f"ratings/{rating['id']}", {"scores": {**scores, "speed": 2}}, method="PATCH")
    body = {"channel": "qq", "text": TEXTS["feedback"], "source": TEXTS["source"], "case_id": case["id"]}
    feedback = await suite.call("agent", "cs", "feedback", body)
    await suite.call("agent", "cs", f"feedback/{feedback['id']}/answer", {"text": TEXTS["thanks"]})
    await suite.call("agent", "cs", f"feedback/{feedback['id']}/improve", {"text": TEXTS["improvement"]})


async def a_rejection_that_wins_its_dispute(suite: InProcessSuite) -> str:
    """A rejected case whose dispute is decided for the buyer; the order's id."""
    order = await delivered(suite, "73000003")
    case = await rejected(suite, order, 2)
    found = await suite.get("seller", "aftersale", f"cases/{case['id']}/deadlines")
    await suite.call("seller", "aftersale", f"deadlines/{found['data'][-1]['id']}/extend", {"hours": 24})
    complaint, dispute = await complained(suite, case)
    photo = await a_photo(suite, order)
    await suite.call("buyer", "aftersale", f"disputes/{dispute}/evidence", {"evidence": [photo], "note": TEXTS["note"]})
    await suite.call("agent", "cs", f"complaints/{complaint}/answer", {"text": TEXTS["reply"]})
    await suite.call("seller", "aftersale", f"disputes/{dispute}/answer", {"text": TEXTS["answer"], "evidence": []})
    verdict = {"liable": "seller", "remedy": "refund", "amount": cny(19133), "grounds": TEXTS["grounds"]}
    costs = [{"kind": "testing", "bearer": "merchant", "amount": cny(3000)}]
    besides = {"costs": costs, "sanctions": [{"code": "warn", "subject": "merchant"}]}
    await suite.call("arbitrator", "aftersale", f"disputes/{dispute}/verdict", verdict | besides)
    assert (await suite.get("buyer", "aftersale", f"disputes/{dispute}"))["state"] == "executed"
    assert (await suite.get("buyer", "cs", f"complaints/{complaint}"))["state"] == "resolved"
    return str(order["id"])


async def a_merchant_who_does_not_answer_and_a_withdrawn_dispute(suite: InProcessSuite) -> str:
    order = await delivered(suite, "73000004")
    case = await rejected(suite, order, 1)
    _, dispute = await complained(suite, case, "phone")
    found = await suite.get("agent", "aftersale", f"cases/{case['id']}/deadlines")
    [waiting] = [each for each in found["data"] if each["document_id"] == dispute and not each.get("ended_at")]
    await suite.call("agent", "aftersale", f"deadlines/{waiting['id']}/extend", {"hours": 1, "note": TEXTS["note"]})
    unanswered = {"channel": "message", "order_id": order["id"], "category": "no_answer", "text": TEXTS["unanswered"]}
    await suite.call("buyer", "cs", "complaints", unanswered)
    await suite.advance(30)
    await suite.services["aftersale"].run_workers("reminders")
    await suite.advance(19)
    await suite.call("buyer", "aftersale", f"disputes/{dispute}/withdraw", {})
    await step(suite, "buyer", case, "accept")
    return str(order["id"])


async def a_refund_before_shipment(suite: InProcessSuite) -> str:
    order = await paid(suite)
    case = await asked(suite, order, 3, "refund_only")
    await step(suite, "seller", case, "approve")
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["state"] == "cancelled"
    return str(order["id"])


async def a_refund_that_the_provider_declines(suite: InProcessSuite) -> str:
    order = await delivered(suite, "73000005", "sim_refund_declined")
    case = await asked(suite, order, 1, "refund_only")
    await step(suite, "seller", case, "approve")
    return str(order["id"])


async def a_refund_whose_answer_is_lost(suite: InProcessSuite) -> str:
    order = await delivered(suite, "73000006", "sim_refund_lost_answer")
    case = await asked(suite, order, 1, "refund_only")
    await step(suite, "seller", case, "escalate", note=TEXTS["note"])
    await step(suite, "agent", case, "approve")
    await suite.advance(0.1)
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "completed"
    return str(order["id"])


async def a_payment_that_never_comes(suite: InProcessSuite) -> str:
    order = await paid(suite, "sim_declined")
    await suite.advance(1)
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["state"] == "cancelled"
    return str(order["id"])


async def a_change_of_mind(suite: InProcessSuite) -> str:
    order = await delivered(suite, "73000007")
    case = await asked(suite, order, 1)
    await step(suite, "seller", case, "escalate", note=TEXTS["note"])
    await step(suite, "agent", case, "approve")
    await step(suite, "seller", case, "set-return-address", return_address=RETURN_ADDRESS, note=TEXTS["note"])
    await step(suite, "agent", case, "set-return-address", return_address=NEW_ADDRESS)
    await step(suite, "buyer", case, "cancel")
    return str(order["id"])


async def a_refund_asked_for_before_the_goods_left(suite: InProcessSuite) -> str:
    """It is rejected, so the parcel may leave while the case is open: the stage of the case follows."""
    order = await paid(suite)
    line_id = order["lines"][0]["id"]
    case = await asked(suite, order, 1, "refund_only")
    await step(suite, "seller", case, "reject", reason="agreed_cancel")
    parcel = {"carrier": "zto", "waybill_no": "73000008", "lines": [{"line_id": line_id, "quantity": 3}]}
    await suite.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["stage"] == "in_transit"
    await step(suite, "buyer", case, "accept")
    await suite.push("73000008", "delivered")
    return str(order["id"])


async def a_cancellation_before_the_case_was_known(suite: InProcessSuite) -> str:
    """The order is cancelled before order-svc knows the case: everything is refunded with the order, and the case is closed."""
    order = await paid(suite)
    body = {
        "order_id": order["id"],
        "type": "refund_only",
        "reason": "changed_mind",
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}],
    }
    asked_for = await suite.client("buyer", "aftersale").post("/v1/cases", json=body)
    assert asked_for.status_code == 201, asked_for.text
    case = asked_for.json()
    approved = await suite.client("seller", "aftersale").post(f"/v1/cases/{case['id']}/approve", json={})
    assert approved.status_code == 200, approved.text
    await suite.call("buyer", "order", f"orders/{order['id']}/cancel")
    ended = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (ended["state"], ended["close_cause"]) == ("closed", "order_cancelled")
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["state"] == "cancelled"
    return str(order["id"])


SCENARIOS = (
    a_return_of_two_of_three,
    a_rejection_that_wins_its_dispute,
    a_merchant_who_does_not_answer_and_a_withdrawn_dispute,
    a_refund_before_shipment,
    a_refund_that_the_provider_declines,
    a_refund_whose_answer_is_lost,
    a_payment_that_never_comes,
    a_change_of_mind,
    a_refund_asked_for_before_the_goods_left,
    a_cancellation_before_the_case_was_known,
)
