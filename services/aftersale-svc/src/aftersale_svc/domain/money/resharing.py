"""What open cases hold of a line once an adjustment of its price lets go of money that was taken from their shares."""

from collections.abc import Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.offline_refunds.policy import is_being_refunded
from aftersale_svc.domain.cases.shares import accepted_share
from aftersale_svc.domain.money.allocation import next_share, share_basis
from aftersale_svc.domain.money.model import LineBalance


def is_short(full: FullCase, line: CaseLine) -> bool:
    """Whether the share of this line was taken from what an adjustment had left, and no refund of it is on its way.

    `order_units` is zero for cases of earlier builds, of which that is not known.
    """
    whole = (line.order_units, line.order_paid_minor)
    return line.order_units > 0 and (line.line_units, line.line_paid_minor) != whole and not is_being_refunded(full)


def shared_again(balance: LineBalance, lines: Sequence[CaseLine]) -> list[CaseLine]:
    """Return these lines of open cases, in the order of their cases, each with its share of what is left of the money now.

    The balance has what they hold. None gets less than it has, and together they get no more than what nobody holds; where they
    are all that is left of the units, they get all of it.
    """
    others = replace(
        balance,
        live_units=balance.live_units - sum(line.quantity for line in lines),
        held_minor=balance.held_minor - sum(line.amount_minor for line in lines),
    )
    rest, found = balance.owed_minor, list[CaseLine]()
    for line in lines:
        more = min(max(next_share(others, line.quantity) - line.amount_minor, 0), rest)
        found.append(_with_share(line, others, line.amount_minor + more))
        rest -= more
        others = replace(
            others,
            live_units=others.live_units + line.quantity,
            held_minor=others.held_minor + line.amount_minor + more,
        )
    return found


def _with_share(line: CaseLine, others: LineBalance, amount_minor: int) -> CaseLine:
    units, paid_minor, before = share_basis(others)
    shared = replace(
        line,
        amount_minor=amount_minor,
        line_units=units,
        line_paid_minor=max(paid_minor, amount_minor),
        units_before=before,
    )
    if line.accepted is None:
        return shared
    return replace(shared, accepted_minor=accepted_share(shared, line.accepted))
