"""Statements of rows, queries and lists: what they select for which role, and how records become dataclasses."""

from dataclasses import dataclass
from enum import StrEnum

import pytest
from aftercare_chassis.database.compiled import Compiled, viewer
from aftercare_chassis.database.joint import Joint
from aftercare_chassis.database.mapping import Listing, Query, Rows
from aftercare_chassis.database.revisions import NewerRow
from aftercare_chassis.lifecycle import SYSTEM, Actor
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, select


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    id: str
    version: int = 1
    owner: str = "me"
    colour: Colour
    lid: Colour | None = None


BOXES = Table(
    "boxes",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("version", Integer),
    Column("owner", Text),
    Column("colour", Text),
    Column("lid", Text),
    Column("secret", Text),
)
SEEN_BY = {"owner": BOXES.c.owner, "keeper": None}
RECORD = {"id": "b", "version": 1, "owner": "me", "colour": "red", "lid": None}


def test_only_the_columns_of_the_dataclass_are_selected() -> None:
    assert "secret" not in Rows(BOXES, Box).by_key("keeper", lock=False).sql


@pytest.mark.parametrize(
    ("role", "limited"),
    [("owner", "boxes.owner = $"), ("keeper", None), (SYSTEM.role, None), ("nobody", "false")],
)
def test_the_rows_of_a_role_are_limited_in_the_statement(role: str, limited: str | None) -> None:
    rows, query = Rows(BOXES, Box, SEEN_BY), Query(select(BOXES), seen_by=SEEN_BY)
    listing = Listing(BOXES, Box, filters=(), seen_by=SEEN_BY)
    statements = [
        rows.by_key(role, lock=False),
        rows.by_key(role, lock=True),
        query.for_role(role),
        listing.statement(role, {}, after=False),
    ]
    for compiled in statements:
        if limited is None:
            assert "owner = " not in compiled.sql
            assert "false" not in compiled.sql
        else:
            assert limited in compiled.sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    boxes: list[Box]
    red: list[Box]


IDS = select(*(BOXES.c[name] for name in RECORD)).order_by(BOXES.c.id)


def test_a_joint_query_has_the_rows_of_each_of_its_queries() -> None:
    red = Query(IDS.where(BOXES.c.colour == bindparam("colour")), Box)
    joint = Joint(Shelf, boxes=Query(IDS, Box, SEEN_BY), red=red)

    compiled = joint.for_role("owner")

    assert compiled.sql.count("boxes.owner = ") == 1, "only one of the queries is limited"
    assert sorted(compiled.names) == ["colour", "viewer"]
    row = tuple(RECORD.values())
    assert joint.build({"boxes": [row], "red": []}) == Shelf(boxes=[Box(id="b", colour=Colour.RED)], red=[])


def test_a_computed_filter_is_the_predicate_of_its_value() -> None:
    computed = {"open": {"yes": BOXES.c.lid.is_(None), "no": BOXES.c.lid.is_not(None)}}
    listing = Listing(BOXES, Box, filters=("colour",), seen_by=SEEN_BY, computed=computed)
    assert listing.filters == ("colour", "open")
    texts = [listing.statement("keeper", {"colour": "red", "open": each}, after=False).sql for each in ("yes", "no")]
    assert ["lid IS NULL" in text for text in texts] == [True, False]
    assert all("colour = $1" in text for text in texts)


def test_who_acts_for_a_tenant_sees_the_rows_of_the_tenant() -> None:
    assert viewer(Actor("me", "owner")) == "me"
    assert viewer(Actor("me", "owner", "the-house")) == "the-house"


def test_a_row_is_locked_only_where_it_is_asked_for() -> None:
    rows = Rows(BOXES, Box)
    assert "FOR NO KEY UPDATE" in rows.by_key("keeper", lock=True).sql
    assert "UPDATE" not in rows.by_key("keeper", lock=False).sql


def test_parameters_come_in_the_order_of_the_statement() -> None:
    compiled = Compiled(
        select(BOXES.c.id).where(BOXES.c.owner == bindparam("who"), BOXES.c.colour == "red").limit(bindparam("rows"))
    )
    assert compiled.args({"rows": 3, "who": "me"}) == ["me", "red", 3]
    assert compiled.names[0] == "who"
    with pytest.raises(KeyError, match="who"):
        compiled.args({"rows": 3})


def test_a_save_compares_the_version_that_was_read() -> None:
    rows = Rows(BOXES, Box)
    args = dict(zip(rows.save.names, rows.save_args(Box(id="b", version=7, colour=Colour.RED), 6), strict=True))
    assert (args["version"], args["seen"], args["key_id"]) == (7, 6, "b")


def test_texts_become_the_enums_of_the_dataclass() -> None:
    build = Rows(BOXES, Box).build
    assert build(RECORD) == Box(id="b", colour=Colour.RED)
    assert build({**RECORD, "lid": "red"}).lid is Colour.RED


def test_a_code_of_a_newer_build_is_named() -> None:
    with pytest.raises(NewerRow, match=r"Box\.colour is 'blue'"):
        Rows(BOXES, Box).build({**RECORD, "colour": "blue"})


def test_a_filter_that_takes_several_values_is_any_of_them() -> None:
    listing = Listing(BOXES, Box, filters=("colour",), seen_by=SEEN_BY)
    several = listing.statement("keeper", {"colour": ["red", "blue"]}, after=False)
    assert "colour = ANY ($1::TEXT[])" in several.sql
    assert "colour = $1" in listing.statement("keeper", {"colour": "red"}, after=False).sql


def test_several_values_of_a_divided_filter_are_read_one_after_the_other() -> None:
    listing = Listing(BOXES, Box, filters=("colour",), seen_by=SEEN_BY, divided=("colour",), collated=("colour",))
    several = listing.statement("owner", {"colour": ["red", "blue"]}, after=True)
    inner, outer = several.sql.split("LATERAL")[1].split(") AS each")
    assert "boxes.colour = wanted.value" in inner, "a range of the index for each value"
    assert "boxes.owner = " in inner, "of what this role may see"
    assert '(boxes.id COLLATE "C") < ' in inner, "behind the cursor"
    assert ("LIMIT" in inner, "LIMIT" in outer, "boxes" in outer) == (True, True, False)
    assert "LATERAL" not in listing.statement("owner", {"colour": "red"}, after=False).sql


def test_a_condition_is_a_predicate_with_a_parameter_of_its_name() -> None:
    conditions = {"below": BOXES.c.version < bindparam("below")}
    listing = Listing(BOXES, Box, filters=(), seen_by=SEEN_BY, conditions=conditions)
    compiled = listing.statement("keeper", {"below": 3}, after=False)
    assert "boxes.version < $1" in compiled.sql
    assert compiled.args({"below": 3, "rows": 2})[0] == 3
