"""Goods that are not taken back because the buyer wants them no more: those made to order, and those delivered without a parcel.

Nor can what was delivered without a parcel be sent back, or sent again. The seven-day return without a reason does not hold for them (消费者权益保护法 art. 25). What is wrong with them is asked for as for all goods.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from aftercare_chassis.refusals import Kind, Refusal

from aftersale_svc.domain.cases.codes import Goods, Money, Reason
from aftersale_svc.domain.cases.legs.reship import RESHIP
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.orders.model import Order, Stage


class Fulfilment(StrEnum):
    """How the units of a line come to the buyer, as their order states it."""

    STOCK = "stock"
    PRE_SALE = "pre_sale"
    MADE_TO_ORDER = "made_to_order"
    VIRTUAL = "virtual"


FINAL_BY_DEFAULT = (Fulfilment.MADE_TO_ORDER, Fulfilment.VIRTUAL)
"""Where neither the merchant nor the platform has set others."""
_TAKEN_BACK = frozenset({Goods.RETURN, Goods.EXCHANGE})


class FinalSale(Refusal):
    """Goods of this kind are not taken back for a reason that is the buyer's own. `allowed` are the reasons that are possible."""

    kind, code = Kind.CONFLICT, "final_sale_category"
    zh = "该商品（{fulfilment}）不支持无理由退换；仍可申请的原因：{allowed:or 无}。"
    en = "Goods of this kind ({fulfilment}) are not taken back without a fault. Possible reasons: {allowed:or none}."


class VirtualGoods(Refusal):
    """The units come to the buyer without a parcel: there is nothing to send back or again. `allowed` are the types that are possible of them."""

    kind, code = Kind.CONFLICT, "virtual_goods"
    zh = "虚拟商品没有包裹，不能退回、换货、维修或补寄；可以申请：{allowed:or 无}。"
    en = "These goods come without a parcel: nothing can be sent back, exchanged, repaired or sent again. Possible are: {allowed:or none}."


def final_lines(fulfilments: Mapping[str, str], kinds: Sequence[str]) -> dict[str, str]:
    """The lines whose goods are not taken back without a fault, each with how it is fulfilled."""
    return {line_id: how for line_id, how in fulfilments.items() if how in kinds}


def is_final(type_: TypeRow, stage: Stage, reason: Reason) -> bool:
    """Whether a case of this type and for this reason takes back what is not taken back of such goods.

    Before shipment they can be cancelled; a parcel that was refused at the door comes back whatever it carries.
    """
    takes_back = type_.goods in _TAKEN_BACK or (type_.money is Money.REFUND and type_.holds_units)
    return takes_back and not type_.by_outbound and stage is not Stage.PRE_SHIP and reason in BUYER_LIABLE


def check_goods(type_: TypeRow, order: Order, line_ids: Sequence[str], pointer: str | None = None) -> None:
    """Refuse a type that moves goods for lines that come without a parcel. `pointer` is what the refusal is about, by default the line.

    Raises:
        VirtualGoods: a line is of virtual goods.
    """
    for place, line_id in enumerate(line_ids):
        if moves_goods(type_) and is_virtual(order, line_id):
            allowed = [name for name, row in TYPES.items() if not moves_goods(row)]
            raise VirtualGoods(pointer=pointer or f"/lines/{place}/line_id", allowed=allowed)


def is_virtual(order: Order, line_id: str) -> bool:
    """Whether the units of the line come to the buyer without a parcel."""
    return (order.fulfilments or {}).get(line_id) == Fulfilment.VIRTUAL


def moves_goods(type_: TypeRow) -> bool:
    """Whether goods are sent in a case of this type: back to the merchant, or to the buyer."""
    return type_.goods not in (Goods.KEEP, Goods.NONE) or RESHIP in type_.legs
