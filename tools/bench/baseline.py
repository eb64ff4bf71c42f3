"""The baseline of creating a case: a plain FastAPI endpoint with asyncpg, one row lock, one update and two inserts."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

SCHEMA = """
    CREATE TABLE baseline_orders (id text PRIMARY KEY, version int NOT NULL, quantity int NOT NULL);
    CREATE TABLE baseline_cases (id text PRIMARY KEY, order_id text NOT NULL, reason text NOT NULL, description text, quantity int NOT NULL);
    CREATE TABLE baseline_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload text NOT NULL);
"""


class Line(BaseModel):
    line_id: str
    quantity: int


class CaseIn(BaseModel):
    order_id: str
    type: str
    reason: str
    description: str
    lines: list[Line]
    evidence: list[str]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.pool = await asyncpg.create_pool(sys.argv[1], min_size=1, max_size=10)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/readyz")
async def ready() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/v1/cases", status_code=201)
async def create(body: CaseIn, request: Request) -> dict[str, object]:
    case_id, quantity = f"case_{uuid4().hex}", sum(line.quantity for line in body.lines)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        order = await connection.fetchrow("SELECT * FROM baseline_orders WHERE id = $1 FOR UPDATE", body.order_id)
        if order is None:
            raise HTTPException(404)
        await connection.execute("UPDATE baseline_orders SET version = version + 1 WHERE id = $1", body.order_id)
        insert = "INSERT INTO baseline_cases VALUES ($1, $2, $3, $4, $5)"
        await connection.execute(insert, case_id, body.order_id, body.reason, body.description, quantity)
        await connection.execute("INSERT INTO baseline_outbox (payload) VALUES ($1)", body.model_dump_json())
    return {"id": case_id, "state": "pending_review", "order_id": body.order_id, "quantity": quantity}


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=75,
    )
