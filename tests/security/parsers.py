"""Every parser of what others send, with examples to start from, and the exceptions that it documents.

`make fuzz` runs them with inputs made by coverage; test_parsers.py with a few changes of the examples.
"""

import asyncio
import base64
import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from aftercare_chassis.auth.dev_keys import AUDIENCE, make_key_set
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.database.cursors import CursorInvalid, Cursors
from aftercare_chassis.http import languages, request_body
from aftercare_chassis.http.openapi_docs import installed
from aftercare_chassis.http.routing import ApiRoute
from aftercare_chassis.preconditions import IfMatch
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing.clocks import FixedClock
from aftercare_cli import order_files
from aftercare_cli.order_lines import FileUnreadable
from aftercare_events.roles import ROLES
from aftercare_files.stores.form_data import FormMalformed, UploadedForm
from aftercare_files.stores.policies import StoreRefusal
from channel_parsers import CHANNEL_PARSERS
from courier_pushes import EXAMPLES, contents, secret_of, signed
from fastapi import FastAPI, params
from fastapi.dependencies.utils import get_flat_params
from joserfc import jws
from order_svc.api.schemas.order_imports import ImportRowsIn
from order_svc.integrations import signatures
from order_svc.integrations.couriers.registry import COURIERS
from order_svc.integrations.pushes import Acceptance, examine
from parser_of_inputs import Parser
from provider_worlds import WORLDS, World
from pydantic import ValidationError

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KEY = "a key for tests only"


def _courier_body(partner: str) -> Parser:
    """The body of a push, as it arrives: verified, read where it is, and answered."""
    adapter, secret = COURIERS[partner], secret_of(partner)
    push = signed(partner, contents("73111111111111", NOW)[partner], secret, NOW)
    headers = push.headers | {":path": f"/v1/courier-webhooks/{partner}/ce_1{push.query}"}

    def read(data: bytes) -> None:
        examined = examine(adapter, data, headers, [secret], NOW)
        if examined.verified:
            adapter.accepted(Acceptance.PROCESSED, examined)
        if examined.rejection is not None:
            adapter.refused(examined.rejection.code, examined.rejection.detail)

    return Parser(read, (push.raw,))


def _courier_content(partner: str) -> Parser:
    """What a partner has signed: everything behind the signature."""
    adapter, secret = COURIERS[partner], secret_of(partner)
    content = contents("73111111111111", NOW)[partner]
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)

    def read(data: bytes) -> None:
        push = signed(partner, data.decode("utf-8", "replace"), secret, NOW)
        headers = push.headers | {":path": f"/v1/courier-webhooks/{partner}/ce_1{push.query}"}
        examine(adapter, push.raw, headers, [secret], NOW)

    return Parser(read, (text.encode(),))


def _callback(made: Callable[[], World]) -> Parser:
    """The callback of a payment provider: as it is verified, and as it is read once it is."""
    world = made()

    async def called_back() -> tuple[bytes, Mapping[str, str]]:
        await world.pay()
        await world.settled()
        return world.sent[0]

    raw, headers = asyncio.run(called_back())

    def read(data: bytes) -> None:
        world.examined(data, headers)
        world.adapter.push_id(data, headers)
        world.adapter.parse(data)

    return Parser(read, (raw,), (ValueError,))


def _cursors() -> Parser:
    cursors, filters = Cursors(KEY), {"viewer": "buyer:buyer-1", "state": "open"}
    example = cursors.sign("orders", filters, "2026-03-02T04:00:00+00:00 ord_1")
    return Parser(
        lambda data: cursors.verify("orders", filters, data.decode("utf-8", "surrogateescape")),
        (example.encode(),),
        (CursorInvalid,),
    )


def _verifier() -> tuple[Verifier, Callable[[bytes], str]]:
    """A verifier, and what signs any claims with its key: an identity provider that is careless about what it states."""
    directory = Path(tempfile.mkdtemp(prefix="aftercare-parsers-"))
    key = make_key_set(directory)
    settings = ServiceSettings(
        database_url="postgresql://user@127.0.0.1/none",
        kafka="127.0.0.1:9",
        jwks_file=str(directory / "jwks.json"),
        signing_key=KEY,
    )
    clock = FixedClock()
    clock.set(NOW)

    def sign(claims: bytes) -> str:
        return jws.serialize_compact({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])

    return Verifier(settings, clock, ROLES), sign


def _token() -> Parser:
    verifier, sign = _verifier()
    return Parser(
        lambda data: verifier.actor({"authorization": data.decode("latin-1")}),
        (f"Bearer {sign(CLAIMS)}".encode(),),
        (Refusal,),
    )


def _claims() -> Parser:
    verifier, sign = _verifier()
    return Parser(lambda data: verifier.actor({"authorization": f"Bearer {sign(data)}"}), (CLAIMS,), (Refusal,))


def _app(package: str) -> FastAPI:
    settings_class: type[ServiceSettings] = import_module(f"{package}.settings").Settings
    app: FastAPI = import_module(f"{package}.main").service(settings_class.example()).app
    return app


def _filters() -> Parser:
    """Every query parameter of every service, with the same text."""
    fields = {
        (each.name, str(each.field_info.annotation)): each
        for package in installed()
        for route in _app(package).routes
        if isinstance(route, ApiRoute)
        for each in get_flat_params(route.dependant)
        if isinstance(each.field_info, params.Query)
    }

    def read(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        for each in fields.values():
            each.validate(text, {}, loc=("query", each.name))

    return Parser(read, (b"2026-03-02T04:00:00+08:00", b"refund_only", b"20", "退货".encode()))


def _file(suffix: str, *examples: bytes) -> Parser:
    """A file of orders, as `aftercare orders import` reads it."""
    path = Path(tempfile.mkdtemp(prefix="aftercare-parsers-")) / f"orders.{suffix}"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        list(order_files.rows(path))

    return Parser(read, examples, (FileUnreadable,))


def _form() -> Parser:
    async def chunks(data: bytes) -> Any:
        yield data

    async def uploaded(data: bytes) -> None:
        form = await UploadedForm.read(chunks(data), "multipart/form-data; boundary=x")
        async for _ in form.content():
            pass

    example = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\npending/ev_1\r\n--x\r\n'
    example += b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nbytes\r\n--x--\r\n'
    return Parser(
        lambda data: asyncio.run(uploaded(data)), (example,), (FormMalformed, StoreRefusal, UnicodeDecodeError)
    )


def _imported_rows(data: bytes) -> None:
    for row in ImportRowsIn.model_validate_json(data).orders:
        row.read()


def _signature(data: bytes) -> None:
    """Any header of Standard Webhooks, and any signature."""
    parts = data.split(b"\n", 3)
    headers = {name: part.decode("latin-1") for name, part in zip(signatures.STANDARD_HEADERS, parts, strict=False)}
    public = "whpk_" + base64.b64encode(b"k" * 32).decode()
    signatures.standard_faults(data, headers, ["whsec_" + "a2V5" * 8, public], NOW)


def _body(data: bytes) -> None:
    request_body.unstorable(data, languages.CHINESE)
    request_body.repeated_keys(data, languages.CHINESE)


def _stamped(text: str) -> bytes:
    return f"msg_1\n{int(NOW.timestamp())}\n{text}".encode()


_STATED = {"iss": "aftercare-local", "aud": AUDIENCE, "sub": "seller-1", "role": "seller", "merchant_id": "m-1"}
CLAIMS = json.dumps(_STATED | {"nbf": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 600}).encode()
CSV = b"order_no,sku,quantity,unit_price_minor\nS-1,KETTLE-1,1,9900\n"
_ORDER = {"order_no": "S-1", "lines": [{"sku": "K", "quantity": 1}]}
ROWS = json.dumps({"orders": [{"row": 1, "order": _ORDER}], "next_row": 2}).encode()
PARSERS: dict[str, Callable[[], Parser]] = {
    **{f"courier body {partner}": partial(_courier_body, partner) for partner in EXAMPLES},
    **{f"courier content {partner}": partial(_courier_content, partner) for partner in EXAMPLES},
    **{f"callback {name}": partial(_callback, made) for name, made in WORLDS.items()},
    **CHANNEL_PARSERS,
    "cursor": _cursors,
    "token": _token,
    "claims": _claims,
    "language": lambda: Parser(lambda data: languages.choose(data.decode("latin-1")), (b"zh-CN,en;q=0.8",)),
    "condition": lambda: Parser(lambda data: IfMatch.of([data.decode("latin-1")]), (b'"v1", W/"v2"',)),
    "filters": _filters,
    "orders in CSV": lambda: _file("csv", CSV),
    "orders in JSON lines": lambda: _file("jsonl", b'{"order_no": "S-1", "lines": []}\n'),
    "rows of an import": lambda: Parser(_imported_rows, (ROWS,), (ValidationError,)),
    "signature": lambda: Parser(_signature, (_stamped("v1,YWJj v1a,YWJj"),)),
    "form of an upload": _form,
    "request body": lambda: Parser(_body, (b'{"a": {"b": ["\\u0000", NaN]}, "a": "\\ud800"}',)),
}
"""How each of them is made, by name."""
