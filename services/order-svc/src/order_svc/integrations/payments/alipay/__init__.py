"""Alipay 支付宝: the adapter, and the bill files that it reads."""

from order_svc.integrations.payments.alipay.adapter import Alipay, AlipayAccount

__all__ = ["Alipay", "AlipayAccount"]
