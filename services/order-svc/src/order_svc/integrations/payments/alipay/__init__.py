"""Alipay 支付宝: the adapter, and the bill files that it reads."""

from order_svc.integrations.payments.alipay.adapter import Alipay
from order_svc.integrations.payments.alipay.gateway import AlipayAccount

__all__ = ["Alipay", "AlipayAccount"]
