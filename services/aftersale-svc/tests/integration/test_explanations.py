"""A case and its timeline in sentences, over HTTP."""

from datetime import timedelta
from typing import Any

from aftercare_events import AfterSaleCancelled, AfterSaleEscalated
from aftersale_shop import RETURN_ADDRESS, Shop


async def test_a_case_explains_itself_to_each_side(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    shown = (await shop.get(case["id"]))["explanation"]
    assert shown["turn"]["en"] == "It is the turn of the merchant, until 2026-03-04 17:00 Asia/Shanghai"
    assert shown["then"]["zh_cn"] == "逾期未处理：系统自动同意申请"
    assert shown["money"]["en"] == "If all of it is granted, up to 191.33 CNY goes back"
    to_buyer = {each["action"]: each["why_not"] for each in shown["actions"]}
    assert (to_buyer["cancel"], to_buyer["approve"]["en"]) == (None, "it is for the merchant to do")
    seen = await shop.seller.get(f"/v1/cases/{case['id']}")
    to_seller = {each["action"]: each["why_not"] for each in seen.json()["explanation"]["actions"]}
    assert (to_seller["approve"], to_seller["cancel"]["zh_cn"]) == (None, "由买家操作")


async def test_the_timeline_reads_as_sentences(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    await shop.act(shop.seller, case["id"], "approve", return_address=RETURN_ADDRESS)
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert [step["text"]["en"] for step in steps] == [
        "The buyer asked for after-sales service",
        "The merchant approved the request",
        "The buyer sent the goods back",
        "The goods arrived at the merchant",
    ]
    assert steps[0]["text"]["zh_cn"] == "买家提交了售后申请"


async def test_a_disputed_case_shows_whom_the_dispute_waits_for(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    shown = await shop.get(case_id)
    assert (shown["whose_turn"], shown["deadline_at"]) == ("platform", None)
    frozen, dispute = shown["frozen"], (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()
    same = ("state", "whose_turn", "deadline_at", "deadline_effect")
    assert {name: frozen[name] for name in same} == {name: dispute[name] for name in same}
    assert (frozen["whose_turn"], frozen["deadline_effect"]) == ("merchant", "escalated_merchant_silent")
    text = shown["explanation"]
    assert text["turn"]["en"].startswith(
        "A dispute stops the case. In the dispute: It is the turn of the merchant, until "
    )
    assert text["then"]["zh_cn"] == "逾期未处理：商家视为未答复，平台继续审理"
    in_list = (await shop.seller.get("/v1/cases")).json()["data"]
    assert [each["frozen"] for each in in_list if each["id"] == case_id] == [frozen]
    then = shop.clock.now()
    shop.clock.advance(hours=1)
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    now = await shop.get(case_id)
    assert (now["frozen"]["state"], now["frozen"]["whose_turn"]) == ("platform_review", "platform")
    assert "the platform" in now["explanation"]["turn"]["en"]
    past = (await shop.buyer.get(f"/v1/cases/{case_id}", params={"as_of": then.isoformat()})).json()
    assert past["frozen"] == frozen
    assert [past["explanation"][name] for name in ("turn", "then")] == [text[name] for name in ("turn", "then")]


async def test_why_a_request_was_rejected_and_closed_can_be_read(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    reason = case["reject_reason"]
    table = (await shop.buyer.get("/v1/reasons")).json()
    [row] = [each for each in table["reject_reasons"] if each["code"] == reason]
    shown = (await shop.get(case["id"]))["explanation"]
    assert shown["where"] == {"zh_cn": "商家已拒绝", "en": "The merchant has rejected the request"}
    assert shown["why"]["en"] == f"The request was rejected, because {row['label']['en']}"
    await shop.act(shop.buyer, case["id"], "accept")
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert [step["reason"] for step in steps[-2:]] == [reason, "rejection_accepted"]
    assert steps[-2]["text"]["zh_cn"].endswith(f"，原因：{row['label']['zh_cn']}")
    assert steps[-1]["text"]["zh_cn"] == "买家接受了拒绝结果"
    closed = (await shop.get(case["id"]))["explanation"]["why"]["en"]
    assert "The case was closed, because the buyer accepted the rejection" in closed
    assert table["version"] == case["reasons_version"]
    assert [group["code"] for group in table["groups"]] == ["buyers_choice", "not_as_promised", "delivery", "service"]


async def test_until_when_a_closed_case_may_be_complained_about_can_be_read(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "escalate", note="?")
    await shop.act(shop.agent, case["id"], "close", note="?")
    closed = (await shop.get(case["id"]))["explanation"]["why"]
    assert closed["zh_cn"].endswith("；买家如有异议，可在 2026-03-09 17:00 Asia/Shanghai 前投诉，由平台处理")
    assert ". If the buyer disagrees, a complaint until 2026-03-09 17:00 " in closed["en"]
    shop.clock.advance(hours=7 * 24)
    assert "投诉" not in (await shop.get(case["id"]))["explanation"]["why"]["zh_cn"]


async def test_who_has_rejected_a_request_is_stated(shop: Shop) -> None:
    """A dispute that lets the case go on changes nothing of that."""
    await shop.delivered()
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "escalate", note="?")
    await shop.act(shop.agent, case["id"], "reject", reason="reason_untrue")
    by_agent = {"zh_cn": "平台客服已拒绝", "en": "An agent of the platform has rejected the request"}
    assert (await shop.get(case["id"]))["explanation"]["where"] == by_agent
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.get(case["id"]))["explanation"]["where"] == by_agent


async def last_step(shop: Shop, case_id: str, action: str | None = None) -> dict[str, Any]:
    """The last step of the case, or the last by this action."""
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    return dict([each for each in steps if action in (None, each["action"])][-1])


async def test_a_review_is_handed_over_for_a_reason_or_for_none_that_was_given(shop: Shop) -> None:
    await shop.delivered()
    for body, reason in (({}, "unspecified"), ({"reason": "facts_unclear"}, "facts_unclear"), ({"note": "?"}, None)):
        case = await shop.case(1)
        await shop.act(shop.seller, case["id"], "escalate", **body)
        assert (await shop.last(AfterSaleEscalated)).reason == reason
        step = await last_step(shop, case["id"])
        assert step["reason"] == reason
        assert step["text"]["en"].endswith(", because the facts have to be found out") == (reason == "facts_unclear")
        assert step["text"]["zh_cn"].endswith("，未说明原因") == (reason == "unspecified")


async def test_what_an_agent_decides_for_others_without_a_word_is_shown_as_unspecified(shop: Shop) -> None:
    await shop.delivered()
    for client, action in ((shop.agent, "cancel"), (shop.agent, "refund"), (shop.buyer, "cancel")):
        case = await shop.case(1, type_="refund_only")
        if client is shop.agent:
            await shop.act(shop.seller, case["id"], "escalate", note="?")
        await shop.act(client, case["id"], action)
        shown = await last_step(shop, case["id"])
        assert (shown["action"], shown["reason"]) == (action, "unspecified" if client is shop.agent else None)
    assert (await shop.last(AfterSaleCancelled)).reason is None, "what the buyer wanted is no decision for others"


async def test_a_case_and_its_deadline_name_the_same_time(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.case(2))["id"]
    [deadline] = (await shop.agent.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    explained = (await shop.buyer.get(f"/v1/deadlines/{deadline['id']}/explain")).json()["sentences"]
    until = "2026-03-04 17:00 Asia/Shanghai"
    assert (await shop.get(case_id))["explanation"]["turn"]["zh_cn"] == f"等待商家处理，截止 {until}"
    assert any(until in each["zh"] for each in explained)


async def test_a_refusal_has_names_and_no_codes(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    language = {"Accept-Language": "zh-CN"}
    body = {"carrier": "sf", "waybill_no": "SF1002"}
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/ship", json=body, headers=language)
    problem = shop.harness.problem(refused, 409, "illegal_transition")
    assert problem["detail"] == "当前状态（商品退回途中）下不能执行：填写退货运单；可执行：更正运单号。"
    assert problem["allowed"] == ["correct_waybill"]
    then = (shop.clock.now() - timedelta(days=9)).isoformat()
    early = await shop.buyer.get(f"/v1/cases/{case['id']}", params={"as_of": then})
    assert shop.harness.problem(early, 404, "case_not_open_then")["detail"] == (
        "该售后单当时尚未创建（创建于 2026-03-02 17:00:00 Asia/Shanghai）。"
    )


async def test_the_steps_of_a_case_have_their_results(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(3)
    await shop.inspect(case["id"], 1)
    await shop.refund_succeeds()
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    texts = {step["action"]: step["text"]["zh_cn"] for step in steps}
    assert texts["inspect"].startswith("商家验收了退货：接受 1 件，拒收 2 件，共 ")
    assert texts["complete"] == "退款处理完毕，售后完成：退款 95.66 CNY"


async def test_a_step_that_nobody_has_taken_names_no_system(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(1)
    shop.clock.advance(hours=10 * 24)
    await shop.harness.run_due()
    assert (await last_step(shop, case["id"], "inspect"))["text"]["zh_cn"].startswith(
        "商家未在期限内验收，视为接受退货：接受 1 件"
    )
    other = await shop.case(1)
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    approved = (await last_step(shop, other["id"], "approve"))["text"]
    assert approved["zh_cn"] == "申请自动同意：商家未在期限内审核"
    assert approved["en"] == "The request was approved automatically: the merchant has not decided in time"
    await shop.complaint(other["id"])
    assert (await last_step(shop, other["id"], "open"))["text"]["zh_cn"].startswith("因买家投诉，维权开始")


async def test_a_step_that_time_has_taken_states_whose_time_ran_out(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "escalate")
    shop.clock.advance(hours=25)
    await shop.harness.run_due()
    assert (await last_step(shop, case["id"]))["text"]["zh_cn"] == "转交平台处理：平台客服逾期未处理"
