"""Files of orders: what is read of them, and what is refused."""

import json
from pathlib import Path

import pytest
from aftercare_cli import order_files
from aftercare_cli.commands import orders
from aftercare_cli.order_files import FileRow, FileUnreadable

HEAD = "order_no,buyer_id,currency,state,name,sku,quantity,unit_price_minor,carrier,waybill_no"


def read(path: Path, content: str | bytes) -> list[FileRow]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(order_files.rows(path))


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


def test_virtual_goods_are_in_no_parcel(tmp_path: Path) -> None:
    head = f"{HEAD},fulfilment,virtual_delivered_at"
    lines = "A-1,b,CNY,delivered,n,S-1,1,100,zto,W1,,2026-02-27T09:30:00Z\nA-1,,,,,S-2,1,100,,,virtual,\n"
    (row,) = read(tmp_path / "o.csv", f"{head}\n{lines}")
    assert [line.get("fulfilment") for line in row.order["lines"]] == [None, "virtual"]
    assert [parcel["lines"] for parcel in row.order["parcels"]] == [[{"line": 1, "quantity": 1}]]
    assert row.order["virtual_delivered_at"] == "2026-02-27T09:30:00Z"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("A-1,b,CNY,paid,n,S,two,100,,", "quantity is not a whole number"),
        ("A-1,b,CNY,paid,n,S,1,9.99,,", "unit_price_minor is not a whole number"),
        ("A-1,b,CNY,paid,n,S,1", "7 cells"),
        ("A-1,b,CNY,paid,n,S,1,1,,\nA-1,b,EUR,,,T,1,1,,", "currency differs"),
    ],
)
def test_a_broken_line_does_not_stop_the_others(tmp_path: Path, line: str, wrong: str) -> None:
    found = read(tmp_path / "o.csv", f"{HEAD}\n{line}\nB-1,b,CNY,paid,n,S,1,100,,\n")
    assert wrong in str(found[0].wrong)
    assert (found[-1].wrong, found[-1].order["order_no"]) == (None, "B-1")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("名称".encode("gb18030") + b"\n", "perhaps GBK"),
        (b"a\0b\n", "NUL"),
        (b"\xff\xff\n", "not UTF-8"),
        (b"order_no,colour\n", "unknown: colour"),
        (b"order_no,sku\n", "missing: quantity, unit_price_minor"),
        (b"x" * (order_files.LONGEST_LINE + 1), "longer than"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileUnreadable, match=reason):
        read(tmp_path / "o.csv", content)


def test_json_lines(tmp_path: Path) -> None:
    good, broken, other = read(tmp_path / "o.jsonl", '{"order_no": "A-1"}\n\n{"x"\n[1]\n')
    assert (good.order, good.number, broken.number) == ({"order_no": "A-1"}, 1, 3)
    assert (str(broken.wrong)[:8], other.wrong) == ("not JSON", "not a JSON object")


@pytest.mark.parametrize(
    ("order", "wrong"),
    [
        ('{"buyer_id": "a\\u0000b"}', "/buyer_id has a NUL character"),
        ('{"lines": [{"title": "\\ud800"}]}', "/lines/0/title has half a surrogate pair"),
        ('{"\\ud800": 1}', "/ has half a surrogate pair"),
        ('{"tax": NaN}', "/tax is not a finite number"),
        ('{"tax": 1e999}', "/tax is not a finite number"),
        ('{"x": ' + "[" * 900 + "]" * 900 + "}", None),
    ],
)
def test_what_no_database_stores_is_wrong_in_its_row_alone(tmp_path: Path, order: str, wrong: str | None) -> None:
    found, other = read(tmp_path / "o.jsonl", f'{order}\n{{"order_no": "B-1"}}\n')
    assert found.wrong is None if wrong is None else found.wrong == wrong
    assert (other.number, other.wrong, other.order) == (2, None, {"order_no": "B-1"})


def test_parts_are_bounded_by_rows_and_bytes() -> None:
    small = [FileRow(n, n + 1, {"order_no": str(n)}) for n in range(1, 1100)]
    assert [len(part) for part in orders._parts(iter(small))] == [500, 500, 99]
    large = [FileRow(n, n + 1, {"order_no": "x" * 300_000}) for n in range(1, 6)]
    parts = list(orders._parts(iter(large)))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert all(len(json.dumps([row.order for row in part])) < 1_000_000 for part in parts)


def test_a_row_that_is_unreadable_is_sent_with_its_reason(tmp_path: Path) -> None:
    wrong, fine = read(tmp_path / "o.jsonl", '{"a\\nb": "\\u0000"}\n{"order_no": "B-1"}\n')
    assert orders._row(wrong) == {"row": 1, "order": {}, "unreadable": "/a?b has a NUL character"}
    assert orders._row(fine) == {"row": 2, "order": {"order_no": "B-1"}}
