"""orders import, export: files of a shop's orders."""

import csv
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TextIO

import httpx
import typer

from aftercare_cli import order_files, tokens, view
from aftercare_cli.api_client import ApiClient, UnexpectedResponse
from aftercare_cli.order_files import FileRow
from aftercare_cli.stack.interface import Addresses
from aftercare_cli.stack.layout import Layout

# Any: bodies of the API.

MOST_ROWS, MOST_BYTES = 500, 900_000
REPORT = ("row", "order_no", "field", "code", "reason", "allowed")
Merchant = Annotated[str, typer.Option(help="whose orders they are, e.g. m-1")]


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    orders = typer.Typer(no_args_is_help=True, help="Files of a shop's orders.")
    orders.command("import")(import_)
    orders.command("export")(export)
    app.add_typer(orders, name="orders")


def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="orders as .csv, .jsonl or .ndjson")],
    merchant: Merchant,
    resume: Annotated[bool, typer.Option(help="go on where the import of this file was interrupted")] = True,
    report: Annotated[Path | None, typer.Option(help="where refused rows are written, as CSV")] = None,
) -> None:
    """Import the orders of a file; exit 1 if any was refused. An order that is there under its number is left as it is."""
    report = report or file.with_name(f"{file.name}.refused.csv")
    with _client(merchant) as client:
        begun = client.post("/v1/order-imports", {"file_hash": order_files.file_hash(file)})
        first = begun["next_row"] if resume else 1
        if begun["state"] == "completed":
            view.console.print(f"{file.name} was imported before: {_counts(begun)}")
            return
        with report.open("w", newline="", encoding="utf-8-sig") as written:
            refused, last = _send(client, begun, order_files.rows(file), first, written)
        done = client.post(f"/v1/order-imports/{begun['id']}/complete")
    view.console.print(f"{file.name}, {last} lines: {_counts(done)}")
    if refused:
        view.console.print(f"{refused} lines were refused: {report}")
        raise typer.Exit(1)
    report.unlink()


def _send(
    client: ApiClient, begun: dict[str, Any], rows: Iterator[FileRow], first: int, written: TextIO
) -> tuple[int, int]:
    """Send the rows in parts, and write what is refused; how many rows that were, and the last line."""
    lines = csv.writer(written)
    lines.writerow(REPORT)
    refused, last, started = 0, 0, time.monotonic()
    parts = _parts(row for row in rows if row.number >= first)
    for part, answer in _answers(client, f"/v1/order-imports/{begun['id']}/rows", parts):
        wrong = [row for row in part if row.wrong is not None]
        last = part[-1].next_number - 1
        found = [
            *([row.number, row.order.get("order_no"), "", "unreadable", row.wrong, ""] for row in wrong),
            *(
                [
                    each["row"],
                    each["order_no"],
                    each["field"],
                    each["code"],
                    each["reason_en"],
                    " ".join(each["allowed"]),
                ]
                for each in answer["refusals"]
            ),
        ]
        lines.writerows([[_cell(each) for each in line] for line in sorted(found, key=lambda line: line[0])])
        refused += len({line[0] for line in found})
        rate = answer["imported"] / max(time.monotonic() - started, 0.001)
        view.console.print(f"line {last}: {_counts(answer)}, {rate:.0f} orders/s", end="\r")
    return refused, last


def _answers(
    client: ApiClient, path: str, parts: Iterator[list[FileRow]]
) -> Iterator[tuple[list[FileRow], dict[str, Any]]]:
    """Each part with the response to it; the next part is read while the service imports one."""
    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(next, parts, None)
        while (part := reading.result()) is not None:
            reading = reader.submit(next, parts, None)
            body = {
                "orders": [{"row": row.number, "order": row.order} for row in part if row.wrong is None],
                "next_row": part[-1].next_number,
            }
            yield part, client.post(path, body)


def _parts(rows: Iterator[FileRow]) -> Iterator[list[FileRow]]:
    """The rows in parts that one request takes."""
    part: list[FileRow] = []
    size = 0
    for row in rows:
        length = len(json.dumps(row.order, ensure_ascii=False).encode())
        if part and (len(part) == MOST_ROWS or size + length > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(row)
        size += length
    if part:
        yield part


def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="where they are written: .csv or .ndjson")],
    merchant: Merchant,
    state: Annotated[list[str] | None, typer.Option(help="only orders in this state; may be repeated")] = None,
) -> None:
    """Export the orders of a merchant, oldest first."""
    params = {"format": "csv" if file.suffix.lower() == ".csv" else "ndjson", "state": state or []}
    with _client(merchant) as client:
        headers = {"Authorization": f"Bearer {client.token}"}
        url = client.url("/v1/orders/export")
        with client.http.stream("GET", url, params=params, headers=headers) as response, file.open("wb") as written:
            if not response.is_success:
                raise UnexpectedResponse(f"order-svc refused the export: {response.read().decode()[:300]}")
            for part in response.iter_bytes():
                written.write(part)
    view.console.print(f"{file}: {file.stat().st_size} bytes")


@contextmanager
def _client(merchant: str) -> Iterator[ApiClient]:
    """A client of the running stack for a seller of the merchant."""
    layout = Layout.here()
    services = Addresses.read(layout.stack_file).services
    token = tokens.token(layout.home, role="seller", sub="import", merchant=merchant)
    with httpx.Client(timeout=60) as http:
        yield ApiClient("the seller", services, token, http)


def _counts(counted: dict[str, Any]) -> str:
    return f"{counted['imported']} imported, {counted['known']} known, {counted['refused']} refused"


def _cell(value: object) -> str:
    """A value of the report; a text that a spreadsheet program would take for a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
