"""Refusals of what people do with a dispute."""

from aftercare_chassis.refusals import Kind, Refusal


class AmountExceedsPaid(Refusal):
    """A verdict awards more than is left of what was paid for the case's units and their freight."""

    kind, code = Kind.INVALID, "amount_exceeds_paid"
    zh, en = (
        "金额超过该售后单剩余可退金额（{left:money}）。",
        "More than what is left of the money paid ({left:money}).",
    )


class AmountMissing(Refusal):
    """A verdict orders a refund without an amount above zero."""

    kind, code = Kind.INVALID, "amount_missing"
    zh, en = "裁决退款时必须给出大于零的金额。", "A verdict that orders a refund names an amount above zero."


class AmountWithoutRefund(Refusal):
    """A verdict names an amount and orders no refund."""

    kind, code = Kind.INVALID, "amount_without_refund"
    zh, en = "不退款的裁决不能带金额。", "A verdict without a refund names no amount."


class RemedyNotPossible(Refusal):
    """The case cannot do what the verdict orders: its type has no leg for that, or its goods or money are under way."""

    kind, code = Kind.INVALID, "remedy_not_possible"
    zh, en = (
        "该售后单不能执行此裁决方式，可选：{allowed:or 无}。",
        "This case cannot do that. Possible are: {allowed:or none}.",
    )


class CostEmpty(Refusal):
    """A cost of the dispute has no amount above zero."""

    kind, code = Kind.INVALID, "cost_empty"
    zh, en = "维权成本的金额必须大于零。", "A cost of the dispute has an amount above zero."


class SanctionTwice(Refusal):
    """A verdict recommends the same sanction twice."""

    kind, code = Kind.INVALID, "sanction_repeated"
    zh, en = "同一处罚建议重复。", "The same sanction is recommended twice."


class NotAppealable(Refusal):
    """The verdict has let the case go on at once, or is that of an earlier build, or another dispute is about the case by now."""

    kind, code = Kind.CONFLICT, "verdict_not_appealable"
    zh, en = (
        "售后单已按该裁决继续处理，不能申诉。",
        "The case has gone on by this verdict, so that there is no appeal against it.",
    )


class OpenedByPlatform(Refusal):
    """The platform has opened the dispute: it ends by a settlement or a verdict."""

    kind, code = Kind.CONFLICT, "opened_by_platform"
    zh, en = (
        "该维权由平台发起，不能由买家撤回；可以和解，或等待裁决。",
        "The platform has opened the dispute, so the buyer cannot withdraw it. It ends by a settlement or a verdict.",
    )


class AppealedAlready(Refusal):
    """Each side appeals once."""

    kind, code = Kind.CONFLICT, "already_appealed"
    zh, en = "您已申诉过一次。", "This side has appealed already."


class VerdictFinal(Refusal):
    """An appeal against the verdict was decided."""

    kind, code = Kind.CONFLICT, "verdict_final"
    zh, en = "该裁决为终局裁决。", "The verdict is final."


class AppealOpen(Refusal):
    """A verdict was given, and an appeal against it has to be decided."""

    kind, code = Kind.CONFLICT, "appeal_open"
    zh, en = (
        "裁决已作出，正在审理申诉，双方不能再撤回或和解。",
        "A verdict was given, and there is an appeal against it: it can be neither withdrawn nor settled any more.",
    )


class AppealMissing(Refusal):
    """There is no appeal that could be decided or joined."""

    kind, code = Kind.CONFLICT, "no_appeal_open"
    zh, en = "该维权单没有待审理的申诉。", "There is no appeal in the dispute."


class DecidedFirst(Refusal):
    """Who has decided about the case does not decide its dispute, nor who gave the verdict the appeal against it."""

    kind, code = Kind.CONFLICT, "decided_first"
    zh, en = (
        "已对该售后单作出决定或原裁决的人员不能审理。",
        "Who has decided about the case, or gave the verdict, cannot decide this.",
    )


class PartyCannotDecide(Refusal):
    """The arbitrator is the buyer, or belongs to the merchant."""

    kind, code = Kind.CONFLICT, "party_cannot_decide"
    zh, en = "争议一方不能担任仲裁员。", "A party of the dispute cannot decide it."


class AlreadyAssigned(Refusal):
    """An arbitrator has taken the dispute."""

    kind, code = Kind.CONFLICT, "already_assigned"
    zh, en = "该纠纷单已有仲裁员。", "An arbitrator has the dispute already."


class AssignedToAnother(Refusal):
    """Another arbitrator has taken the dispute."""

    kind, code = Kind.CONFLICT, "assigned_to_another"
    zh, en = "该纠纷单由其他仲裁员处理。", "Another arbitrator has the dispute."


class NotAssignedToYou(Refusal):
    """Only the arbitrator who has the dispute can release it."""

    kind, code = Kind.CONFLICT, "not_assigned_to_you"
    zh, en = "该纠纷单不由您处理。", "You do not have the dispute."


class NotAsked(Refusal):
    """No evidence is asked of this side, or it has submitted it."""

    kind, code = Kind.CONFLICT, "evidence_not_asked"
    zh, en = "当前没有要求您提交凭证，或已提交。", "No evidence is asked of this side, or it was submitted."


class EvidenceEmpty(Refusal):
    """A side submits neither evidence nor a word."""

    kind, code = Kind.INVALID, "evidence_empty"
    zh, en = (
        "请提交凭证或填写说明；提交后本轮举证即结束。",
        "Submit evidence or a statement; a side submits once per request.",
    )


class TooMuchEvidence(Refusal):
    """A side has added as much evidence of its own accord as it may; what it is asked for it may still submit."""

    kind, code = Kind.CONFLICT, "too_much_evidence"
    zh, en = (
        "每一方最多补充 {most} 份凭证（已补充 {added} 份）。",
        "Each side may add {most} pieces of evidence; {added} were added.",
    )


class RoundsUsedUp(Refusal):
    """Evidence was asked for as often as the settings permit."""

    kind, code = Kind.CONFLICT, "evidence_rounds_used_up"
    zh, en = "举证轮次已用完（最多 {most} 轮）。", "Evidence was asked for {most} times, which is the most."


class NoProposal(Refusal):
    """No proposal of a settlement is open."""

    kind, code = Kind.CONFLICT, "no_open_proposal"
    zh, en = "当前没有待回应的和解方案。", "No proposal of a settlement is open."


class OwnProposal(Refusal):
    """A side cannot answer its own proposal."""

    kind, code = Kind.CONFLICT, "own_proposal"
    zh, en = "不能回应自己提出的和解方案。", "A side cannot answer its own proposal."


class ProposalNotOpen(Refusal):
    """The proposal was answered, replaced, or has lapsed."""

    kind, code = Kind.CONFLICT, "proposal_not_open"
    zh, en = "该和解方案已失效（{state}）。", "The proposal is not open any more ({state})."
