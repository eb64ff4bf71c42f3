"""The whole tables of the types that send something to the buyer: each row, where it leads, and who may take it.

What their guards refuse is tested where these types are walked through.
"""

from typing import Any

import pytest
from aftercare_chassis.lifecycle import NOT_IN_THIS_STATE, History, Transition
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.lifecycle import CASE
from case_tables import CHANGES, PICKUPS, RETURNS, in_every_state
from sending_tables import EXCHANGED, HELD, NO_PARTS, ORDERED, REFUSED_GOODS, REPAIRED, SENDING
from test_lifecycle import EVERY_TYPE, Rows, read

GIVEN = SENDING.format(given_up="refunding", received="completed")
FIRST = SENDING.format(given_up="await_buyer_shipment", received="await_buyer_shipment")


def without(table: str, *starts: str) -> str:
    """The rows that do not begin with these."""
    return "\n".join(line for line in table.splitlines() if not line.startswith(starts))


def rows_of(first: str, *tables: str) -> Rows:
    """The rows of every type, which an approval leads to `first`, and these; a later one takes the place of an earlier one."""
    found: Rows = {}
    for table in (EVERY_TYPE.format(approved=first), *tables):
        found |= read(table)
    return found


NOT_INSPECTED = without(RETURNS, "await_inspection", "disputed              order_return")
ROWS = {
    CaseType.RESHIP_PARTS: rows_of("await_reship", CHANGES, GIVEN, ORDERED, NO_PARTS),
    CaseType.EXCHANGE: rows_of(
        "await_buyer_shipment", RETURNS, PICKUPS, CHANGES, GIVEN, ORDERED, REFUSED_GOODS, EXCHANGED
    ),
    CaseType.REPAIR: rows_of("await_buyer_shipment", NOT_INSPECTED, PICKUPS, CHANGES, GIVEN, REFUSED_GOODS, REPAIRED),
    CaseType.FAST_EXCHANGE: rows_of(
        "await_reship",
        without(RETURNS, "disputed              order_return"),
        PICKUPS,
        CHANGES,
        FIRST,
        REFUSED_GOODS,
        HELD,
    ),
}


CHARGING = {CaseType.EXCHANGE, CaseType.REPAIR}
"""The types in which the buyer may have paid something that goes back, whatever state the case is in."""


def marks_of(row: Transition[Any]) -> set[str]:
    """Who may take it, and how it differs from a row that a route takes."""
    marks = set(row.permission.roles)
    if row.permission.why_not == NOT_IN_THIS_STATE:
        marks.add("unseen")
    if row.outcome_of is not None:
        marks.add("outcome")
    if any(guard.always for guard in row.guards):
        marks.add("never")
    return marks


def target_of(row: Transition[Any]) -> str:
    return str(row.target.default if isinstance(row.target, History) else row.target)


@pytest.mark.parametrize("type_", ROWS)
def test_the_table_is_as_it_was_written(type_: CaseType) -> None:
    found = {
        (str(state), str(action)): (target_of(row), marks_of(row))
        for (state, action), row in CASE[type_].transitions.items()
    }
    charged = in_every_state(CASE[type_], "record_charge_return") if type_ in CHARGING else {}
    if type_ in CHARGING:
        late = in_every_state(CASE[type_], "record_payment")
        charged |= {key: (target, {"seller"}) for key, (target, _) in late.items()}
        for action in ("confirm_payment", "deny_payment"):
            charged |= in_every_state(CASE[type_], action)
    sent = {} if type_ is CaseType.RESHIP_PARTS else in_every_state(CASE[type_], "record_return_freight")
    assert found == charged | ROWS[type_] | sent
