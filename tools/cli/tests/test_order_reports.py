"""What the commands about files of orders print."""

import json
from pathlib import Path

import pytest
from aftercare_cli import order_files, view
from aftercare_cli.commands import orders
from aftercare_cli.order_rows import FileRow


def test_the_lines_of_refused_orders_are_named() -> None:
    assert orders._named([5]) == "was the order in line 5"
    assert orders._named(list(range(1, 13))) == "were the orders in lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"


def test_an_export_is_counted_by_orders(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_bytes(b'\xef\xbb\xbfid,line_title\r\nord_1,"a\nb"\r\nord_1,c\r\nord_2,d\r\n')
    (tmp_path / "o.jsonl").write_bytes(b"{}\n{}\n{}\n")
    assert [order_files.count(tmp_path / name) for name in ("o.csv", "o.jsonl")] == [2, 3]


class Sender:
    """Imports all that it is sent."""

    def post(self, path: str, body: bytes) -> dict[str, int]:
        return {"imported": len(json.loads(body)["orders"]), "known": 0, "refused": 0}


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_one_line_on_a_terminal_and_lines_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool
) -> None:
    monkeypatch.setattr(view.console, "_force_terminal", terminal)
    begun = {"id": "imp_1", "next_row": 1, "imported": 0}
    assert orders._send(Sender(), begun, iter([FileRow(1, 2, {"order_no": "A-1"})])) == 1  # type: ignore[arg-type]
    shown = capsys.readouterr().out
    assert "line 1: 1 imported, 0 known, 0 refused" in shown
    assert shown.endswith("orders/s\n") is not terminal
