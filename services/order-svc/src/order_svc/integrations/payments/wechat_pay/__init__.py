"""WeChat Pay 微信支付: the adapter, and the documents that it reads."""

from order_svc.integrations.payments.wechat_pay.adapter import WeChatPay, WeChatPayAccount

__all__ = ["WeChatPay", "WeChatPayAccount"]
