"""Refusals of what people do with a case."""

from aftercare_chassis.lifecycle import IllegalTransition
from aftercare_chassis.refusals import Kind, Refusal


class StageUnsuitable(Refusal):
    """This type of case cannot be opened where the goods are now. `allowed` are the types that can."""

    kind, code = Kind.CONFLICT, "stage_unsuitable"
    zh, en = (
        "商品当前所处阶段（{stage}）不能申请此类售后，可以申请：{allowed:or 无}。",
        "This type of case is not possible at this stage ({stage}). Possible are: {allowed:or none}.",
    )


class StageNotReached(StageUnsuitable):
    """This type of case can be opened at a later stage, of which the events may still be on their way."""

    retry_after = 1


class ReasonUnsuitable(Refusal):
    """This reason does not suit the type of case, or cannot be true where the goods are now. `allowed` are those that can."""

    kind, code = Kind.CONFLICT, "reason_unsuitable"
    zh, en = (
        "此类售后在商品当前所处阶段（{stage}）不能选择该原因，可以选择：{allowed:or 无}。",
        "This type of case is not possible for this reason at this stage ({stage}). Possible are: {allowed:or none}.",
    )


class ReasonNotReached(ReasonUnsuitable):
    """This reason can be chosen at a later stage, of which the events may still be on their way."""

    retry_after = 1


class RejectReasonUnsuitable(Refusal):
    """This reason of a rejection cannot be true of the case now. `allowed` are those that can."""

    kind, code = Kind.CONFLICT, "reject_reason_unsuitable"
    zh, en = (
        "该拒绝原因与售后单当前的情况不符，可以选择：{allowed}。",
        "This reason cannot be true of the case now. Possible are: {allowed}.",
    )


class HandlingReasonUnsuitable(Refusal):
    """People of this role do not give this reason. `allowed` are those that they give."""

    kind, code = Kind.INVALID, "handling_reason_unsuitable"
    zh, en = (
        "当前角色不能选择该原因，可以选择：{allowed}。",
        "This reason is not for this role to give. Possible are: {allowed}.",
    )


class WarrantyPassed(Refusal):
    """The warranty is over."""

    kind, code = Kind.CONFLICT, "warranty_passed"
    zh = "保修期已于 {ended_at} 届满；仍可申请的原因：{allowed:or 无}。"
    en = "The warranty ended at {ended_at}. Reasons that are still possible: {allowed:or none}."


class NoWarranty(Refusal):
    """The merchant gives no warranty."""

    kind, code = Kind.CONFLICT, "no_warranty"
    zh = "商家未提供保修；可申请的原因：{allowed:or 无}。"
    en = "The merchant gives no warranty. Reasons that are possible: {allowed:or none}."


class ReasonClosed(Refusal):
    """Requests for this reason, a recall or a safety incident, have ended."""

    kind, code = Kind.CONFLICT, "reason_closed"
    zh = "该原因的申请已于 {ended_at} 截止；仍可申请的原因：{allowed:or 无}。"
    en = "Requests for this reason ended at {ended_at}. Reasons that are still possible: {allowed:or none}."


class QuestionOpen(Refusal):
    """A question about this line is not answered, or not ended, yet."""

    kind, code = Kind.CONFLICT, "question_open"
    zh = "该商品已有进行中的咨询（{case_id}），请在其中继续提问。"
    en = "There is an open question about this line ({case_id}); ask on in it."


class UnitsInNoParcel(Refusal):
    """No parcel of the order carries all of the units, or it has not left, or it has arrived. `allowed` are the other types that are possible for
    all of them."""

    kind, code, retry_after = Kind.CONFLICT, "units_in_no_parcel", 1
    zh = "没有一个在途的包裹包含全部所选商品，请按包裹分别申请；全部商品现在可以申请：{allowed:or 无}。"
    en = (
        "No parcel on its way carries all of these units. Ask for the units of each parcel by itself. "
        "Possible for all of them: {allowed:or none}."
    )


class EvidenceRequired(Refusal):
    """This type of case, or this reason, needs evidence."""

    kind, code = Kind.INVALID, "evidence_required"
    zh, en = "此类售后或该原因必须提供凭证。", "This type of case, or this reason, needs evidence."


class LineUnknown(Refusal):
    """The order, or the case, has no such line. `allowed` are those that it has."""

    kind, code = Kind.INVALID, "line_unknown"
    zh, en = "没有这个明细行，可以填写：{allowed:or 无}。", "There is no such line. Possible are: {allowed:or none}."


class LineTwice(Refusal):
    """A line is named twice."""

    kind, code = Kind.INVALID, "line_repeated"
    zh, en = "同一明细行只能出现一次。", "A line may be named once."


class LineMissing(Refusal):
    """An inspection leaves out a line of the case."""

    kind, code = Kind.INVALID, "line_missing"
    zh, en = (
        "验收必须包含售后单的每一行；缺少 {line_id}。",
        "An inspection names every line of the case; {line_id} is missing.",
    )


class RefundDecided(Refusal):
    """A refund was decided for this case. It may be tried again, but the request is not reviewed a second time."""

    kind, code = Kind.CONFLICT, "refund_already_decided"
    zh = "该售后单已决定退款，不能再执行此操作（{action}）。"
    en = "A refund was decided for this case already. This is not possible any more: {action}."


class ReturnAddressMissing(Refusal):
    """The goods are to be sent back, and no address is known."""

    kind, code = Kind.INVALID, "return_address_missing"
    zh = "买家需要寄回商品，必须提供退货地址。"
    en = "The buyer has to send the goods back, so a return address is needed."


class ReturnAddressUnchanged(Refusal):
    """The correction names the address that the case has."""

    kind, code = Kind.INVALID, "return_address_unchanged"
    zh, en = "退货地址与原来相同。", "The return address is the same as before."


class ReturnAlreadyShipped(Refusal):
    """The buyer has sent the goods to the address that was given before."""

    kind, code = Kind.CONFLICT, "return_already_shipped"
    zh = "买家已寄出商品，退货地址不能再更改。"
    en = "The buyer has sent the goods; the return address cannot be changed any more."


class ReturnAlreadyScanned(Refusal):
    """A courier has scanned the goods under the waybill that the buyer named first."""

    kind, code = Kind.CONFLICT, "return_already_scanned"
    zh = "承运商已扫描该退货包裹，运单号不能再更改。"
    en = "The courier has scanned the returned parcel; its waybill cannot be changed any more."


class WaybillUnchanged(Refusal):
    """The correction names the waybill and carrier that the case has."""

    kind, code = Kind.INVALID, "waybill_unchanged"
    zh = "承运商与运单号与原来相同：{waybill_no}。"
    en = "Carrier and waybill are the same as before: {waybill_no}."


class WaybillInUse(Refusal):
    """Another parcel has this waybill, or had it within a year; whose, is not said."""

    kind, code = Kind.CONFLICT, "waybill_in_use"
    zh = "该承运商的这个运单号已属于另一个包裹，请核对后重新填写；同一买家寄给同一商家、尚未签收的多件退货可以共用一个运单号。"
    en = (
        "Another parcel of this carrier has this waybill; please check it. Returns of one buyer to one merchant may share a "
        "parcel until it is delivered."
    )


class ReturnTracked(Refusal):
    """The buyer, or a courier, has sent the goods under a known waybill."""

    kind, code = Kind.CONFLICT, "return_tracked"
    zh, en = "退货有运单。", "The goods came back under a known waybill."


class NothingInTransit(Refusal):
    """No goods of the case are on their way back: none were sent, or not when a dispute stopped the case."""

    kind, code = Kind.CONFLICT, "nothing_in_transit"
    zh, en = "该售后单没有在途的退货。", "No goods of this case are on their way back."


class RefundInFlight(Refusal):
    """A refund was requested, and order-svc has not published how it ended."""

    kind, code = Kind.CONFLICT, "refund_in_flight"
    zh, en = "该售后单的退款正在处理中。", "A refund of this case is on its way."


class VerdictInExecution(Refusal):
    """A verdict ordered the refund of the case, and it is still to be paid."""

    kind, code = Kind.CONFLICT, "verdict_in_execution"
    zh, en = "该售后单的裁决正在执行，不能再次投诉。", "A verdict about this case is being executed."


class VerdictUnpaid(Refusal):
    """A verdict or a settlement has ordered money that is not paid; nobody gives that up for the buyer."""

    kind, code = Kind.CONFLICT, "verdict_unpaid"
    zh = "裁决或和解的款项尚未支付，不能关闭售后单：请再次退款、登记线下退款，或由保证金赔付。"
    en = "What the verdict or the settlement has ordered is not paid: refund it again, state that it was paid outside, or have the deposit pay."


class RefundOwedAgain(Refusal):
    """The buyer had the money, and it came back to the merchant; nobody gives it up for the buyer."""

    kind, code = Kind.CONFLICT, "refund_owed_again"
    zh = "退款曾到账后被退回商家（{refund_id}），仍欠买家：请再次退款、登记线下退款，或由保证金赔付。"
    en = "The refund {refund_id} was paid and came back to the merchant, and is owed to the buyer: refund it again, state that it was paid outside, or have the deposit pay."


class NotStalled(Refusal):
    """The buyer may dispute a rejection, and a case in which an agent is late; this one goes on."""

    kind, code = Kind.CONFLICT, "case_not_stalled"
    zh = "该售后单仍在正常处理中；被拒绝，或平台客服逾期未处理时，才能直接发起维权。"
    en = "The case is being handled; it can be disputed once it is rejected, or an agent of the platform is late."


class NotStalledYet(NotStalled):
    """It is the turn of an agent until a time, after which it can be disputed."""

    zh = "该售后单仍在正常处理中；如届时仍未处理，自 {possible_from} 起可以发起维权。"
    en = "The case is being handled in time. If nothing happens, it can be disputed from {possible_from} on."


class DisputedTooOften(Refusal):
    """The buyer has opened and withdrawn as many disputes about the case as the settings permit."""

    kind, code = Kind.CONFLICT, "disputed_too_often"
    zh = "该售后单的维权已多次发起并撤回，买家不能再次发起；平台客服仍可发起。"
    en = "Too many disputes about this case were opened and withdrawn. The buyer can open no more; an agent still can."


class CaseFrozen(IllegalTransition):
    """A dispute stops the case: only its end moves the case again."""

    zh = "售后单因维权冻结，维权结束后才能继续；暂不能执行：{action}。"
    en = "A dispute stops the case until it has ended. Not possible meanwhile: {action}."


class ClosedForGood(Refusal):
    """The case was closed by a verdict, or with its cancelled order: nothing is left to dispute."""

    kind, code = Kind.CONFLICT, "closed_for_good"
    zh, en = (
        "该售后单已最终关闭，不能再投诉或重新处理；商品已寄到的，请登记到货（record-arrival）。",
        "The case was closed for good. If goods have arrived, record their arrival (record-arrival).",
    )


class DisputeWindowPassed(Refusal):
    """The case was closed too long ago to be disputed."""

    kind, code = Kind.CONFLICT, "dispute_window_passed"
    zh, en = "该售后单的投诉期限已过。", "The time to dispute this case has passed."


class DescriptionMissing(Refusal):
    """A question without its words."""

    kind, code = Kind.INVALID, "description_missing"
    zh, en = "咨询必须填写问题内容。", "A question needs its words."


class OpensAgain(Refusal):
    """Goods that arrive for this closed case open it again: they are received in it."""

    kind, code = Kind.CONFLICT, "case_opens_again"
    zh, en = (
        "该售后单会因收到退货而重新处理，请登记收货（receive）。",
        "Goods that arrive open this case again: receive them in it.",
    )
