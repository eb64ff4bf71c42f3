"""The texts of the system's messages about a dispute: one code per fact, with its text in zh-CN and in en.

The texts are fixed: nothing that somebody entered in another service gets into a conversation this way.
"""

DISPUTE_NOTIFICATIONS: dict[str, tuple[str, str]] = {
    "dispute_opened": (
        "维权已发起，等待商家答复。",
        "A dispute was opened; the merchant has to answer.",
    ),
    "dispute_answered": (
        "商家已答复维权，平台审理中。",
        "The merchant has answered; the platform reviews the dispute.",
    ),
    "dispute_escalated_merchant_silent": (
        "商家未在期限内答复，平台继续审理。",
        "The merchant has not answered in time; the platform goes on without it.",
    ),
    "dispute_escalated_platform_late": (
        "平台审理超出预计时间，已再次提醒。",
        "The platform needs longer than planned; it was reminded.",
    ),
    "dispute_assigned": ("仲裁员已受理维权。", "An arbitrator has the dispute."),
    "dispute_evidence_added": ("维权中补充了凭证。", "Evidence was added to the dispute."),
    "dispute_evidence_requested_of_buyer": (
        "平台要求买家补充凭证，请在期限内提交。",
        "The platform asks the buyer for evidence; please submit it in time.",
    ),
    "dispute_evidence_requested_of_merchant": (
        "平台要求商家补充凭证，请在期限内提交。",
        "The platform asks the merchant for evidence; please submit it in time.",
    ),
    "dispute_evidence_requested_of_both": (
        "平台要求买卖双方补充凭证，请在期限内提交。",
        "The platform asks both sides for evidence; please submit it in time.",
    ),
    "dispute_evidence_submitted": ("已提交平台要求的凭证。", "The evidence that was asked for was submitted."),
    "dispute_evidence_round_ended": (
        "举证结束，平台继续审理。",
        "The time for evidence has ended; the review goes on.",
    ),
    "settlement_proposed": (
        "一方提出了和解方案，请在纠纷单中查看并答复。",
        "One side has proposed a settlement; please see it in the dispute and answer it.",
    ),
    "settlement_declined": ("和解方案未被接受，维权继续。", "The settlement was declined; the dispute goes on."),
    "settlement_lapsed": ("和解方案已失效，维权继续。", "The settlement is no longer open; the dispute goes on."),
    "dispute_settled": ("买卖双方已和解，维权结束。", "Both sides have agreed; the dispute has ended."),
    "dispute_test_ordered": (
        "平台安排检测机构检测商品，请按纠纷单中的要求寄送样品。",
        "The platform has ordered a test of the goods; please see in the dispute who sends the sample.",
    ),
    "dispute_sample_sent": ("检测样品已寄出。", "The sample was sent to the testing body."),
    "dispute_sample_received": ("检测机构已收到样品，检测中。", "The testing body has the sample and examines it."),
    "dispute_test_reported": (
        "检测报告已提交，可在纠纷单中查看。",
        "There is a report of the test; please see it in the dispute.",
    ),
    "dispute_test_sample_late": (
        "未在期限内寄出样品，检测结束，平台继续审理。",
        "No sample was sent in time; the test has ended, and the review goes on.",
    ),
    "dispute_test_sample_lost": (
        "检测样品丢失，检测结束，平台继续审理。",
        "The sample was lost; the test has ended, and the review goes on.",
    ),
    "dispute_test_report_late": (
        "检测报告逾期，平台继续审理。",
        "The report of the test is late; the review goes on.",
    ),
    "dispute_test_cancelled": ("检测已取消。", "The test was cancelled."),
    "verdict_given": (
        "平台已作出裁决，内容及依据见纠纷单。",
        "There is a verdict; please see it and its grounds in the dispute.",
    ),
    "verdict_given_to_wait": (
        "平台已作出裁决，申诉期届满后执行；双方可在期限内申诉一次。",
        "There is a verdict, which waits for the time to appeal; each side may appeal once until then.",
    ),
    "dispute_appealed": ("一方已对裁决提出申诉。", "One side has appealed against the verdict."),
    "verdict_confirmed": ("申诉已裁定：维持原裁决。", "The appeal was decided: the verdict stays."),
    "verdict_replaced": (
        "申诉已裁定：改判，内容见纠纷单。",
        "The appeal was decided: there is another verdict; please see it in the dispute.",
    ),
    "dispute_debt_repaid": (
        "买家已返还改判后多退的款项，金额见纠纷单。",
        "The buyer has paid back what the former verdict had paid too much; please see the amount in the dispute.",
    ),
    "dispute_debt_written_off": (
        "改判后多退的款项不再追回。",
        "What the former verdict had paid too much need not be paid back.",
    ),
    "verdict_final": ("无人申诉，裁决生效并执行。", "Nobody has appealed; the verdict is final and is executed."),
    "dispute_executed": ("裁决已执行完毕。", "What was decided has been done."),
    "dispute_withdrawn": ("买家已撤回维权。", "The buyer has withdrawn the dispute."),
    "dispute_deadline_extended": ("维权的处理期限已延长。", "There is more time to act in the dispute."),
    "dispute_deadline_reminder": ("维权的处理期限即将届满。", "The time to act in the dispute ends soon."),
}
