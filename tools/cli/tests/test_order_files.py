"""Files of orders: what is read of them, and what is refused."""

import csv
import json
import tracemalloc
from pathlib import Path

import pytest
from aftercare_cli import order_files, order_lines
from aftercare_cli.commands import orders
from aftercare_cli.order_csv import MOST_LINES
from aftercare_cli.order_files import Stamp
from aftercare_cli.order_lines import FileUnreadable
from aftercare_cli.order_rows import FileRow

HEAD = "order_no,buyer_id,currency,state,name,sku,quantity,unit_price_minor,carrier,waybill_no"


def line(order_no: str = "A-1", sku: str = "S-1") -> str:
    return f"{order_no},b,CNY,paid,n,{sku},1,100,,"


def read(path: Path, content: str | bytes) -> list[FileRow]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(order_files.rows(path))


def read_lines(path: Path, *lines: str | bytes) -> list[FileRow]:
    """The orders of a CSV file with these lines below its heading, which is line 1."""
    return read(
        path / "o.csv", b"\n".join(each if isinstance(each, bytes) else each.encode() for each in (HEAD, *lines))
    )


def outcome(rows: list[FileRow]) -> list[tuple[int, str | None, bool]]:
    """The line in which each order begins, its number, and whether it can be imported."""
    return [(row.number, row.order.get("order_no"), row.wrong is None) for row in rows]


def test_lines_of_one_number_are_one_order(tmp_path: Path) -> None:
    text = (
        f'\ufeff{HEAD}\r\nA-1,buyer-1,CNY,shipped,"王, 芳",S-1,2,100,zto,W1\r\nA-1,,,,,S-2,1,250,zto,W2\r\n\r\n'
        'A-2,buyer-2,CNY,paid,"李\n雷",S-1,1,100,,\r\n'
    )
    first, second = read(tmp_path / "o.csv", text)
    assert (first.number, first.wrong, second.number) == (2, None, 5)
    assert [(each["sku"], each["unit_price"]["amount"]) for each in first.order["lines"]] == [
        ("S-1", 100),
        ("S-2", 250),
    ]
    assert [each["lines"] for each in first.order["parcels"]] == [
        [{"line": 1, "quantity": 2}],
        [{"line": 2, "quantity": 1}],
    ]
    assert first.order["shipping_address"]["name"] == "王, 芳"
    assert "parcels" not in second.order


def test_a_line_without_a_number_belongs_to_the_order_before_it(tmp_path: Path) -> None:
    first, second = read_lines(tmp_path, line("A-1"), ",,,,,S-2,1,250,,", line("A-2"))
    assert ([each["sku"] for each in first.order["lines"]], second.order["order_no"]) == (["S-1", "S-2"], "A-2")


def test_virtual_goods_are_in_no_parcel(tmp_path: Path) -> None:
    head = f"{HEAD},fulfilment,virtual_delivered_at"
    lines = "A-1,b,CNY,delivered,n,S-1,1,100,zto,W1,,2026-02-27T09:30:00Z\nA-1,,,,,S-2,1,100,,,virtual,\n"
    (row,) = read(tmp_path / "o.csv", f"{head}\n{lines}")
    assert [line.get("fulfilment") for line in row.order["lines"]] == [None, "virtual"]
    assert [parcel["lines"] for parcel in row.order["parcels"]] == [[{"line": 1, "quantity": 1}]]
    assert row.order["virtual_delivered_at"] == "2026-02-27T09:30:00Z"


def test_what_was_refunded_is_of_its_line_and_of_the_freight(tmp_path: Path) -> None:
    head = f"{HEAD},refunded_quantity,refunded_minor,refunded_at,shipping_refunded_minor"
    lines = "A-1,b,CNY,completed,n,S-1,2,100,zto,W1,1,90,2026-02-27T09:30:00Z,5\nA-1,,,,,S-2,1,100,zto,W1,,30,,\n"
    wrong = "A-2,b,CNY,completed,n,S-1,2,100,zto,W1,one,90,,\n"
    row, other = read(tmp_path / "o.csv", f"{head}\n{lines}{wrong}")
    stated = [(line["refunded"]["quantity"], line["refunded"]["amount"]["amount"]) for line in row.order["lines"]]
    assert stated == [(1, 90), (0, 30)]
    assert row.order["shipping_refunded"] == {"amount": 5, "currency": "CNY"}
    assert row.order["refunded_at"] == "2026-02-27T09:30:00Z"
    assert other.wrong == "refunded_quantity is not a whole number"


@pytest.mark.parametrize(
    ("wrong_line", "wrong"),
    [
        ("A-1,b,CNY,paid,n,S,two,100,,", "quantity is not a whole number"),
        ("A-1,b,CNY,paid,n,S,1,9.99,,", "unit_price_minor is not a whole number"),
        (f"A-1,b,CNY,paid,n,S,1,{'9' * 5000},,", "unit_price_minor is not a whole number"),
        ("A-1,b,CNY,paid,n,S,1,NaN,,", "unit_price_minor is not a whole number"),
        ("A-1,b,CNY,paid,n,S,1", "7 cells"),
        (f"A-1{',' * 9_999}", "10000 cells, and 10 columns"),
        ("A-1,b,CNY,paid,n,S,1,1,,\nA-1,b,EUR,,,T,1,1,,", "currency differs"),
        ("\n".join([line("A-1")] * (MOST_LINES + 1)), "more than 100 lines"),
        ("A-1,b\rc,CNY,paid,n,S,1,100,,", "a carriage return alone ends no line"),
    ],
)
def test_a_broken_line_does_not_stop_the_others(tmp_path: Path, wrong_line: str, wrong: str) -> None:
    found = read_lines(tmp_path, wrong_line, line("B-1"), line("B-1"), line("C-1"))
    assert wrong in str(found[0].wrong)
    assert (found[-1].wrong, found[-1].order["order_no"]) == (None, "C-1")


def test_a_line_that_cannot_be_read_refuses_the_whole_order(tmp_path: Path) -> None:
    found = read_lines(tmp_path, line("A-1"), "A-1,too,few", line("A-1", "S-3"), line("B-1"))
    assert outcome(found) == [(2, "A-1", False), (5, "B-1", True)]
    assert found[0].wrong == "line 3: 3 cells, and 10 columns"


def test_the_apostrophe_of_an_export_is_no_part_of_the_number(tmp_path: Path) -> None:
    found = read_lines(tmp_path, line("'-17"), "'-17,too,few", line("'-17", "S-3"), line("B-1"))
    assert outcome(found) == [(2, "-17", False), (5, "B-1", True)]


@pytest.mark.parametrize(
    ("broken", "wrong"),
    [
        ('A-1,"b"x,CNY,paid,n,S,1,100,,', "its quotes do not match"),
        ("A-1,张,CNY,paid,n,S,1,100,,".encode("gb18030") + b"\xff", "not UTF-8"),
        ("张,b,CNY,paid,n,S,1,100,,".encode("gb18030"), "perhaps GBK"),
        (b"x" * (order_lines.LONGEST_LINE + 1), "longer than"),
        (b"\0,b,CNY,paid,n,S,1,100,,", "NUL"),
    ],
)
def test_where_the_number_is_not_known_both_orders_beside_it_are_refused(
    tmp_path: Path, broken: str | bytes, wrong: str
) -> None:
    """Either may have the line, and no order is imported without one of its lines."""
    lines = [line("Z-1"), line("A-1"), broken, line("B-1"), line("B-1", "S-2"), line("C-1")]
    found = read_lines(tmp_path, *lines)
    known = isinstance(broken, bytes) and broken.startswith(b"A-1")
    assert outcome(found) == [(2, "Z-1", True), (3, "A-1", False), (5, "B-1", known), (7, "C-1", True)]
    assert wrong in str(found[1].wrong)
    assert "line 4" in str(found[1].wrong)


def test_a_quote_that_does_not_end_names_the_lines_that_it_takes(tmp_path: Path) -> None:
    found = read_lines(tmp_path, line("A-1"), 'B-1,"b,CNY,paid,n,S,1,100,,', line("C-1"), line("D-1"))
    assert outcome(found) == [(2, "A-1", False)]
    assert found[0].wrong == "lines 3 to 5: its quotes do not match: one of them does not end"


def test_a_quote_that_does_not_end_takes_no_more_than_a_cell_may_have(tmp_path: Path) -> None:
    lines = [line(f"A-{number}") for number in range(10_000)]
    found = read_lines(tmp_path, line("Z-1"), 'B-1,"b', *lines)
    assert "its quotes do not match, or a cell has more than" in str(found[0].wrong)
    assert sum(row.wrong is None for row in found) > 4_000
    covered = [number for row in found for number in range(row.number, row.next_number)]
    assert covered == list(range(2, 10_004)), "each line is that of an order, or refused"


def test_what_is_read_at_once_is_bounded(tmp_path: Path) -> None:
    cells = f'"{"x" * 1000}\n",' * 3_000
    (tmp_path / "o.csv").write_bytes(f"{HEAD}\n{line('A-1')}\n{cells}\n".encode() + b"y" * 50_000_000)
    tracemalloc.start()
    found = [(row.number, row.wrong is None) for row in order_files.rows(tmp_path / "o.csv")]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[0] == (2, False)
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("名称".encode("gb18030") + b"\n", "perhaps GBK"),
        (b"a\0b\n", "NUL"),
        (b"\xff\xff\n", "not UTF-8"),
        (b"\x1f\x8b\x08\x00rest", "compressed by gzip"),
        (b"PK\x03\x04rest", "a ZIP archive, or a workbook"),
        (f"{HEAD}\n".encode("utf-16"), "UTF-16"),
        (f"{HEAD}\n".encode("utf-16-le"), "NUL"),
        (b'order_no,"sku"x\n', "quotes do not match"),
        (b"order_no,colour\n", "unknown: colour"),
        (b",".join(b"c%d" % number for number in range(10_000)), "unknown: c0, c1, c2, c3, c4, …"),
        (b"order_no,order_no,sku,quantity,unit_price_minor\n", "repeated"),
        (b"order_no,sku\n", "missing: quantity, unit_price_minor"),
        (b"", "missing: order_no"),
        (b"x" * (order_lines.LONGEST_LINE + 1), "longer than"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileUnreadable, match=reason):
        read(tmp_path / "o.csv", content)


def test_json_lines(tmp_path: Path) -> None:
    good, broken, other = read(tmp_path / "o.jsonl", '\ufeff{"order_no": "A-1"}\r\n\n{"x"\n[1]\r\n')
    assert (good.order, good.number, broken.number) == ({"order_no": "A-1"}, 1, 3)
    assert (str(broken.wrong)[:8], other.wrong) == ("not JSON", "not a JSON object")


@pytest.mark.parametrize(
    ("order", "wrong"),
    [
        (b'{"buyer_id": "a\\u0000b"}', "/buyer_id has a NUL character"),
        (b'{"lines": [{"title": "\\ud800"}]}', "/lines/0/title has half a surrogate pair"),
        (b'{"\\ud800": 1}', "/ has half a surrogate pair"),
        (b'{"tax": NaN}', "/tax is not a finite number"),
        (b'{"tax": -Infinity}', "/tax is not a finite number"),
        (b'{"tax": 1e999}', "/tax is not a finite number"),
        (b'{"tax": ' + b"9" * 5_000 + b"}", "not an order: a number has too many digits"),
        (b'{"tax": ' + b"9" * 4_000 + b"}", None),
        (b'{"order_no": "A-1", "order_no": "A-2"}', "the name order_no is there twice in one object"),
        (b'{"lines": [{"sku": "a", "sku": "a"}]}', "the name sku is there twice in one object"),
        (b'{"x": ' + b"[" * 900 + b"]" * 900 + b"}", f"/x{'/0' * 20} is nested deeper than 20 levels"),
        (b"[" * 100_000, "not an order: it is nested deeper than 20 levels"),
        (b'{"title": "\xb5\xe7\xff"}', "it is not UTF-8"),
        (b'{"title": "\xb5\xe7"}', "it is not UTF-8 but perhaps GBK: convert it, as with `iconv -f GB18030 -t UTF-8`"),
        (b'{"title": "\0"}', "it has NUL bytes; save the file as UTF-8"),
        (b'{"title": "' + b"x" * 50_000_000 + b'"}', "it is longer than 1000000 bytes"),
    ],
)
def test_what_is_wrong_is_wrong_in_its_row_alone(tmp_path: Path, order: bytes, wrong: str | None) -> None:
    found, other = read(tmp_path / "o.jsonl", order + b'\n{"order_no": "B-1"}\n')
    assert found.wrong == wrong
    assert (other.number, other.wrong, other.order) == (2, None, {"order_no": "B-1"})


def test_a_text_that_exports_marked_as_no_formula_is_what_it_was(tmp_path: Path) -> None:
    texts = {"'=1+1": "=1+1", "'-x": "-x", "''@x": "'@x", "it's": "it's", "'quoted'": "'quoted'"}
    found = read_lines(tmp_path, *(f"A-{n},b,CNY,paid,{text},S-1,1,100,," for n, text in enumerate(texts)))
    assert [row.order["shipping_address"]["name"] for row in found] == list(texts.values())


def test_refused_orders_are_copied_as_they_are(tmp_path: Path) -> None:
    source, target = tmp_path / "o.csv", tmp_path / "refused.csv"
    content = f'{HEAD}\r\n{line("A-1")}\r\nB-1,b,CNY,paid,"李\n雷",S,1,1,,\r\nB-1,,,,,T,1,1,,\r\n{line("C-1")}'
    source.write_bytes(content.encode())
    order_files.copy_orders(source, {3, 6}, target)
    assert target.read_bytes().decode() == content.replace(f"{line('A-1')}\r\n", "")
    source = source.rename(tmp_path / "o.jsonl")
    source.write_bytes(b'{"order_no": "A-1"}\n\n{"x"\n' + b"y" * 3_000_000 + b"\n[1]")
    order_files.copy_orders(source, {3, 4}, target)
    assert target.read_bytes() == b'{"x"\n' + b"y" * 3_000_000 + b"\n"


def test_a_file_that_is_written_to_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text("a")
    stamp = Stamp.of(file)
    assert stamp.holds(file)
    file.write_text("ab")
    assert not stamp.holds(file)


def parts_of(rows: list[FileRow]) -> list[tuple[int, int, int]]:
    """How many orders the parts have, and the lines in which they begin and the next ones do."""
    bodies = [json.loads(part.body) for part in orders._parts(iter(rows), 1)]
    return [(len(body["orders"]), body["first_row"], body["next_row"]) for body in bodies]


def test_parts_are_bounded_by_rows_and_bytes() -> None:
    small = [FileRow(n, n + 1, {"order_no": str(n)}) for n in range(1, 1100)]
    assert parts_of(small) == [(500, 1, 501), (500, 501, 1001), (99, 1001, 1100)]
    large = [FileRow(n, n + 1, {"order_no": "王" * 100_000}) for n in range(1, 6)]
    assert parts_of(large) == [(2, 1, 3), (2, 3, 5), (1, 5, 6)]
    parts = list(orders._parts(iter(large), 1))
    assert all(len(part.body) < 1_000_000 for part in parts)
    assert [row["row"] for part in parts for row in json.loads(part.body)["orders"]] == [1, 2, 3, 4, 5]


def sent(row: FileRow) -> object:
    return json.loads(orders._written(row))


def test_a_row_that_is_unreadable_is_sent_with_its_reason(tmp_path: Path) -> None:
    wrong, fine = read(tmp_path / "o.jsonl", '{"a\\nb": "\\u0000"}\n{"order_no": "B-1"}\n')
    assert sent(wrong) == {"row": 1, "order": {}, "unreadable": "/a?b has a NUL character"}
    assert sent(fine) == {"row": 2, "order": {"order_no": "B-1"}}
    long = FileRow(3, 4, {"order_no": "x" * 950_000})
    assert sent(long) == {"row": 3, "order": {}, "unreadable": "the order is longer than 900000 bytes"}


def test_a_report_has_no_formulas() -> None:
    texts = {"order_no": "=1", "field": "/x", "code": "c", "reason_zh": "+错", "reason_en": "-r"}
    assert orders._reported({"row": 2, **texts, "allowed": ["@a"]}) == ["2", "'=1", "/x", "c", "'+错", "'-r", "'@a"]
    assert csv.field_size_limit() == 131_072
