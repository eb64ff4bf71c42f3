"""The same provider as a real process: a dropped connection is really dropped."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    secret = tmp_path_factory.mktemp("secrets") / "webhook"
    secret.write_text(SECRET + "\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "aftercare_simulators.payment",
        "--port",
        str(port),
        "--webhook-secret-file",
        str(secret),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(url, process)
        yield url, process
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_up(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read()
        try:
            if httpx.get(f"{url}/livez").is_success:
                return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("the simulator did not come up")


def test_a_lost_answer_cuts_the_connection_without_noise(server):
    url, process = server
    body = {
        "payment_id": "pay_1",
        "amount": 100,
        "currency": "CNY",
        "method": "sim_lost_answer",
        "callback_url": "http://127.0.0.1:9/x",
    }
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{url}/v1/payments", json=body, headers={"Idempotency-Key": "pay_1"})
    assert httpx.get(f"{url}/v1/payments/pay_1").json()["status"] == "succeeded"
    process.terminate()
    _, errors = process.communicate(timeout=10)
    assert process.returncode in (0, -15)
    assert "Traceback" not in errors
