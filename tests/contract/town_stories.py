"""Stories that make every service say everything it can say. Their texts, names and numbers are told to nobody else."""

from typing import Any

from town import Town

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
    "answer": "壶身有明显使用痕迹",
    "grounds": "卖家未能证明其主张",
    "question": "什么时候退款?",
    "reply": "一般三个工作日内到账",
    "feedback": "客服回复很慢",
    "thanks": "谢谢反馈, 我们会改进",
    "improvement": "已增加夜班客服",
    "source": "水壶用户交流群",
    "rating": "整体满意, 但等得久",
    "article_title": "七天无理由退货说明",
    "article_body": "签收后七天内可以申请退货。",
}
PRIVATE = [
    *(
        value
        for address in (ADDRESS, NEW_ADDRESS, RETURN_ADDRESS)
        for key, value in address.items()
        if key != "country"
    ),
    TITLE,
    *TEXTS.values(),
]
PHOTO = "sha256:" + "ab" * 32


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


async def ordered(town: Town) -> dict[str, Any]:
    line = {"sku": "KETTLE-1", "title": TITLE, "quantity": 3, "unit_price": cny(9900), "discount": cny(1000)}
    body = {
        "buyer_id": "buyer-1",
        "currency": "CNY",
        "lines": [{**line, "category": "kitchen"}],
        "shipping_fee": cny(800),
        "shipping_address": ADDRESS,
    }
    return await town.call("seller", "order", "orders", body)


async def paid(town: Town, method: str = "sim_success") -> dict[str, Any]:
    order = await ordered(town)
    await town.call(
        "buyer", "order", f"orders/{order['id']}/payments", {"provider": "simulator", "payment_method": method}
    )
    return order


async def delivered(town: Town, waybill_no: str, method: str = "sim_success") -> dict[str, Any]:
    order = await paid(town, method)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    await town.call(
        "seller", "order", f"orders/{order['id']}/parcels", {"carrier": "zto", "waybill_no": waybill_no, "lines": lines}
    )
    await town.push(waybill_no, "in_transit")
    await town.push(waybill_no, "delivered")
    return order


async def asked(town: Town, order: dict[str, Any], quantity: int, type_: str = "return_refund") -> dict[str, Any]:
    body = {
        "order_id": order["id"],
        "type": type_,
        "reason": "quality_defect",
        "description": TEXTS["description"],
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": quantity}],
        "evidence": [PHOTO],
    }
    return await town.call("buyer", "aftersale", "cases", body)


async def step(town: Town, who: str, case: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
    return await town.call(who, "aftersale", f"cases/{case['id']}/{action}", body)


async def rejected(town: Town, order: dict[str, Any], quantity: int) -> dict[str, Any]:
    case = await asked(town, order, quantity)
    return await step(town, "seller", case, "reject", reason="no_defect_found", note=TEXTS["rejection"])


async def complained(town: Town, case: dict[str, Any], channel: str = "web") -> tuple[str, str]:
    """The complaint and the dispute it became."""
    body = {
        "channel": channel,
        "order_id": case["order_id"],
        "case_id": case["id"],
        "category": "unfair_rejection",
        "text": TEXTS["complaint"],
    }
    complaint = await town.call("buyer", "cs", "complaints", body)
    shown = await town.see("buyer", "cs", f"complaints/{complaint['id']}")
    assert shown["dispute_id"], "a dispute was opened for it"
    return complaint["id"], shown["dispute_id"]


async def a_return_of_two_of_three(town: Town) -> str:
    """Paid, readdressed, shipped, received, talked about, sent back, inspected, refunded, rated; the order's id."""
    order = await paid(town, "sim_duplicate_callback")
    await town.call("buyer", "order", f"orders/{order['id']}/change-address", {"shipping_address": NEW_ADDRESS})
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    parcel = {"carrier": "zto", "waybill_no": "73000001", "lines": lines}
    await town.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    await town.push("73000001", "delivered")
    await town.call("buyer", "order", f"orders/{order['id']}/confirm-receipt")
    case = await asked(town, order, 2)
    await talked(town, case)
    await step(town, "seller", case, "approve", note=TEXTS["note"], return_address=RETURN_ADDRESS)
    await step(town, "buyer", case, "ship", carrier="zto", waybill_no="73000022")
    await step(town, "buyer", case, "correct-waybill", carrier="zto", waybill_no="73000002")
    await town.push("73000002", "picked_up")
    await town.push("73000002", "delivered")
    found = [{"line_id": order["lines"][0]["id"], "accepted": 2, "grade": "a"}]
    await step(town, "seller", case, "inspect", lines=found, note=TEXTS["note"])
    assert (await town.see("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "completed"
    await judged(town, case)
    return str(order["id"])


async def talked(town: Town, case: dict[str, Any]) -> None:
    body = {"order_id": case["order_id"], "case_id": case["id"], "text": TEXTS["question"]}
    conversation = await town.call("buyer", "cs", "conversations", body)
    path = f"conversations/{conversation['id']}"
    await town.call("agent", "cs", f"{path}/assign", {})
    await town.call("agent", "cs", f"{path}/messages", {"text": TEXTS["reply"]})
    await town.call("seller", "cs", f"{path}/messages", {"text": TEXTS["answer"]})
    await town.call("buyer", "cs", f"{path}/close")
    await town.call("buyer", "cs", f"{path}/messages", {"text": TEXTS["question"]})


async def judged(town: Town, case: dict[str, Any]) -> None:
    scores = {"service": 5, "helpfulness": 4, "refund": 5, "speed": 3}
    rating = await town.call(
        "buyer", "cs", "ratings", {"case_id": case["id"], "scores": scores, "text": TEXTS["rating"]}
    )
    await town.call("buyer", "cs", f"ratings/{rating['id']}", {"scores": {**scores, "speed": 2}}, method="PATCH")
    body = {"channel": "qq", "text": TEXTS["feedback"], "source": TEXTS["source"], "case_id": case["id"]}
    feedback = await town.call("agent", "cs", "feedback", body)
    await town.call("agent", "cs", f"feedback/{feedback['id']}/answer", {"text": TEXTS["thanks"]})
    await town.call("agent", "cs", f"feedback/{feedback['id']}/improve", {"text": TEXTS["improvement"]})


async def a_rejection_that_wins_its_dispute(town: Town) -> str:
    """Rejected, complained, answered, decided, paid; the order's id."""
    order = await delivered(town, "73000003")
    case = await rejected(town, order, 2)
    complaint, dispute = await complained(town, case)
    await town.call("buyer", "aftersale", f"disputes/{dispute}/evidence", {"evidence": [PHOTO], "note": TEXTS["note"]})
    await town.call("agent", "cs", f"complaints/{complaint}/answer", {"text": TEXTS["reply"]})
    await town.call("seller", "aftersale", f"disputes/{dispute}/answer", {"text": TEXTS["answer"], "evidence": []})
    verdict = {"liable": "seller", "remedy": "refund", "amount": cny(19133), "grounds": TEXTS["grounds"]}
    await town.call("arbitrator", "aftersale", f"disputes/{dispute}/verdict", verdict)
    assert (await town.see("buyer", "aftersale", f"disputes/{dispute}"))["state"] == "executed"
    assert (await town.see("buyer", "cs", f"complaints/{complaint}"))["state"] == "resolved"
    return str(order["id"])


async def a_silent_merchant_and_a_buyer_who_lets_go(town: Town) -> str:
    order = await delivered(town, "73000004")
    case = await rejected(town, order, 1)
    _, dispute = await complained(town, case, "phone")
    unanswered = {"channel": "message", "order_id": order["id"], "category": "no_answer", "text": TEXTS["complaint"]}
    await town.call("buyer", "cs", "complaints", unanswered)
    await town.let_pass(49)
    await town.call("buyer", "aftersale", f"disputes/{dispute}/withdraw", {})
    await step(town, "buyer", case, "accept")
    return str(order["id"])


async def a_refund_before_shipment(town: Town) -> str:
    order = await paid(town)
    case = await asked(town, order, 3, "refund_only")
    await step(town, "seller", case, "approve")
    assert (await town.see("buyer", "order", f"orders/{order['id']}"))["state"] == "cancelled"
    return str(order["id"])


async def a_refund_that_the_provider_declines(town: Town) -> str:
    order = await delivered(town, "73000005", "sim_refund_declined")
    case = await asked(town, order, 1, "refund_only")
    await step(town, "seller", case, "approve")
    return str(order["id"])


async def a_refund_whose_answer_is_lost(town: Town) -> str:
    order = await delivered(town, "73000006", "sim_refund_lost_answer")
    case = await asked(town, order, 1, "refund_only")
    await step(town, "seller", case, "escalate", note=TEXTS["note"])
    await step(town, "agent", case, "approve")
    await town.let_pass(0.1)
    assert (await town.see("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "completed"
    return str(order["id"])


async def a_payment_that_never_comes(town: Town) -> str:
    order = await paid(town, "sim_declined")
    await town.let_pass(1)
    assert (await town.see("buyer", "order", f"orders/{order['id']}"))["state"] == "cancelled"
    return str(order["id"])


async def a_change_of_mind(town: Town) -> str:
    order = await delivered(town, "73000007")
    case = await asked(town, order, 1)
    await step(town, "buyer", case, "cancel")
    return str(order["id"])


async def a_return_asked_for_before_the_goods_left(town: Town) -> str:
    """The goods leave while the case is open: its stage follows them."""
    order = await paid(town)
    line_id = order["lines"][0]["id"]
    case = await asked(town, order, 1)
    parcel = {"carrier": "zto", "waybill_no": "73000008", "lines": [{"line_id": line_id, "quantity": 3}]}
    await town.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    assert (await town.see("buyer", "aftersale", f"cases/{case['id']}"))["stage"] == "in_transit"
    await step(town, "buyer", case, "cancel")
    await town.push("73000008", "delivered")
    return str(order["id"])


async def a_cancellation_before_the_case_was_known(town: Town) -> str:
    """Case and cancellation cross each other: all the money goes back with the order, and the case ends with it."""
    order = await paid(town)
    body = {
        "order_id": order["id"],
        "type": "refund_only",
        "reason": "changed_mind",
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}],
    }
    asked_for = await town.client("buyer", "aftersale").post("/v1/cases", json=body)
    assert asked_for.status_code == 201, asked_for.text
    case = asked_for.json()
    approved = await town.client("seller", "aftersale").post(f"/v1/cases/{case['id']}/approve", json={})
    assert approved.status_code == 200, approved.text
    await town.call("buyer", "order", f"orders/{order['id']}/cancel")
    ended = await town.see("buyer", "aftersale", f"cases/{case['id']}")
    assert (ended["state"], ended["close_cause"]) == ("closed", "order_cancelled")
    assert (await town.see("buyer", "order", f"orders/{order['id']}"))["state"] == "cancelled"
    return str(order["id"])


async def an_article(town: Town) -> None:
    body = {
        "kind": "policy",
        "slug": "returns-told",
        "language": "zh-CN",
        "title": TEXTS["article_title"],
        "body": TEXTS["article_body"],
    }
    article = await town.call("agent", "kb", "articles", body)
    await town.call("agent", "kb", f"articles/{article['id']}/publish")
    await town.call("agent", "kb", f"articles/{article['id']}/retire")


STORIES = (
    a_return_of_two_of_three,
    a_rejection_that_wins_its_dispute,
    a_silent_merchant_and_a_buyer_who_lets_go,
    a_refund_before_shipment,
    a_refund_that_the_provider_declines,
    a_refund_whose_answer_is_lost,
    a_payment_that_never_comes,
    a_change_of_mind,
    a_return_asked_for_before_the_goods_left,
    a_cancellation_before_the_case_was_known,
)


async def everything(town: Town) -> dict[str, str]:
    """All stories; the order of each. In the end the after-sale windows pass."""
    orders = {story.__name__: await story(town) for story in STORIES}
    await an_article(town)
    await town.let_pass(24 * 11)
    await town.let_pass(24 * 8)
    return orders
