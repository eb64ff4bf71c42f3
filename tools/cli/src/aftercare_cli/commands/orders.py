"""orders import, export: files of a shop's orders."""

import csv
import json
import os
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from aftercare_cli import order_files, tokens, view
from aftercare_cli.api_client import ApiClient, UnexpectedResponse
from aftercare_cli.order_csv import FORMULA
from aftercare_cli.order_files import Stamp
from aftercare_cli.order_lines import FileUnreadable
from aftercare_cli.order_rows import FileRow
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import Layout

# Any: bodies of the API.

MOST_ROWS, MOST_BYTES, IN_FLIGHT = 500, 900_000, 2
MOST_NAMED, PAGE = 10, 100
"""How many lines with refused orders are named; the report has all."""
REPORT = ("row", "order_no", "field", "code", "reason_zh", "reason_en", "allowed")
TOKEN = "AFTERCARE_TOKEN"  # noqa: S105 - the name of a variable
Merchant = Annotated[str | None, typer.Option(help="whose orders they are in the local stack, e.g. m-1")]
Url = Annotated[
    str | None, typer.Option(help=f"the address of another order-svc; {TOKEN} is the seller's token for it")
]


def add(app: typer.Typer) -> None:
    """Add these commands to the app."""
    orders = typer.Typer(no_args_is_help=True, help="Files of a shop's orders.")
    orders.command("import")(import_)
    orders.command("export")(export)
    app.add_typer(orders, name="orders")


def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="orders as .csv, .jsonl or .ndjson")],
    merchant: Merchant = None,
    url: Url = None,
    report: Annotated[Path | None, typer.Option(help="where the reasons of refusals are written, as CSV")] = None,
    refused: Annotated[
        Path | None, typer.Option(help="where refused orders are written as they are in the file")
    ] = None,
) -> None:
    """Import the orders of a file, from where it was interrupted; exit 1 if any was refused. An order that is there under its number is
    left as it is. The refused ones are in a file of their own, which can be corrected and imported."""
    report = report or file.with_name(f"{file.stem}.reasons.csv")
    refused = refused or file.with_name(f"{file.stem}.refused{file.suffix}")
    _check_places(file, report, refused)
    with _client(merchant, url) as client:
        done = _imported(client, file)
        numbers = _write_report(client, done["id"], report) if done["refused"] else []
    if numbers:
        order_files.copy_orders(file, set(numbers), refused)
        view.console.print(f"refused {_named(numbers)}: {refused}, and why: {report}")
        raise typer.Exit(1)


def _named(numbers: list[int]) -> str:
    """The lines in which refused orders begin; of many, the first."""
    if len(numbers) == 1:
        return f"was the order in line {numbers[0]}"
    more = ", …" if len(numbers) > MOST_NAMED else ""
    return f"were the orders in lines {', '.join(str(line) for line in numbers[:MOST_NAMED])}{more}"


def _imported(client: ApiClient, file: Path) -> dict[str, Any]:
    """The completed import of the file."""
    stamp = Stamp.of(file)
    begun = client.post("/v1/order-imports", {"file_hash": stamp.file_hash})
    if begun["state"] == "completed":
        view.console.print(f"{file.name} was imported before: {_counts(begun)}")
        return begun
    last = _send(client, begun, order_files.rows(file))
    if not stamp.holds(file):
        raise FileUnreadable(f"{file.name} was changed while it was read: import it again")
    done = client.post(f"/v1/order-imports/{begun['id']}/complete")
    view.console.print(f"{file.name}, {last} lines: {_counts(done)}")
    return done


def _send(client: ApiClient, begun: dict[str, Any], rows: Iterator[FileRow]) -> int:
    """Send the rows that have not been sent, in parts; the last line."""
    last: int = begun["next_row"] - 1
    before, started = begun["imported"], time.monotonic()
    parts = _parts((row for row in rows if row.number >= begun["next_row"]), begun["next_row"])
    for part, answer in _answers(client, f"/v1/order-imports/{begun['id']}/rows", parts):
        last = part.next_row - 1
        rate = (answer["imported"] - before) / max(time.monotonic() - started, 0.001)
        end = "\r" if view.console.is_terminal else "\n"
        view.console.print(f"line {last}: {_counts(answer)}, {rate:.0f} orders/s", end=end)
    return last


@dataclass(frozen=True, slots=True)
class _Part:
    """What one request imports, and the line with which the next part begins."""

    next_row: int
    body: bytes


def _parts(rows: Iterator[FileRow], first_row: int) -> Iterator[_Part]:
    """The rows in parts that one request takes; each begins where the one before it ends."""
    written: list[bytes] = []
    size, next_row = 0, first_row
    for row in rows:
        one = _written(row)
        if written and (len(written) == MOST_ROWS or size + len(one) > MOST_BYTES):
            yield _part(written, first_row, next_row)
            written, size, first_row = [], 0, next_row
        written.append(one)
        size, next_row = size + len(one) + 1, row.next_number
    if written:
        yield _part(written, first_row, next_row)


def _part(written: list[bytes], first_row: int, next_row: int) -> _Part:
    orders = b",".join(written)
    return _Part(next_row, b'{"orders":[%b],"first_row":%d,"next_row":%d}' % (orders, first_row, next_row))


def _written(row: FileRow) -> bytes:
    """The row as the service takes it, which counts and keeps also what is unreadable here."""
    sent: dict[str, Any] = {"row": row.number, "order": row.order}
    if row.wrong is not None:
        sent["unreadable"] = "".join(each if each.isprintable() else "?" for each in row.wrong)[:200]
    body = json.dumps(sent, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) <= MOST_BYTES:
        return body
    return _written(FileRow(row.number, row.next_number, {}, f"the order is longer than {MOST_BYTES} bytes"))


def _answers(client: ApiClient, path: str, parts: Iterator[_Part]) -> Iterator[tuple[_Part, dict[str, Any]]]:
    """Each part with the response to it. The service has the next part when it has imported one; it refuses a part that overtakes another,
    which is sent again then."""
    with ThreadPoolExecutor(IN_FLIGHT) as senders:
        sent: deque[tuple[_Part, Future[dict[str, Any]]]] = deque()
        for part in parts:
            sent.append((part, senders.submit(client.post, path, part.body)))
            if len(sent) == IN_FLIGHT:
                first, response = sent.popleft()
                yield first, response.result()
        for part, response in sent:
            yield part, response.result()


def _check_places(file: Path, report: Path, refused: Path) -> None:
    """What is written is another file than what is read. Raises: BadParameter."""
    for option, target in (("--report", report), ("--refused", refused)):
        if target.exists() and target.samefile(file):
            raise typer.BadParameter("must be another file than the one that is imported", param_hint=option)
    if report.resolve() == refused.resolve():
        raise typer.BadParameter("must be another file than that of --report", param_hint="--refused")


def _write_report(client: ApiClient, import_id: str, report: Path) -> list[int]:
    """Write why orders were refused, in this run or an earlier one; the lines in which they begin."""
    numbers: dict[int, None] = {}
    with report.open("w", newline="", encoding="utf-8-sig") as written:
        lines = csv.writer(written)
        lines.writerow(REPORT)
        for refusal in _refusals(client, import_id):
            lines.writerow(_reported(refusal))
            numbers[refusal["row"]] = None
    return list(numbers)


def _refusals(client: ApiClient, import_id: str) -> Iterator[dict[str, Any]]:
    after: int | None = 0
    while after is not None:
        page = client.get(f"/v1/order-imports/{import_id}/refusals", after_row=after, limit=PAGE)
        yield from page["data"]
        after = page.get("next_row")


def _reported(refusal: dict[str, Any]) -> list[str]:
    """A refusal as a line of the report."""
    named = [refusal[name] for name in REPORT[:-1]]
    return [_cell(each) for each in (*named, " ".join(refusal["allowed"]))]


def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="where they are written: .csv, .jsonl or .ndjson")],
    merchant: Merchant = None,
    url: Url = None,
    state: Annotated[list[str] | None, typer.Option(help="only orders in this state; may be repeated")] = None,
    for_import: Annotated[
        bool, typer.Option("--for-import", help="as `orders import` takes them, with addresses: .jsonl or .ndjson")
    ] = False,
) -> None:
    """Export the orders of a merchant, oldest first."""
    is_csv = file.suffix.lower() == ".csv"
    if for_import and is_csv:
        raise typer.BadParameter("needs a file of JSON lines, .jsonl or .ndjson", param_hint="--for-import")
    params = {"format": "import" if for_import else "csv" if is_csv else "ndjson", "state": state or []}
    with _client(merchant, url) as client:
        headers = {"Authorization": f"Bearer {client.token}"}
        url = client.url("/v1/orders/export")
        with client.http.stream("GET", url, params=params, headers=headers) as response, file.open("wb") as written:
            if not response.is_success:
                raise UnexpectedResponse(f"order-svc refused the export: {response.read().decode()[:300]}")
            for part in response.iter_bytes():
                written.write(part)
        view.console.print(f"{file}: {_orders(order_files.count(file))}, {file.stat().st_size} bytes")
        if for_import:
            _report_left_out(client, file, params)


def _report_left_out(client: ApiClient, file: Path, params: dict[str, Any]) -> None:
    """Write which orders are not in the file since no import takes them, beside it, and print how many there are for each reason."""
    headers, asked = {"Authorization": f"Bearer {client.token}"}, params | {"format": "left_out"}
    answer = client.http.get(client.url("/v1/orders/export"), params=asked, headers=headers)
    if not answer.is_success:
        raise UnexpectedResponse(f"order-svc does not say which orders are left out: {answer.text[:300]}")
    reasons = Counter(json.loads(line)["reason"] for line in answer.text.splitlines())
    named = ", ".join(f"{number} {reason}" for reason, number in sorted(reasons.items()))
    if reasons:
        beside = file.with_name(f"{file.stem}.left-out.ndjson")
        beside.write_text(answer.text, encoding="utf-8")
        named += f": {beside}"
    view.console.print(f"left out: {_orders(reasons.total())}{f' ({named})' if named else ''}")


def _orders(number: int) -> str:
    return f"{number} order{'' if number == 1 else 's'}"


@contextmanager
def _client(merchant: str | None, url: str | None) -> Iterator[ApiClient]:
    """A client for a seller: of the order-svc at `url`, or else of the merchant in the running stack. Raises: StackError."""
    if url is not None:
        services, token = {"order-svc": url.rstrip("/")}, os.environ.get(TOKEN, "")
        if not token:
            raise StackError(f"{TOKEN} is not set: it is the seller's token for {url}")
    elif merchant is None:
        raise StackError("give --merchant for the local stack, or --url for another order-svc")
    else:
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
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text
