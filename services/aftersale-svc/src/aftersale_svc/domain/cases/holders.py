"""The cases that have the units of a closed case, until when, and how it is refused for that."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aftercare_chassis.refusals import Kind, Refusal


class HeldUntil(StrEnum):
    """When units that another case has are free: once it ends without a refund, once the buyer has the refused goods again, or never."""

    CASE_ENDED = "case_ended"
    GOODS_RETURNED = "goods_returned"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Holder:
    """A case that has units of another one, or their money; without a case, the order, which has cancelled them."""

    case_id: str | None
    until: HeldUntil


class UnitsHeldByAnother(Refusal):
    """The case was closed, and other cases, which `case_ids` names, hold its units, or their money, by now."""

    kind, code = Kind.CONFLICT, "units_held_by_another_case"
    zh = "这些商品已属于其他售后单（{case_ids:or 其他}），待其结束且未退款后才会释放；商品已寄到的，请在该售后单中登记收货，或登记到货后退还买家。"
    en = (
        "Another case has these units by now ({case_ids:or another one}), and they are free once it ends without a refund. Goods that have arrived"
        " are received in that case, or their arrival is recorded, and they go back to the buyer."
    )


class UnitsGoneForGood(UnitsHeldByAnother):
    """The money of the units was paid, so that they are never free again."""

    zh = "这些商品的款项已退还（售后单：{case_ids:or 无，商品已取消}），不会再释放；商品已寄到的，请登记到货。"
    en = "The money of these units has gone back ({case_ids:or they were cancelled}), so they are never free again. If goods have arrived, record that."


class UnitsWithMerchant(UnitsHeldByAnother):
    """The merchant has the units by the other cases, which it has refused or which came late, and is to give them back."""

    zh = "这些商品在其他售后单（{case_ids:or 其他}）中应退还买家而尚未退回，买家收到后才会释放。"
    en = "The merchant is to give these units back by another case ({case_ids:or another one}); they are free once the buyer has them."


def held_by_others(holders: Sequence[Holder]) -> UnitsHeldByAnother:
    """The refusal that names the cases which have the units of a closed one."""
    ids, until = [each.case_id for each in holders if each.case_id], {each.until for each in holders}
    if HeldUntil.NEVER in until:
        return UnitsGoneForGood(case_ids=ids)
    if HeldUntil.GOODS_RETURNED in until:
        return UnitsWithMerchant(case_ids=ids)
    return UnitsHeldByAnother(case_ids=ids)
