"""WeChat Pay API v3 on one machine: native and JSAPI payments, refunds and callbacks, over the ledger of the simulators."""

from aftercare_simulators.wechat_pay.app import create
from aftercare_simulators.wechat_pay.platform import Platform

__all__ = ["Platform", "create"]
