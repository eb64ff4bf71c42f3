"""What cs-svc refuses, by name."""

from aftercare_chassis.refusals import Kind, Refusal


class OrderUnknown(Refusal):
    """No such order, or none of this actor's; it may also be so new that its event is still on the way."""

    kind, code = Kind.NOT_FOUND, "order_unknown"
    zh = "未找到该订单；如果是刚下的订单，请稍后再试。"
    en = "There is no such order; if it was placed just now, try again shortly."
    retry_after = 1


class CaseUnknown(Refusal):
    """No such case, or none of this actor's; it may also be so new that its event is still on the way."""

    kind, code = Kind.NOT_FOUND, "case_unknown"
    zh = "未找到该售后单；如果是刚申请的，请稍后再试。"
    en = "There is no such after-sale case; if it was requested just now, try again shortly."
    retry_after = 1


class CaseOfOtherOrder(Refusal):
    kind, code = Kind.INVALID, "case_of_other_order"
    zh = "该售后单不属于所填的订单。"
    en = "This after-sale case belongs to another order than the one given."


class SubjectMissing(Refusal):
    kind, code = Kind.INVALID, "subject_required"
    zh = "请填写投诉所涉及的订单或售后单。"
    en = "Say which order or after-sale case the complaint is about."


class ComplaintAlreadyOpen(Refusal):
    """One open complaint per subject and channel; `complaint_id` names the one there is."""

    kind, code = Kind.CONFLICT, "complaint_already_open"
    zh = "通过该渠道已有一个未结束的投诉：{complaint_id}。"
    en = "A complaint about this is already open over this channel: {complaint_id}."


class CaseNotCompleted(Refusal):
    kind, code = Kind.CONFLICT, "case_not_completed"
    zh = "售后单尚未结束（当前状态 {state}），结束后才能评价。"
    en = "The after-sale case is not finished yet (state {state}); it can be rated once it is."


class AlreadyRated(Refusal):
    """A case is rated once; `rating_id` names the rating, which its author may change."""

    kind, code = Kind.CONFLICT, "already_rated"
    zh = "该售后单已评价过（{rating_id}），可以修改原评价。"
    en = "This after-sale case has been rated ({rating_id}); that rating can be changed."


class NothingToChange(Refusal):
    kind, code = Kind.INVALID, "nothing_to_change"
    zh = "请至少填写一项要修改的内容。"
    en = "Say at least one thing that is to change."


class CitationsByAgentsOnly(Refusal):
    kind, code = Kind.FORBIDDEN, "citations_by_agents_only"
    zh = "只有客服人员可以引用知识库文章。"
    en = "Only agents cite articles of the knowledge base."
