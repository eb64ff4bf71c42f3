"""Lists stay fast in large tables: an index leads to the rows of whoever asks, and to those of a thing that is named."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from aftercare_chassis.database.mapping import Listing
from aftersale_svc import tables
from sqlalchemy import Table

IDS = ("buyer_id", "merchant_id", "order_id", "case_id", "complaint_id", "dispute_id")
LISTINGS = {
    f"{module.name}.{name}": value
    for module in iter_modules(tables.__path__)
    for name, value in vars(import_module(f"{tables.__name__}.{module.name}")).items()
    if isinstance(value, Listing) and isinstance(value.table, Table)
}


def led(listing: Listing[object]) -> set[str]:
    """The columns by which an index, or a unique key, begins."""
    keys = [index.columns for index in listing.table.indexes]
    keys += [each.columns for each in listing.table.constraints if hasattr(each, "columns")]
    return {next(iter(columns)).name for columns in keys if len(columns)}


@pytest.mark.parametrize("name", LISTINGS)
def test_an_index_leads_to_the_rows_of_every_reader_and_thing(name: str) -> None:
    listing = LISTINGS[name]
    owned = {"buyer_id", "merchant_id"} & set(listing.table.columns.keys())
    assert owned | (set(IDS) & set(listing.filters)) <= led(listing)
