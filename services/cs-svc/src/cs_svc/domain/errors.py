"""The refusals of cs-svc."""

from aftercare_chassis.refusals import Kind, Refusal


class OrderUnknown(Refusal):
    """The order does not exist, belongs to somebody else, or its event has not arrived yet."""

    kind, code = Kind.NOT_FOUND, "order_unknown"
    zh = "未找到该订单；如果是刚下的订单，请稍后再试。"
    en = "There is no such order; if it was placed just now, try again shortly."
    retry_after = 1


class CaseUnknown(Refusal):
    """The case does not exist, belongs to somebody else, or its event has not arrived yet."""

    kind, code = Kind.NOT_FOUND, "case_unknown"
    zh = "未找到该售后单；如果是刚申请的，请稍后再试。"
    en = "There is no such after-sale case; if it was requested just now, try again shortly."
    retry_after = 1


class CaseOfOtherOrder(Refusal):
    """The case that was named does not belong to the order that was named."""

    kind, code = Kind.INVALID, "case_of_other_order"
    zh = "该售后单不属于所填的订单。"
    en = "This after-sale case belongs to another order than the one given."


class CaseNotInConversation(Refusal):
    """The case that a message is an answer for is not what the conversation is about."""

    kind, code = Kind.INVALID, "case_not_in_conversation"
    zh = "该售后单与本会话无关：会话须涉及该售后单或其订单。"
    en = "The conversation is not about this after-sale case or its order."


class SubjectMissing(Refusal):
    """A complaint names neither an order nor a case."""

    kind, code = Kind.INVALID, "subject_required"
    zh = "请填写投诉所涉及的订单或售后单。"
    en = "Name the order or after-sale case that the complaint is about."


class ComplaintAlreadyOpen(Refusal):
    """A complaint about the same case or order is open over the same channel; `complaint_id` names it."""

    kind, code = Kind.CONFLICT, "complaint_already_open"
    zh = "通过该渠道已有一个未结束的投诉：{complaint_id}。"
    en = "A complaint about this is already open over this channel: {complaint_id}."


class ComplaintsUnrelated(Refusal):
    """Two complaints cannot be merged: they are of different buyers, or about different orders or cases."""

    kind, code = Kind.INVALID, "complaints_unrelated"
    zh = "只有同一买家、同一订单（及同一售后单）的投诉才能合并。"
    en = "Only complaints of one buyer about the same order, and the same case, can be merged."


class MergedWithItself(Refusal):
    """A complaint is to be merged into itself."""

    kind, code = Kind.INVALID, "merged_with_itself"
    zh = "投诉不能合并到自身。"
    en = "A complaint cannot be merged into itself."


class SubmissionMoved(Refusal):
    """A submission is to be separated that is a complaint of its own already; `complaint_id` names it."""

    kind, code = Kind.CONFLICT, "submission_moved"
    zh = "该提交已拆分为投诉 {complaint_id}。"
    en = "This submission is a complaint of its own already: {complaint_id}."


class MessageNotOfBuyer(Refusal):
    """A message is marked as a complaint that the buyer did not write."""

    kind, code = Kind.CONFLICT, "message_not_of_buyer"
    zh = "只能将买家发送的消息标记为投诉。"
    en = "Only a message that the buyer wrote can be marked as a complaint."


class ComplaintOfOtherBuyer(Refusal):
    """The order that a marked message is said to be about belongs to another buyer than the conversation."""

    kind, code = Kind.CONFLICT, "complaint_of_other_buyer"
    zh = "该订单不属于本会话的客户；如为同一人，请先关联其渠道身份。"
    en = "The order belongs to another customer than the conversation; if they are the same person, link their identity first."


class MessageAlreadyMarked(Refusal):
    """The message has been marked as a complaint; `complaint_id` names it."""

    kind, code = Kind.CONFLICT, "message_already_marked"
    zh = "该消息已计入投诉 {complaint_id}。"
    en = "This message is in a complaint already: {complaint_id}."


class FileKnown(Refusal):
    """The file of the authority has been taken in; `regulator_complaint_id` names it."""

    kind, code = Kind.CONFLICT, "file_known"
    zh = "该案卷已登记：{regulator_complaint_id}。"
    en = "This file of the authority is here already: {regulator_complaint_id}."


class NotReplied(Refusal):
    """There is no letter to the authority yet; `state` is how far its complaint is."""

    kind, code = Kind.CONFLICT, "not_replied"
    zh = "尚未答复（当前状态 {state}），没有函件。"
    en = "There is no letter yet (state {state})."


class CaseNotCompleted(Refusal):
    """The case has not ended yet; `state` is its state."""

    kind, code = Kind.CONFLICT, "case_not_completed"
    zh = "售后单尚未结束（当前状态 {state}），结束后才能评价。"
    en = "The after-sale case is not finished yet (state {state}); it can be rated once it is."


class AlreadyRated(Refusal):
    """The case has a rating, which its author may change; `rating_id` names it."""

    kind, code = Kind.CONFLICT, "already_rated"
    zh = "该售后单已评价过（{rating_id}），可以修改原评价。"
    en = "This after-sale case has been rated ({rating_id}); that rating can be changed."


class ParcelUnknown(Refusal):
    """The parcel does not exist, belongs to somebody else, or its event has not arrived yet."""

    kind, code = Kind.NOT_FOUND, "parcel_unknown"
    zh = "未找到该包裹；如果是刚发出的，请稍后再试。"
    en = "There is no such parcel; if it was sent just now, try again shortly."
    retry_after = 1


class ParcelNotEnded(Refusal):
    """The parcel is on its way, or no courier has ever had it."""

    kind, code = Kind.CONFLICT, "parcel_not_ended"
    zh = "包裹尚在途中或未曾揽收；签收、退回或丢失后才能评价快递。"
    en = "The parcel is on its way, or no courier has had it; its courier can be rated once it has arrived, is back or is lost."


class CourierFaultsMismatch(Refusal):
    """A bad rating names nothing that was wrong, or another one does; `score` is the score given."""

    kind, code = Kind.INVALID, "courier_faults_mismatch"
    zh = "评分 1 至 2 时须至少选择一项问题，3 分及以上不填（当前 {score} 分）。"
    en = "A score of 1 or 2 names at least one fault, a score of 3 or more names none (the score is {score})."


class CourierAlreadyRated(Refusal):
    """The courier of the parcel has been rated; `rating_id` names the rating."""

    kind, code = Kind.CONFLICT, "courier_already_rated"
    zh = "该包裹的快递已评价过（{rating_id}），每个包裹只能评价一次。"
    en = "The courier of this parcel has been rated ({rating_id}); each parcel is rated once."


class NothingToChange(Refusal):
    """A change names nothing to change."""

    kind, code = Kind.INVALID, "nothing_to_change"
    zh = "请至少填写一项要修改的内容。"
    en = "Name at least one value to change."


class CitationsByAgentsOnly(Refusal):
    """Somebody else than an agent cites articles."""

    kind, code = Kind.FORBIDDEN, "citations_by_agents_only"
    zh = "只有客服人员可以引用知识库文章。"
    en = "Only agents may cite articles of the knowledge base."


class NoAnswerAwaited(Refusal):
    """No answer is due, or the one that is due has been marked as overdue."""

    kind, code = Kind.CONFLICT, "no_answer_awaited"
    zh = "当前没有等待答复的消息。"
    en = "No answer is awaited."


class ConversationGone(Refusal):
    """The conversation was merged into another one, in which it goes on; `merged_into` names that."""

    kind, code = Kind.CONFLICT, "conversation_merged"
    zh = "该会话已并入会话 {merged_into}，请在那里继续。"
    en = "This conversation was merged into {merged_into}, where it goes on."


class NotSnoozed(Refusal):
    """A conversation is to come back that was not put off."""

    kind, code = Kind.CONFLICT, "not_snoozed"
    zh = "该会话没有被暂缓。"
    en = "This conversation is not snoozed."


class SnoozeTooShort(Refusal):
    """A conversation is put off until a time that has passed."""

    kind, code = Kind.INVALID, "snooze_in_the_past"
    zh = "暂缓的时间须晚于现在。"
    en = "Snooze until a time in the future."


class SnoozeTooLong(Refusal):
    """A conversation is put off for too long; `most_days` is the longest time."""

    kind, code = Kind.INVALID, "snooze_too_long"
    zh = "最多暂缓 {most_days} 天。"
    en = "A conversation is snoozed for at most {most_days} days."


class TooFewIntents(Refusal):
    """A training is asked for while no language has two intents."""

    kind, code = Kind.CONFLICT, "too_few_intents"
    zh = "至少需要同一语言的两个意图才能训练。"
    en = "A training needs at least two intents of one language."


class ModelNotReady(Refusal):
    """A model is to answer that is being trained, or whose training has failed; `state` is its state."""

    kind, code = Kind.CONFLICT, "model_not_ready"
    zh = "该模型尚不可用（当前状态 {state}）。"
    en = "The model cannot answer (its state is {state})."


class IntentTwice(Refusal):
    """A request stores one intent twice; `intent` and `language` name it."""

    kind, code = Kind.INVALID, "intent_twice"
    zh = "意图 {intent}（{language}）在请求中出现了两次。"
    en = "The intent {intent} ({language}) is in the request twice."


class AddressMalformed(Refusal):
    """The address cannot be one of its channel."""

    kind, code = Kind.INVALID, "address_malformed"
    zh = "地址与渠道不符：email 填邮箱地址，sms 和 phone 填电话号码，wechat 和 qq 填平台给出的 openid；web 没有地址。"
    en = (
        "The address is none of this channel: email takes a mail address, sms and phone a telephone number, wechat and qq the openid "
        "that the platform gives; web has no addresses."
    )


class IdentityKnown(Refusal):
    """The address is known on this channel; `identity_id` names it."""

    kind, code = Kind.CONFLICT, "identity_known"
    zh = "该渠道已登记此地址：{identity_id}。"
    en = "This address is known on this channel: {identity_id}."


class ChannelNotWritten(Refusal):
    """Messages are not delivered over the channel; `channel` is its name."""

    kind, code = Kind.CONFLICT, "channel_not_written"
    zh = "渠道 {channel} 不能发送文字消息；可用：email、wechat、qq、sms。"
    en = "No messages are delivered over the channel {channel}; they are over email, wechat, qq and sms."


class ReplyWindowClosed(Refusal):
    """The channel takes messages to a person for so many `hours` after their latest one, which have passed."""

    kind, code = Kind.CONFLICT, "reply_window_closed"
    zh = "渠道 {channel} 只允许在对方最近一条消息后的 {hours} 小时内发送消息，请等对方再次联系，或改用其他渠道。"
    en = (
        "The channel {channel} takes messages only within {hours} hours after the latest one of the person, which have passed: wait until they "
        "write again, or use another channel."
    )


class OptedOut(Refusal):
    """The person has asked for no more messages over the channel."""

    kind, code = Kind.CONFLICT, "opted_out"
    zh = "对方已退订该渠道的消息，不能再发送；对方回复“恢复”后可以继续。"
    en = "The person has asked for no more messages over this channel; they can be sent again once the person has answered START."
