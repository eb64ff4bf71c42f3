"""The couriers as one ASGI application: `create()`, for tests and for the server."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI
from pydantic import BaseModel

from aftercare_simulators.shipping import kuaidi100, sf
from aftercare_simulators.shipping.books import Account, Books, Fault, Json


class BehaviourIn(BaseModel):
    """What goes wrong from now on; null: nothing."""

    fault: Fault | None = None


class ScanIn(BaseModel):
    """A scan of a parcel, with the code of the courier that is asked for it."""

    code: str
    text: str
    at: datetime | None = None


def create(
    account: Account | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC), first: int = 1
) -> FastAPI:
    """Both couriers for one merchant. `app.state.books` has what was ordered, and the fault; `first` is the first waybill's serial."""
    books = Books(account or Account(), clock, first=first)
    app = FastAPI(title="Courier simulator: orders", version="1")
    app.state.books = books
    kuaidi100.add(app, books)
    sf.add(app, books)
    _add_controls(app, books)
    return app


def _add_controls(app: FastAPI, books: Books) -> None:
    @app.get("/livez")
    @app.get("/readyz")
    async def alive() -> Json:
        return {"status": "ok"}

    @app.put("/v1/behaviour")
    async def behave(body: BehaviourIn) -> BehaviourIn:
        books.fault = body.fault
        return body

    @app.get("/v1/shipments")
    async def shipments() -> list[Json]:
        return [
            {
                "number": each.number,
                "carrier": each.carrier,
                "waybill_no": each.waybill_no,
                "ordered": each.ordered,
                "collected": each.collected,
                "cancelled": each.cancelled,
                "pickup": each.pickup,
            }
            for each in books.orders.values()
        ]

    @app.post("/v1/parcels/{waybill_no}/scans", status_code=204)
    async def scan(waybill_no: str, body: ScanIn) -> None:
        books.scan(waybill_no, body.code, body.text, body.at)
