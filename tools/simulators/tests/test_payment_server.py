"""The provider as a process: a dropped connection is dropped, and the ledger survives the process."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from aftercare_chassis.testing import until

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The simulator as a process, killed at the end."""
    with socket.socket() as held:  # until the simulator has ended, so that no connection of another process is given it
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield from _run(held.getsockname()[1], folder, *options)


def _run(port: int, folder: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    secret = folder / "webhook"
    secret.write_text(SECRET + "\n")
    place = ["--port", str(port), "--webhook-secret-file", str(secret)]
    command = [sys.executable, "-m", "aftercare_simulators.payment", *place, *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(url, process)
        yield url, process
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with running(tmp_path) as made:
        yield made


def _wait_until_up(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read()
        try:
            if httpx.get(f"{url}/livez").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the simulator did not come up")


def test_a_lost_response_cuts_the_connection_and_logs_no_error(server):
    url, process = server
    body = {
        "payment_id": "pay_1",
        "amount": 100,
        "currency": "CNY",
        "method": "sim_lost_answer",
        "callback_url": "http://127.0.0.1:9/x",
    }
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{url}/v1/payments", json=body, headers={"Idempotency-Key": "pay_1"}, timeout=60)
    assert httpx.get(f"{url}/v1/payments/pay_1", timeout=60).json()["status"] == "succeeded"
    process.terminate()
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (0, -15)
    assert "Traceback" not in errors


async def test_the_ledger_survives_the_process(tmp_path):
    books = ("--books", str(tmp_path / "books.db"), "--slow", "1")
    shop = "http://127.0.0.1:9/x"

    def order(url: str, what: str, id_: str, **more: object) -> httpx.Response:
        body = {f"{what}_id": id_, "currency": "CNY", "callback_url": shop, **more}
        return httpx.post(f"{url}/v1/{what}s", json=body, headers={"Idempotency-Key": id_}, timeout=60)

    async def done(url: str, place: str) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:

            async def is_done() -> bool:
                return (await client.get(f"/v1/{place}")).json()["status"] == "succeeded"

            await until(is_done, f"{place} succeeded")

    with running(tmp_path, *books) as (url, _):
        order(url, "payment", "pay_1", amount=100)
        await done(url, "payments/pay_1")
        first = order(url, "refund", "ref_1", payment_id="pay_1", amount=60)
        order(url, "payment", "pay_2", amount=100, method="sim_slow")
    with running(tmp_path, *books) as (url, _):
        again = order(url, "refund", "ref_1", payment_id="pay_1", amount=60)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.json()["reference"] == first.json()["reference"]
        other = order(url, "refund", "ref_1", payment_id="pay_1", amount=61)
        assert other.json()["code"] == "idempotency_key_reused"
        excess = order(url, "refund", "ref_2", payment_id="pay_1", amount=41)
        assert excess.json()["code"] == "refund_exceeds_payment"
        assert order(url, "refund", "ref_3", payment_id="pay_1", amount=40).status_code == 201
        await done(url, "payments/pay_2")
        await done(url, "refunds/ref_1")
