"""What every code of every partner means: the reference in its example beside the whole of the adapter's table.

A row is the codes of one meaning: the status, who took the parcel, the reason. A code that is in an adapter and not in the
reference, or in the reference and not in the adapter, fails.
"""

import pytest
from courier_pushes import EXAMPLES
from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.port import Meaning

TABLES = {f"{partner} {name}": table for partner, example in EXAMPLES.items() for name, table in example.tables.items()}
OUR_OWN_WORDS = {"standard-webhooks"}


def written(meaning: Meaning) -> str:
    receiver = f" @{meaning.delivered_to}" if meaning.delivered_to else ""
    return f"{meaning.status}{receiver}" + (f" !{meaning.reason}" if meaning.reason else "")


@pytest.mark.parametrize("name", TABLES)
def test_the_table_of_the_adapter_is_that_of_the_reference(name: str) -> None:
    rows, table = TABLES[name]
    expected = {code: meaning for codes, meaning in rows.items() for code in codes.split()}
    assert len(expected) == sum(len(codes.split()) for codes in rows), "a code stands twice"
    assert {code: written(meaning) for code, meaning in table.items()} == expected


def test_every_partner_has_a_reference_of_its_codes() -> None:
    assert {partner for partner, example in EXAMPLES.items() if not example.tables} == OUR_OWN_WORDS


def test_every_status_has_a_code_of_some_partner() -> None:
    shown = {meaning.status for _, table in TABLES.values() for meaning in table.values()}
    assert shown == set(ParcelStatus)
