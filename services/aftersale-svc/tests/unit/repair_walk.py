"""What people do only in repairs, for the graph of `case_walk`."""

from aftersale_svc.commands.goods import exchanges, repairs
from aftersale_svc.commands.money import charge_payments
from aftersale_svc.domain.cases.repairs.codes import RepairFailure, RepairRemedy, RepairWork
from case_walk import CASE, Command
from payment_walk import STATING


def cannot_repair(remedy: RepairRemedy) -> Command:
    return lambda tx: repairs.give_up(tx, CASE, failure=RepairFailure.BEYOND_REPAIR, remedy=remedy)


REPAIRING: dict[str, Command] = {
    "quote": lambda tx: repairs.quote(tx, CASE, amount_minor=6800, currency="CNY", days=5),
    "agree to the quote": lambda tx: exchanges.agree(tx, CASE),
    "record the payment of the repair": lambda tx: charge_payments.record(tx, CASE, reference="?"),
    **STATING,
    "decline the quote": lambda tx: repairs.decline_quote(tx, CASE),
    "repaired": lambda tx: repairs.finish(tx, CASE, work=[RepairWork.PART_REPLACED]),
    "cannot repair: refund": cannot_repair(RepairRemedy.REFUND),
    "cannot repair: exchange": cannot_repair(RepairRemedy.EXCHANGE),
    "take an exchange": lambda tx: repairs.take_exchange(tx, CASE),
    "take the goods back": lambda tx: repairs.take_goods_back(tx, CASE),
    "repair again": lambda tx: repairs.again(tx, CASE),
    "resume the repair": lambda tx: repairs.resume(tx, CASE),
}
