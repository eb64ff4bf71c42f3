"""What the buyer pays for a repair, or for goods that cost more, in sentences: whether they have, and what of it comes back."""

from collections.abc import Sequence

from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.charges.policy import is_awaited
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.wording.amounts import amount

MORE = ("换货差价 {} 由买家支付", "The replacement costs more: the buyer owes {}")
_MORE_AGREED = (
    "买家已同意补付换货差价 {}，尚未登记到账",
    "The replacement costs more: the buyer has agreed to pay {}, which is not recorded as paid",
)
_MORE_PAID = ("买家已支付换货差价 {}", "The replacement costs more: the buyer has paid {}")
_QUOTED = ("维修费用 {}，由买家同意后支付", "The repair costs {}, which the buyer pays once they have agreed to it")
_QUOTE_AGREED = (
    "买家已同意支付维修费用 {}，尚未登记到账",
    "The buyer has agreed to pay {} for the repair, which is not recorded as paid",
)
_PAID = ("买家已支付维修费用 {}", "The buyer has paid {} for the repair")
_MORE_STATED = (
    "买家声明已支付换货差价 {}，等待商家确认",
    "The replacement costs more: the buyer states to have paid {}, which the merchant has to confirm",
)
_MORE_DENIED = (
    "买家声明已支付换货差价 {}，但被否认到账",
    "The replacement costs more: the buyer states to have paid {}, and it was denied that this has arrived",
)
_QUOTE_STATED = (
    "买家声明已支付维修费用 {}，等待商家确认",
    "The buyer states to have paid {} for the repair, which the merchant has to confirm",
)
_QUOTE_DENIED = (
    "买家声明已支付维修费用 {}，但被否认到账",
    "The buyer states to have paid {} for the repair, and it was denied that this has arrived",
)
_MORE_BACK = (
    "买家已付的换货差价 {} 应由商家退还，尚未登记退还",
    "The merchant owes back {} that the buyer has paid for the replacement",
)
_MORE_RETURNED = (
    "买家已付的换货差价 {} 已由商家退还",
    "The merchant has given back {} that the buyer had paid for the replacement",
)
_REPAIR_BACK = (
    "买家已付的维修费用 {} 应由商家退还，尚未登记退还",
    "The merchant owes back {} that the buyer has paid for the repair",
)
_REPAIR_RETURNED = (
    "买家已付的维修费用 {} 已由商家退还",
    "The merchant has given back {} that the buyer had paid for the repair",
)
_OF_EXCHANGE = (MORE, _MORE_AGREED, _MORE_STATED, _MORE_DENIED, _MORE_PAID)
_OF_REPAIR = (_QUOTED, _QUOTE_AGREED, _QUOTE_STATED, _QUOTE_DENIED, _PAID)


def charged(full: FullCase) -> Label | None:
    """What the buyer pays, and whether they have; None where nothing is paid any more."""
    case, charge = full.case, full.charge
    if charge is None or not charge.amount_minor or charge.owed_back_at is not None:
        return None
    if charge.paid_at is None and (case.state in ENDED or not is_awaited(full)):
        return None
    return amount(*_step_of(charge, _OF_REPAIR if full.repair is not None else _OF_EXCHANGE), charge.amount_minor, case)


def _step_of(charge: Charge, texts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    asked, agreed, stated, denied, paid = texts
    if charge.paid_at is not None:
        return paid
    if charge.stated_at is not None:
        return denied if charge.is_denied else stated
    return asked if charge.agreed_at is None else agreed


def charge_back(full: FullCase) -> Label | None:
    """What of it the buyer gets back, or has got; None where they got what they paid for, or still will."""
    charge, is_repair = full.charge, full.repair is not None
    if charge is None or charge.owed_back_at is None:
        return None
    if charge.returned_at is None:
        return amount(*(_REPAIR_BACK if is_repair else _MORE_BACK), charge.amount_minor, full.case)
    return amount(*(_REPAIR_RETURNED if is_repair else _MORE_RETURNED), charge.amount_minor, full.case)
