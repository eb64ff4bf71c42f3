"""What the bot shows of the asker's own orders and cases, as our copies have them; and the question which one is meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

from aftercare_chassis.currencies import written
from aftercare_chassis.database.transaction import Reader

from cs_svc.domain import bot_texts
from cs_svc.domain.bot import BotAction
from cs_svc.domain.conversations import Conversation
from cs_svc.domain.orders import KnownCase, KnownOrder
from cs_svc.settings import Settings
from cs_svc.tables.orders import (
    CASES_OF_BUYER,
    KNOWN_CASES,
    KNOWN_ORDERS,
    KNOWN_REFUNDS,
    KNOWN_TURNS,
    ORDERS_OF_BUYER,
)

OWN_ROWS, _LOOKED_THROUGH = 3, 50
_ID = re.compile(r"\b(?:ord|case)_[0-9A-Za-z]{1,40}\b")
_NUMBER = re.compile(r"^\D{0,4}([1-9])\D{0,4}$")
Row: TypeAlias = KnownOrder | KnownCase


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a conversation is about. Its merchant reads what the bot writes there, so that nothing of other merchants is shown."""

    case_id: str | None = None
    order_id: str | None = None
    merchant_id: str | None = None

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        """What this conversation is about."""
        return cls(case_id=conversation.case_id, order_id=conversation.order_id, merchant_id=conversation.merchant_id)

    def shows(self, row: Row) -> bool:
        """Whether the order or case may be shown in the conversation."""
        return self.merchant_id in (None, row.merchant_id)


NOTHING = About()


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of own orders or cases: a text, and where one of several is meant, their ids to choose from."""

    text: str
    choices: list[str] = field(default_factory=list)


def named(text: str, offered: Sequence[str]) -> str | None:
    """The order or case that a text names: by its id, or by its number among those that were offered before; None where it names none."""
    found = _ID.search(text)
    if found is not None:
        return found.group()
    number = _NUMBER.match(text.strip())
    if number is None or int(number.group(1)) > len(offered):
        return None
    return offered[int(number.group(1)) - 1]


async def status(
    reader: Reader[Settings], action: BotAction, language: str, *, named_id: str | None, about: About
) -> Shown:
    """What our copies show of the order or case that was named, else of that of the conversation, which is `about` them; else of the only one, or the
    question which one. The reader sees its own alone."""
    for each in (named_id, about.case_id, about.order_id):
        row = None if each is None else await _own(reader, each, action)
        if row is not None and about.shows(row):
            return Shown(await _text(reader, row, language))
    rows = await newest(reader, action, about)
    if len(rows) > 1:
        code = "which_case" if action is BotAction.CASE_STATUS else "which_order"
        text = bot_texts.choices_text(code, [(each.id, each.state) for each in rows], language)
        return Shown(text, [each.id for each in rows])
    if not rows:
        return Shown(bot_texts.text_of("no_cases" if action is BotAction.CASE_STATUS else "no_orders", language))
    return Shown(await _text(reader, rows[0], language))


async def newest(reader: Reader[Settings], action: BotAction, about: About) -> Sequence[Row]:
    """The reader's newest cases, else orders, that may be shown in the conversation."""
    buyer_id = reader.actor.id
    if action is BotAction.CASE_STATUS:
        cases = await reader.all(CASES_OF_BUYER, buyer_id=buyer_id, rows=_LOOKED_THROUGH)
        return [each for each in cases if about.shows(each)][:OWN_ROWS]
    orders = await reader.all(ORDERS_OF_BUYER, buyer_id=buyer_id, rows=_LOOKED_THROUGH)
    return [each for each in orders if about.shows(each)][:OWN_ROWS]


async def _own(reader: Reader[Settings], row_id: str, action: BotAction) -> Row | None:
    """The order or case with this id, where it is the reader's own. A question about an order is not answered by a case of the conversation."""
    if row_id.startswith("case_"):
        return await reader.find(KNOWN_CASES, row_id)
    if action is BotAction.CASE_STATUS:
        return None
    return await reader.find(KNOWN_ORDERS, row_id)


async def _text(reader: Reader[Settings], row: Row, language: str) -> str:
    if isinstance(row, KnownOrder):
        return bot_texts.orders_text([row], language)
    turn, refund = await reader.find(KNOWN_TURNS, row.id), await reader.find(KNOWN_REFUNDS, row.id)
    amount = None if refund is None else written(refund.amount_minor, refund.currency)
    return bot_texts.case_text(row, turn, amount, None if refund is None else refund.state, language)


def proposal(action: str, order_ids: list[str]) -> dict[str, Any]:  # Any: JSON
    """The request that the client sends once the asker has confirmed it. The bot itself sends none."""
    service, path = {
        BotAction.OPEN_CASE: ("aftersale-svc", "/v1/cases"),
        BotAction.OPEN_COMPLAINT: ("cs-svc", "/v1/complaints"),
    }[BotAction(action)]
    return {"action": action, "service": service, "method": "POST", "path": path, "order_ids": order_ids}
