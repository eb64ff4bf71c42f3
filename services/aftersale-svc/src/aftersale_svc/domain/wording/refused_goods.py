"""Claims to refused goods in sentences."""

from collections.abc import Mapping

from aftercare_chassis.currencies import written

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.refused_goods.codes import NothingOwedReason, RefusedGoodsAction, RefusedGoodsState
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.domain.wording.claims import ClaimWords

_S, _A = RefusedGoodsState, RefusedGoodsAction
REFUSED_GOODS_STATES: Mapping[RefusedGoodsState, Label] = {
    _S.AWAIT_DISPATCH: Label("等待商家将商品寄回买家", "The merchant has to send the goods back to the buyer"),
    _S.IN_TRANSIT: Label("商品退回买家途中", "The goods are on their way to the buyer"),
    _S.AWAIT_CONFIRMATION: Label(
        "快递显示已送达，等待买家确认", "The courier reports the goods as delivered; the buyer confirms it or objects"
    ),
    _S.UNDER_REVIEW: Label(
        "平台客服处理中：商品未寄出或未送达", "An agent has to decide: the goods were not sent, or not delivered"
    ),
    _S.LOST: Label("商品丢失，等待平台客服决定", "The goods are lost; an agent has to decide what is owed"),
    _S.AWAIT_PAYMENT: Label("等待商家支付补偿", "The merchant has to pay the compensation"),
    _S.DELIVERED: Label("商品已在买家处", "The buyer has the goods"),
    _S.KEPT: Label("双方同意商品由商家保留", "Both sides have agreed that the merchant keeps the goods"),
    _S.ABANDONED: Label("买家放弃商品", "The buyer has given the goods up"),
    _S.COMPENSATED: Label("商家已支付补偿", "The merchant has paid the compensation"),
    _S.NOTHING_OWED: Label("无需补偿", "Nothing is owed for the goods"),
    _S.WITHDRAWN: Label("售后单重新处理，商品不再寄回", "The case decides anew about the goods"),
}
REFUSED_GOODS_ACTIONS: Mapping[RefusedGoodsAction, Label] = {
    _A.SEND: Label("寄回商品", "send the goods"),
    _A.CORRECT_WAYBILL: Label("更正运单号", "correct the waybill"),
    _A.ARRIVE: Label("快递显示已送达", "report the goods as delivered"),
    _A.REPORT_NOT_RECEIVED: Label("反馈未收到商品", "report that the goods were not received"),
    _A.DELIVER: Label("确认商品在买家处", "confirm that the buyer has the goods"),
    _A.REPORT_LOST: Label("登记商品丢失", "record that the goods are lost"),
    _A.ORDER_DISPATCH: Label("要求商家寄回商品", "have the merchant send the goods"),
    _A.KEEP: Label("登记商品由商家保留", "record that the merchant keeps the goods"),
    _A.ABANDON: Label("放弃商品", "give the goods up"),
    _A.COMPENSATE: Label("决定补偿", "decide on a compensation"),
    _A.DECLINE: Label("决定不予补偿", "decide that nothing is owed"),
    _A.RECORD_PAYMENT: Label("登记补偿付款", "record the payment of the compensation"),
    _A.WITHDRAW: Label("因售后单重新处理而终止", "end the claim with the decision of its case"),
    _A.ESCALATE: Label("逾期处理", "go on after the deadline"),
}
REFUSED_GOODS_EFFECTS: Mapping[str, Label] = {
    "refused_goods_not_sent": Label("转交平台客服处理", "an agent decides about goods that were not sent"),
    "refused_goods_not_delivered": Label("转交平台客服查找包裹", "an agent looks for the parcel"),
    "refused_goods_confirmed": Label("视为买家已收到商品", "the goods count as received"),
    "refused_goods_late": Label(
        "登记平台客服逾期，并重新计时", "it is recorded that the agents are late, and their time begins again"
    ),
    "refused_goods_unpaid": Label("转交平台客服处理未支付的补偿", "an agent takes over, because nothing was paid"),
}
REFUSED_GOODS_WHY_NOT: Mapping[str, Label] = {
    "refused_goods_already_scanned": Label("承运商已扫描该包裹", "the courier has scanned the parcel"),
    "refused_goods_contested": Label("买家已反馈未收到", "the buyer has reported that they were not received"),
    "nothing_awarded": Label("尚未决定补偿", "no compensation was decided"),
}
NOTHING_OWED: Mapping[NothingOwedReason, Label] = {
    NothingOwedReason.GOODS_NOT_OF_ORDER: Label("商品不属于该订单", "they are not the goods of the order"),
    NothingOwedReason.GOODS_WORTHLESS: Label("商品没有价值", "they were worth nothing"),
    NothingOwedReason.REFUNDED_OTHERWISE: Label(
        "买家已获得退款或其他商品", "the buyer has got money or other goods for them"
    ),
    NothingOwedReason.BUYER_UNREACHABLE: Label("买家拒绝接收或无法联系", "the buyer does not take them"),
}


def _what(claim: RefusedGoodsClaim) -> Label:
    units = sum(claim.units.values())
    en = f"{units} unit{'' if units == 1 else 's'} to be given back to the buyer"
    if claim.waybill_no is None:
        return Label(f"应退还买家的商品，共 {units} 件", en)
    parcel = f"{claim.carrier} {claim.waybill_no}"
    return Label(f"应退还买家的商品，共 {units} 件（包裹 {parcel}）", f"{en} (parcel {parcel})")


def _money(claim: RefusedGoodsClaim) -> Label:
    value = written(claim.claimed_minor, claim.currency)
    if claim.state is _S.NOTHING_OWED and claim.reason is not None:
        why = NOTHING_OWED[claim.reason]
        return Label(f"不予补偿，原因：{why.zh}", f"Nothing is owed, because {why.en}")
    if claim.owed_minor is None:
        return Label(f"商品实付 {value}", f"{value} was paid for the goods")
    owed = written(claim.owed_minor, claim.currency)
    if claim.state is _S.COMPENSATED:
        return Label(f"商家已补偿 {owed}", f"The merchant has paid {owed}")
    if claim.state in (_S.AWAIT_PAYMENT, _S.LOST):
        return Label(f"商家应补偿 {owed}", f"The merchant owes {owed}")
    return Label(f"商品实付 {value}，未支付补偿", f"{value} was paid for the goods, and no compensation")


REFUSED_GOODS_WORDS = ClaimWords(
    REFUSED_GOODS,
    states=REFUSED_GOODS_STATES,
    actions=REFUSED_GOODS_ACTIONS,
    effects=REFUSED_GOODS_EFFECTS,
    why_not=REFUSED_GOODS_WHY_NOT,
    what=_what,
    money=_money,
)
"""What people read about a claim to refused goods."""
