"""Claims on couriers in sentences."""

from collections.abc import Mapping

from aftercare_chassis.currencies import written

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.courier_claims.codes import (
    CourierClaimAction,
    CourierClaimCause,
    CourierClaimState,
    ParcelLeg,
)
from aftersale_svc.domain.courier_claims.lifecycle import COURIER
from aftersale_svc.domain.courier_claims.model import CourierClaim
from aftersale_svc.domain.wording.claims import ClaimWords

COURIER_CLAIM_STATES: Mapping[CourierClaimState, Label] = {
    CourierClaimState.DRAFTED: Label("等待商家向快递申报", "The claim has to be filed with the courier"),
    CourierClaimState.FILED: Label("已申报，等待快递受理", "Filed; the courier has to acknowledge it"),
    CourierClaimState.ACKNOWLEDGED: Label("快递已受理，等待认定", "Acknowledged; the courier has to decide"),
    CourierClaimState.ACCEPTED: Label("快递已认赔，等待付款", "Accepted; the courier has to pay"),
    CourierClaimState.DECLINED: Label("快递拒赔，可再次申报", "Declined by the courier; it may be filed again"),
    CourierClaimState.PAID: Label("快递已赔付", "Paid by the courier"),
    CourierClaimState.ABANDONED: Label("索赔已终止，未赔付", "Ended without a payment"),
}
COURIER_CLAIM_ACTIONS: Mapping[CourierClaimAction, Label] = {
    CourierClaimAction.RAISE: Label("增加索赔金额", "claim more, for another case"),
    CourierClaimAction.FILE: Label("登记向快递申报", "record that it was filed with the courier"),
    CourierClaimAction.ADD_EVIDENCE: Label("补充凭证", "add evidence"),
    CourierClaimAction.ACKNOWLEDGE: Label("登记快递受理", "record that the courier has acknowledged it"),
    CourierClaimAction.ACCEPT: Label("登记快递认赔", "record what the courier accepts"),
    CourierClaimAction.DECLINE: Label("登记快递拒赔", "record that the courier declines"),
    CourierClaimAction.PAY: Label("登记快递付款", "record that the courier has paid"),
    CourierClaimAction.ABANDON: Label("放弃索赔", "give the claim up"),
    CourierClaimAction.LAPSE: Label("逾期终止", "end a claim that was not filed in time"),
    CourierClaimAction.ESCALATE: Label("登记快递逾期", "record that the courier is late"),
}
COURIER_CLAIM_CAUSES: Mapping[CourierClaimCause, Label] = {
    CourierClaimCause.DAMAGED: Label("运输途中破损", "damaged on the way"),
    CourierClaimCause.LOST: Label("丢失", "lost"),
    CourierClaimCause.NOT_RECEIVED: Label("显示签收但未收到", "reported as delivered, and not received"),
}
PARCEL_LEGS: Mapping[ParcelLeg, Label] = {
    ParcelLeg.OUTBOUND: Label("发给买家的包裹", "the parcel to the buyer"),
    ParcelLeg.RETURN: Label("退回商家的包裹", "the returned parcel"),
    ParcelLeg.EXCHANGE: Label("补寄或换货的包裹", "the parcel with the replacement"),
    ParcelLeg.REFUSED_GOODS: Label("退回买家的未通过验收商品包裹", "the parcel with refused goods"),
}
COURIER_CLAIM_EFFECTS: Mapping[str, Label] = {
    "claim_lapses": Label("索赔终止", "the claim ends without a payment"),
    "claim_late": Label(
        "登记快递逾期，并重新计时", "it is recorded that the courier is late, and its time begins again"
    ),
}
COURIER_CLAIM_WHY_NOT: Mapping[str, Label] = {
    "filed_too_often": Label("申报次数已用完", "it was filed as often as it may be"),
}


def _what(claim: CourierClaim) -> Label:
    leg, cause = PARCEL_LEGS[claim.leg], COURIER_CLAIM_CAUSES[claim.cause]
    parcel = f"{claim.carrier} {claim.waybill_no}"
    return Label(
        f"向快递索赔：{leg.zh}（{parcel}）{cause.zh}", f"A claim on the courier: {leg.en} ({parcel}) was {cause.en}"
    )


def _money(claim: CourierClaim) -> Label:
    claimed = written(claim.claimed_minor, claim.currency)
    if claim.state is CourierClaimState.ABANDONED:
        return Label(f"索赔 {claimed}，未获赔付", f"{claimed} was claimed, and nothing was paid")
    if claim.accepted_minor is None:
        return Label(f"索赔 {claimed}", f"{claimed} is claimed")
    accepted = written(claim.accepted_minor, claim.currency)
    if claim.state is CourierClaimState.PAID:
        return Label(f"快递已赔付 {accepted}", f"The courier has paid {accepted}")
    return Label(f"索赔 {claimed}，快递认赔 {accepted}", f"{claimed} is claimed; the courier accepts {accepted}")


COURIER_WORDS = ClaimWords(
    COURIER,
    states=COURIER_CLAIM_STATES,
    actions=COURIER_CLAIM_ACTIONS,
    effects=COURIER_CLAIM_EFFECTS,
    why_not=COURIER_CLAIM_WHY_NOT,
    what=_what,
    money=_money,
)
"""What people read about a claim on a courier."""
