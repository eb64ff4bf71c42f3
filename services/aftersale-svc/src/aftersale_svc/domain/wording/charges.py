"""What the buyer pays for a repair, or for goods that cost more, in sentences: whether they have, and what of it comes back."""

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


def charged(full: FullCase) -> Label | None:
    """What the buyer pays, and whether they have; None where nothing is paid any more."""
    case, charge = full.case, full.charge
    if charge is None or not charge.amount_minor or charge.owed_back_at is not None:
        return None
    if charge.paid_at is None and (case.state in ENDED or not is_awaited(full)):
        return None
    asked, agreed, paid = (
        (_QUOTED, _QUOTE_AGREED, _PAID) if full.repair is not None else (MORE, _MORE_AGREED, _MORE_PAID)
    )
    return amount(*(paid if charge.paid_at else agreed if charge.agreed_at else asked), charge.amount_minor, case)


def charge_back(full: FullCase) -> Label | None:
    """What of it the buyer gets back, or has got; None where they got what they paid for, or still will."""
    charge, is_repair = full.charge, full.repair is not None
    if charge is None or charge.owed_back_at is None:
        return None
    if charge.returned_at is None:
        return amount(*(_REPAIR_BACK if is_repair else _MORE_BACK), charge.amount_minor, full.case)
    return amount(*(_REPAIR_RETURNED if is_repair else _MORE_RETURNED), charge.amount_minor, full.case)
