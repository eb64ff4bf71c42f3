"""The texts of the system's messages about a claim: one code per fact, with its text in zh-CN and in en."""

CLAIM_NOTIFICATIONS: dict[str, tuple[str, str]] = {
    "guarantee_claim_opened": ("已申请保障单赔付。", "A payment from a guarantee was applied for."),
    "guarantee_claim_agreed": ("商家同意由保证金赔付。", "The merchant agrees that the deposit pays."),
    "guarantee_claim_objected": (
        "商家对保障单提出异议，由平台审核。",
        "The merchant objects to the claim on the guarantee; the platform decides.",
    ),
    "guarantee_claim_late": (
        "保障单的处理已逾期，平台继续处理。",
        "A deadline of the claim on the guarantee has passed; the platform goes on with it.",
    ),
    "guarantee_evidence_requested": (
        "平台要求买家为保障单补充凭证，内容见保障单。",
        "The platform asks the buyer for evidence; please see the claim on the guarantee.",
    ),
    "guarantee_evidence_submitted": (
        "买家已为保障单补充凭证。",
        "The buyer has submitted evidence for the claim on the guarantee.",
    ),
    "guarantee_claim_approved": (
        "保障单已批准，等待付款。",
        "The claim on the guarantee was approved; it is to be paid.",
    ),
    "guarantee_claim_declined": ("保障单审核未通过，不予赔付。", "The claim on the guarantee was declined."),
    "guarantee_claim_paid": ("保障单已赔付。", "The claim on the guarantee was paid."),
    "guarantee_claim_failed": ("保障单赔付失败。", "The payment of the claim on the guarantee has failed."),
    "guarantee_claim_cancelled": (
        "保障单已撤销。",
        "The claim on the guarantee was withdrawn, or ended with its case.",
    ),
    "claim_deadline_extended": (
        "保障单的处理期限已延长。",
        "There is more time to act in the claim on the guarantee.",
    ),
    "claim_deadline_reminder": (
        "保障单的处理期限即将届满。",
        "The time to act in the claim on the guarantee ends soon.",
    ),
    "refused_goods_opened": (
        "商家应将未通过验收的商品寄回买家。",
        "The merchant is to send goods that it has refused back to the buyer.",
    ),
    "refused_goods_dispatched": (
        "未通过验收的商品已寄出，正在退回买家。",
        "The refused goods are on their way to the buyer.",
    ),
    "refused_goods_arrived": (
        "快递显示未通过验收的商品已送达，买家如未收到请在期限内反馈。",
        "The courier reports the refused goods as delivered; the buyer can report until the deadline that they are not there.",
    ),
    "refused_goods_not_received": (
        "买家反馈未收到未通过验收的商品，由平台客服处理。",
        "The buyer has not received the refused goods; an agent follows it up.",
    ),
    "refused_goods_late": (
        "未通过验收商品的处理已逾期，由平台客服跟进。",
        "The time for the refused goods has passed; an agent follows it up.",
    ),
    "refused_goods_lost": (
        "未通过验收的商品丢失，由平台客服决定如何处理。",
        "The refused goods are lost; an agent decides what is owed.",
    ),
    "refused_goods_dispatch_ordered": (
        "平台客服要求商家寄回商品。",
        "An agent has the merchant send the refused goods.",
    ),
    "refused_goods_compensation_decided": (
        "平台客服决定由商家补偿丢失的商品。",
        "The merchant has to compensate the goods that are lost.",
    ),
    "refused_goods_closed": ("未通过验收商品的处理已结束。", "The matter of the refused goods has ended."),
    "refused_goods_deadline_extended": (
        "未通过验收商品的处理期限已延长。",
        "There is more time for the refused goods.",
    ),
    "refused_goods_deadline_reminder": (
        "未通过验收商品的处理期限即将届满。",
        "The time for the refused goods ends soon.",
    ),
}
