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
MOST_NAMED = 10
"""How many lines with refused orders are named; the report has all."""
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
        named = ", ".join(str(line) for line in refused[:MOST_NAMED])
        more = ", …" if len(refused) > MOST_NAMED else ""
        view.console.print(f"{len(refused)} orders were refused, in lines {named}{more}: {report}")
        raise typer.Exit(1)
    report.unlink()


def _send(
    client: ApiClient, begun: dict[str, Any], rows: Iterator[FileRow], first: int, written: TextIO
) -> tuple[list[int], int]:
    """Send the rows in parts, and write what is refused; the lines in which these orders begin, and the last line."""
    report = csv.writer(written)
    report.writerow(REPORT)
    refused, last, started = list[int](), 0, time.monotonic()
    parts = _parts(row for row in rows if row.number >= first)
    for part, answer in _answers(client, f"/v1/order-imports/{begun['id']}/rows", parts):
        last = part[-1].next_number - 1
        report.writerows(_reported(each) for each in answer["refusals"])
        refused += sorted({each["row"] for each in answer["refusals"]})
        rate = answer["imported"] / max(time.monotonic() - started, 0.001)
        view.console.print(f"line {last}: {_counts(answer)}, {rate:.0f} orders/s", end="\r")
    return refused, last


def _reported(refusal: dict[str, Any]) -> list[str]:
    """A refusal as a line of the report."""
    named = [refusal[name] for name in ("row", "order_no", "field", "code", "reason_en")]
    return [_cell(each) for each in (*named, " ".join(refusal["allowed"]))]


def _row(row: FileRow) -> dict[str, Any]:
    """The row as the service takes it, which counts and keeps also what is unreadable here."""
    sent = {"row": row.number, "order": row.order}
    if row.wrong is not None:
        sent["unreadable"] = "".join(each if each.isprintable() else "?" for each in row.wrong)[:200]
    return sent


def _answers(
    client: ApiClient, path: str, parts: Iterator[list[FileRow]]
) -> Iterator[tuple[list[FileRow], dict[str, Any]]]:
    """Each part with the response to it; the next part is read while the service imports one."""
    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(next, parts, None)
        while (part := reading.result()) is not None:
            reading = reader.submit(next, parts, None)
            yield part, client.post(path, {"orders": [_row(row) for row in part], "next_row": part[-1].next_number})


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
