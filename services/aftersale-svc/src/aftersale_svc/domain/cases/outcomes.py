"""What becomes of goods and money if a case is completed, as its events carry it."""

from aftersale_svc.domain.cases.codes import Goods, Money
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.types import TYPES


def goods_outcome(case: Case) -> Goods:
    """What happens to the goods: where all the money goes back, an exchange or a repair is a return, unless the buyer keeps them."""
    goods = TYPES[case.type].goods
    if case.goods_kept and goods is not Goods.NONE:
        return Goods.KEEP
    refunded = case.refund_id is not None and case.difference_minor is None
    return Goods.RETURN if refunded and goods in (Goods.EXCHANGE, Goods.REPAIR) else goods


def money_outcome(case: Case) -> Money:
    """What is paid: by the type, by the price of a replacement or a repair, or all of it back after all."""
    difference = case.difference_minor or 0
    if case.refund_id is not None or difference < 0:
        return Money.REFUND
    return Money.CHARGE if difference > 0 else TYPES[case.type].money
