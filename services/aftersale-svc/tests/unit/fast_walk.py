"""What people do only in fast exchanges, for the graph of `case_walk`."""

from aftersale_svc.commands.goods import fast_exchanges, returns
from case_walk import CASE, Command

SECURED: dict[str, Command] = {
    "agree to the hold": lambda tx: fast_exchanges.agree(tx, CASE),
    "release the hold": lambda tx: fast_exchanges.release(tx, CASE),
    "record the arrival": lambda tx: returns.record_arrival(tx, CASE),
    "claim the hold": lambda tx: fast_exchanges.claim(tx, CASE),
}
