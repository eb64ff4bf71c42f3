"""Each partner's request for one scan: its body format and its signature, as its simulator writes them."""

from collections.abc import Callable, Mapping
from functools import partial

from aftercare_simulators import couriers as simulated
from aftercare_simulators.couriers import Partner, Request, Scan, StatusUnknown

from aftercare_cli.stack.interface import StackError

SIMULATED: Mapping[str, Partner] = simulated.PARTNERS


def _request(partner: Partner, scan: Scan, secret: str) -> Request:
    """The signed push about this scan alone.

    Raises:
        StackError: the partner has no code for its status.
    """
    try:
        return partner.encode([scan], secret)
    except StatusUnknown as error:
        raise StackError(str(error)) from None


PARTNERS: dict[str, Callable[[Scan, str], Request]] = {
    name: partial(_request, partner) for name, partner in SIMULATED.items()
}
