"""What people do with refunds outside the payment provider, for the graph of `case_walk`."""

from collections.abc import Awaitable
from typing import Any

from aftersale_svc.commands.money import offline_refunds
from aftersale_svc.domain.cases.offline_refunds.codes import OfflineRefundMethod
from case_walk import CASE, Command


def state(tx: Any) -> Awaitable[object]:
    return offline_refunds.state(tx, CASE, method=OfflineRefundMethod.CASH, reference="?", evidence=["sha256:0"])


OFFLINE: dict[str, Command] = {
    "state an offline refund": state,
    "confirm the offline refund": lambda tx: offline_refunds.confirm(tx, CASE),
    "deny the offline refund": lambda tx: offline_refunds.deny(tx, CASE, text="?"),
    "withdraw the offline refund": lambda tx: offline_refunds.withdraw(tx, CASE),
}
PAID_OUTSIDE = {name: OFFLINE[name] for name in ("state an offline refund", "confirm the offline refund")}
"""How what a verdict has ordered is paid where the provider refuses it."""
