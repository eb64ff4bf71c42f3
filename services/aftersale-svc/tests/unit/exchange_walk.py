"""What people do in cases of a type, those of exchanges included, for the graph of `case_walk`."""

from aftersale_svc.commands.goods import exchanges
from aftersale_svc.commands.money import charge_payments
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.exchanges.model import Price
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.types import TYPES
from case_walk import CASE, PEOPLE, RESHIPPING, Command
from fast_walk import SECURED
from memory_transaction import MemoryTransaction
from offline_walk import OFFLINE
from payment_walk import STATING
from pickup_walk import PICKING_UP
from repair_walk import REPAIRING


def name_price(minor: int) -> Command:
    """The merchant names the price of one unit in `await_reship`; the earlier states lead to the same places."""

    async def price(tx: MemoryTransaction) -> None:
        if tx.snapshot.case.state is CaseState.AWAIT_RESHIP:
            await exchanges.price(tx, CASE, prices=[Price("line_1", minor, "CNY")])  # type: ignore[arg-type]

    return price


EXCHANGING: dict[str, Command] = {
    "name a higher price": name_price(20_000),
    "name a lower price": name_price(5_000),
    "agree to the charge": lambda tx: exchanges.agree(tx, CASE),
    "record the payment": lambda tx: charge_payments.record(tx, CASE, reference="?"),
    **STATING,
}
"""What people do only in exchanges."""


_LONGEST = {CaseType.EXCHANGE: EXCHANGING, CaseType.REPAIR: REPAIRING, CaseType.FAST_EXCHANGE: SECURED}
_LEFT_OUT = {"answer the question", "ask again", "resolve", "accept all", "dispute", "correct the replacement"}


def people_of(type_: CaseType) -> dict[str, Command]:
    """What people may do in cases of this type, and what they cannot."""
    reshipping = RESHIPPING if CaseState.AWAIT_RESHIP in TYPES[type_].lifecycle.timeouts else {}
    if CaseState.AWAIT_PICKUP in TYPES[type_].lifecycle.timeouts:
        reshipping = reshipping | PICKING_UP
    if type_ not in _LONGEST:
        return PEOPLE | reshipping | OFFLINE
    # What is left out leads to nothing new in these.
    return {name: PEOPLE[name] for name in PEOPLE if name not in _LEFT_OUT} | reshipping | OFFLINE | _LONGEST[type_]
