"""Which messages are suggested as complaints, and with which category: measured on invented sentences that were written before the rules."""

import pytest
from cs_svc.domain.complaint_cues import cue_of
from cs_svc.domain.complaints import ComplaintCategory
from hypothesis import given
from hypothesis import strategies as st

COMPLAINTS = {
    "我要投诉，商家毫无理由拒绝了我的退货申请": "unfair_rejection",
    "凭什么驳回我的售后，我东西根本没用过": "unfair_rejection",
    "退款都十五天了还没到账，你们到底管不管": "refund_delayed",
    "说好三天退钱，现在两个星期了一分钱没见到": "refund_delayed",
    "为什么只退了我一半的钱，少退了八十块，太过分了": "refund_too_low",
    "退款金额不对，扣了我二十块运费，我不接受": "refund_too_low",
    "问了三次客服都没人回复，太差了": "no_answer",
    "打了一上午电话没人接，你们客服是摆设吗": "no_answer",
    "你们客服骂人，态度极其恶劣": "service_attitude",
    "客服说话很冲，不耐烦，还直接挂我电话": "service_attitude",
    "水壶用了一天就坏了，质量太差": "quality",
    "收到就是裂的，根本不能用，垃圾东西": "quality",
    "买到假货了，专柜说不是正品，我要举报": "counterfeit",
    "这个鞋是高仿的，骗子商家": "counterfeit",
    "实物和图片完全不一样，描述不符，非常失望": "not_as_described",
    "发错颜色了，我要的是黑色给我发白色，气死我了": "not_as_described",
    "快递员不送货上门还骂我，包裹扔在楼下": "delivery",
    "包裹丢了快一个月没人管，再也不买了": "delivery",
    "太失望了，我要打12315": "other",
    "我对你们的处理非常不满意，要投诉": "other",
    "I want to file a complaint: the seller rejected my return without any reason": "unfair_rejection",
    "My refund request was denied for no reason, this is outrageous": "unfair_rejection",
    "It has been three weeks and I still have not received my refund": "refund_delayed",
    "You promised the money back in 5 days, it's been a month. Ridiculous": "refund_delayed",
    "You only refunded half of what I paid, I am not accepting this": "refund_too_low",
    "The refund is 30 dollars less than I paid, this is unacceptable": "refund_too_low",
    "Nobody answers my messages, I have written four times": "no_answer",
    "I have been ignored for a week, no reply from anyone": "no_answer",
    "Your agent was rude to me and hung up": "service_attitude",
    "The man on the phone insulted me, terrible attitude": "service_attitude",
    "The kettle stopped working after two days, terrible quality": "quality",
    "It arrived broken and leaks everywhere, I am very angry": "quality",
    "These shoes are fake, I will report you": "counterfeit",
    "This is a counterfeit bag and your shop is a scam": "counterfeit",
    "The jacket looks nothing like the picture, not as described at all, very disappointed": "not_as_described",
    "You sent the wrong size again, this is ridiculous": "not_as_described",
    "The courier left my parcel in the rain, awful delivery": "delivery",
    "My package never arrived and nobody cares, worst shop ever": "delivery",
    "I am going to complain to the consumer association": "other",
    "This is unacceptable, I want to speak to a manager and complain": "other",
}
OTHERS = (
    "什么时候退款？",
    "请问退货地址是哪里",
    "我想把红色换成蓝色的",
    "快递单号已经填好了",
    "谢谢，问题已经解决了",
    "好的，收到，辛苦了",
    "质量很好，就是想再买一个",
    "退款已经到账了，谢谢",
    "怎么申请售后？",
    "包裹什么时候能到",
    "请问退款一般需要几天",
    "尺码偏大，可以换小一号吗",
    "壶底有点漏水，怎么保修",
    "客服态度很好，五星",
    "地址写错了，帮我改一下",
    "这是正品吗？",
    "如果商家拒绝了我该怎么办",
    "发票可以补开吗",
    "投诉已经处理好了，非常感谢",
    "麻烦帮我查一下物流",
    "When will I get my refund?",
    "How do I return this item?",
    "Could you change my address, please",
    "Thanks, the refund arrived today",
    "The quality is great, I love it",
    "Is this bag genuine?",
    "The parcel arrived this morning",
    "Can I exchange it for a smaller size",
    "What happens if the seller refuses my request?",
    "How long does a refund take",
    "The lid is a little loose, is that covered by the warranty?",
    "Where is my package?",
    "Your agent was very polite, thank you",
    "No complaints, everything was fine",
    "I would like an invoice",
    "Please cancel my order",
    "I sent the waybill number yesterday",
    "Do you ship on weekends",
    "My daughter likes the blue one better",
    "Thank you for the quick reply",
)


def test_most_complaints_are_noticed_and_few_others() -> None:
    noticed = [text for text in COMPLAINTS if cue_of(text) is not None]
    wrong = [text for text in OTHERS if cue_of(text) is not None]
    assert len(noticed) >= 39, [text for text in COMPLAINTS if text not in noticed]
    assert len(wrong) <= 2, wrong


def test_most_of_them_have_the_right_category() -> None:
    wrong = [(text, cue_of(text), wanted) for text, wanted in COMPLAINTS.items() if cue_of(text) != wanted]
    assert len(COMPLAINTS) - len(wrong) >= 39, wrong


@pytest.mark.parametrize("text", ["", "   ", "？", "🙂" * 500, "退" * 5_000])
def test_texts_that_say_nothing_are_no_complaint(text: str) -> None:
    assert cue_of(text) is None


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert cue_of(text) is None or cue_of(text) in ComplaintCategory
