"""What the bot writes beside the answers of intents, in both languages."""

from collections.abc import Sequence

from cs_svc.domain.bot import HandoverReason
from cs_svc.domain.orders import KnownCase, KnownOrder, KnownTurn
from cs_svc.domain.state_names import CASE_STATES, ORDER_STATES, name_of

_TEXTS: dict[str, tuple[str, str]] = {
    "clarify": ("请问您想问的是：{options}？", "Which of these do you mean: {options}?"),
    "no_orders": ("我没有查到您的订单。", "I find no order of yours."),
    "no_cases": ("我没有查到您的售后单。", "I find no after-sale case of yours."),
    "order": ("订单 {id}：{state}", "Order {id}: {state}"),
    "case": ("售后单 {id}（订单 {order_id}）：{state}", "After-sale case {id} (order {order_id}): {state}"),
    "turn": ("，等待{turn}处理", "; {turn} has to act"),
    "until": ("，截止 {due}", " until {due}"),
    "refund": ("，退款 {amount}：{state}", "; refund of {amount}: {state}"),
    "which_order": ("请问是哪一个订单？", "Which order is it?"),
    "which_case": ("请问是哪一个售后单？", "Which after-sale case is it?"),
    "choice": ("{number}. {id}（{state}）", "{number}. {id} ({state})"),
    "proposal": (
        "我可以为您准备申请，请您确认后提交；是否受理由商家或平台决定。",
        "I can prepare the request for you to confirm; the merchant or the platform decides about it.",
    ),
    "answered": ("这是我找到的内容。", "This is what I have found."),
    HandoverReason.REQUESTED: (
        "我是智能客服，正在为您转接人工客服。",
        "I am a bot; I am handing you over to a person.",
    ),
    HandoverReason.ANGER: (
        "很抱歉给您带来不便，正在为您转接人工客服。",
        "I am sorry about this; I am handing you over to a person.",
    ),
    HandoverReason.NOT_SURE: (
        "我是智能客服，这个问题我没有把握，为您转接人工客服。",
        "I am a bot and not sure about this; I am handing you over to a person.",
    ),
    HandoverReason.THIRD_MISS: (
        "我没能帮到您，为您转接人工客服。",
        "I could not help you; I am handing you over to a person.",
    ),
    HandoverReason.NO_MODEL: (
        "我是智能客服，暂时不能回答，为您转接人工客服。",
        "I am a bot and cannot answer yet; a person will.",
    ),
    HandoverReason.NO_ARTICLE: (
        "相关规则正在更新，为您转接人工客服。",
        "The rules about this are being updated; a person will answer you.",
    ),
    HandoverReason.INTENT: ("为您转接人工客服。", "I am handing you over to a person."),
    HandoverReason.TOO_MANY: (
        "我们已经说了很多，为您转接人工客服。",
        "We have written a lot to each other; I am handing you over to a person.",
    ),
    HandoverReason.FAILED: (
        "我暂时无法回答，为您转接人工客服。",
        "I cannot answer just now; I am handing you over to a person.",
    ),
    "greeting": (
        "我是智能客服（机器人），根据已发布的规则回答；回复“人工”可转接人工客服。",
        "I am a bot and answer from published rules; write “human” to get a person.",
    ),
    "sources": ("依据：{sources}", "Source: {sources}"),
    "position": ("您前面还有 {ahead} 位。", "{ahead} are waiting before you."),
    "interval": ("预计等待 {low}–{high} 分钟。", "It will probably take {low} to {high} minutes."),
}


NAMES_BOT = frozenset({HandoverReason.REQUESTED, HandoverReason.NOT_SURE, HandoverReason.NO_MODEL})
"""The texts that already say that a bot writes."""
_CHOSEN = {"which_order": ORDER_STATES, "which_case": CASE_STATES}
_CODES: dict[str, tuple[str, str]] = {
    "merchant": ("商家", "the merchant"),
    "buyer": ("您", "you"),
    "agent": ("平台客服", "an agent of the platform"),
    "platform": ("平台", "the platform"),
    "system": ("系统", "the system"),
    "courier": ("快递", "the courier"),
    "warehouse": ("仓库", "the warehouse"),
    "requested": ("已申请，尚未到账", "requested, not paid yet"),
    "paid": ("已退回", "paid back"),
    "failed": ("未成功，平台客服正在处理", "failed; an agent is handling it"),
    "reversed": ("被退回商家，平台客服正在处理", "came back to the merchant; an agent is handling it"),
}


def word_of(code: str, language: str) -> str:
    """The word for a code; the code itself where there is none."""
    return _CODES.get(code, (code, code))[0 if language.startswith("zh") else 1]


def text_of(code: str, language: str, **facts: str) -> str:
    """The text of a code in this language, with these facts."""
    zh, en = _TEXTS[code]
    return (zh if language.startswith("zh") else en).format(**facts)


def place_text(ahead: int | None, low: int | None, high: int | None, language: str) -> str:
    """How many are ahead in the queue, and how long it will take, from so many to so many seconds; empty where nothing is known."""
    found = [] if ahead is None else [text_of("position", language, ahead=str(ahead))]
    if low is not None and high is not None:
        found.append(text_of("interval", language, low=str(low // 60), high=str(-(-high // 60))))
    return " ".join(found)


def orders_text(orders: Sequence[KnownOrder], language: str) -> str:
    """What our copies show of these orders."""
    if not orders:
        return text_of("no_orders", language)
    named = [(each.id, name_of(ORDER_STATES, each.state, language)) for each in orders]
    return "\n".join(text_of("order", language, id=order_id, state=state) for order_id, state in named)


def case_text(case: KnownCase, turn: KnownTurn | None, amount: str | None, state: str | None, language: str) -> str:
    """What our copies show of a case: its state, who has to act until when, and how far the refund is; `amount` is as it is read."""
    named = name_of(CASE_STATES, case.state, language)
    parts = [text_of("case", language, id=case.id, order_id=case.order_id, state=named)]
    if turn is not None and turn.turn is not None:
        parts.append(text_of("turn", language, turn=word_of(turn.turn, language)))
        if turn.due_at is not None:
            parts.append(text_of("until", language, due=f"{turn.due_at:%Y-%m-%d %H:%M} UTC"))
    if amount is not None and state is not None:
        parts.append(text_of("refund", language, amount=amount, state=word_of(state, language)))
    return "".join(parts)


def choices_text(code: str, choices: Sequence[tuple[str, str]], language: str) -> str:
    """The question which one is meant, with these ids and their states, numbered from 1."""
    lines = [
        text_of("choice", language, number=str(number), id=each, state=name_of(_CHOSEN[code], state, language))
        for number, (each, state) in enumerate(choices, 1)
    ]
    return "\n".join([text_of(code, language), *lines])
