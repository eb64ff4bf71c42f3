"""How requests are read and answered, and the faults of answers: the same for every courier."""

import asyncio
import json
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from aftercare_simulators.shipping.books import Books, Fault, Json

LATE_SECONDS = 30.0
_HUGE = 2 * 1024 * 1024


async def fields(request: Request) -> dict[str, str]:
    """The form of a request."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


async def instead(books: Books) -> Response | None:
    """The answer of a request that is not carried out; None where it is."""
    match books.fault:
        case Fault.FAILURE:
            return PlainTextResponse("Internal Server Error", 500)
        case Fault.LATE:
            await asyncio.sleep(LATE_SECONDS)
            return PlainTextResponse("", 504)
        case Fault.GARBAGE:
            return Response("<html><body>系统维护中</body></html>", media_type="text/html")
        case Fault.HUGE:
            return Response(b"[" + b"0," * (_HUGE // 2) + b"0]", media_type="application/json")
    return None


def answer(books: Books, content: Json) -> Response:
    """The answer of a request that was carried out."""
    if books.fault is Fault.LOST_ANSWER:
        return PlainTextResponse("Bad Gateway", 502)
    text = json.dumps(content, ensure_ascii=False)
    encoding = "gbk" if books.fault is Fault.WRONG_ENCODING else "utf-8"
    return Response(text.encode(encoding), media_type="application/json")
