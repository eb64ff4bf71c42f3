"""The command line: one clear line and a non-zero exit where something is wrong."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from aftercare_cli.stack import ports
from aftercare_cli.stack.artifacts import java
from aftercare_cli.stack.choose import choose
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import SERVICES, Layout
from aftercare_cli.stack.secrets_file import Secrets
from joserfc import jwt
from joserfc.jwk import KeySet


def aftercare(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "AFTERCARE_HOME": str(home), **environment}
    script = Path(sys.executable).parent / "aftercare"
    return subprocess.run([script, *arguments], env=env, capture_output=True, text=True, timeout=60)


def refusal(result: subprocess.CompletedProcess[str]) -> str:
    """The one line on stderr."""
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.strip().splitlines()
    return line


def test_a_token_is_signed_by_the_local_key_set(tmp_path: Path) -> None:
    result = aftercare(tmp_path, "token", "--role", "seller", "--sub", "seller-1", "--merchant", "m-1")

    keys = KeySet.import_key_set(json.loads((tmp_path / "keys" / "jwks.json").read_text()))
    claims = jwt.decode(result.stdout.strip(), keys, algorithms=["ES256"]).claims
    assert {name: claims[name] for name in ("iss", "aud", "sub", "role", "merchant_id")} == {
        "iss": "aftercare-local",
        "aud": "aftercare",
        "sub": "seller-1",
        "role": "seller",
        "merchant_id": "m-1",
    }
    private = tmp_path / "keys" / "private-key.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


def test_a_taken_port_ends_up_before_anything_starts(tmp_path: Path) -> None:
    base = ports.base([1, 2, 3, 4, 5, 9])
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", base + 3))
        holder.listen()

        said = refusal(aftercare(tmp_path, "up", PORT_BASE=str(base)))

    assert f"port {base + 3} for cs-svc is taken by pid {os.getpid()}" in said
    assert not list((tmp_path / "run").glob("*.pid"))


def test_a_demo_for_programs_that_cannot_start_prints_nothing_on_stdout(tmp_path: Path) -> None:
    given = {"AFTERCARE_KAFKA": "127.0.0.1:1", "AFTERCARE_POSTGRES": ""}
    result = aftercare(tmp_path, "demo", "--json", **given)

    assert "needs both" in refusal(result)
    assert result.stdout == ""


def test_half_given_addresses_are_refused(tmp_path: Path) -> None:
    said = refusal(aftercare(tmp_path, "up", AFTERCARE_KAFKA="127.0.0.1:1", AFTERCARE_POSTGRES=""))

    assert "needs both AFTERCARE_KAFKA and AFTERCARE_POSTGRES" in said


def test_a_given_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    port = ports.choose()
    given = {
        "AFTERCARE_KAFKA": "127.0.0.1:1",
        "AFTERCARE_POSTGRES": f"postgresql://postgres:x@127.0.0.1:{port}/postgres",
    }

    said = refusal(aftercare(tmp_path, "up", PORT_BASE=str(ports.base([1, 2, 3, 4, 5, 9])), **given))

    assert "the PostgreSQL of AFTERCARE_POSTGRES does not answer" in said


def test_missing_java_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    with pytest.raises(StackError, match=r"java is missing .*apt-get install maven"):
        java()


def test_status_without_a_stack_says_down(tmp_path: Path) -> None:
    result = aftercare(tmp_path, "status")

    assert result.returncode == 1
    assert result.stdout.count("down") >= 8


def test_a_port_base_that_is_none_is_named(tmp_path: Path) -> None:
    for wrong in ("abc", "70000", "80", "-1"):
        assert "PORT_BASE is a number" in refusal(aftercare(tmp_path, "status", PORT_BASE=wrong))


def test_a_running_stack_is_found_without_saying_again_where_and_how_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PORT_BASE", "AFTERCARE_STACK", "AFTERCARE_KAFKA", "AFTERCARE_POSTGRES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))
    urls = {service.name: f"http://127.0.0.1:{24_000 + service.number}" for service in SERVICES}
    Addresses("compose", urls, "http://127.0.0.1:24009", "127.0.0.1:1", {}).write(tmp_path / "stack.json")

    assert Layout.here().port_base == 24_000
    assert choose(Layout.here()).kind == "compose"
    monkeypatch.setenv("PORT_BASE", "9000")
    assert Layout.here().port_base == 9_000
    assert choose(Layout.here(), "embedded").kind == "embedded"
    (tmp_path / "stack.json").write_text("{")
    monkeypatch.delenv("PORT_BASE")
    assert Layout.here().port_base == 8_000


def test_courier_push_without_a_stack_is_refused(tmp_path: Path) -> None:
    push = ("courier", "push", "--partner", "zto", "--waybill", "7300123456789", "--status", "delivered")

    assert "no stack is running here" in refusal(aftercare(tmp_path, *push))


def test_a_push_that_nobody_takes_is_refused_in_one_line(tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{ports.choose()}"
    Addresses("embedded", {"order-svc": nobody}, "", "", {}).write(tmp_path / "stack.json")
    (tmp_path / "couriers.json").write_text(
        json.dumps({"zto": {"path": "/v1/courier-webhooks/zto/ce_1", "secret": "s"}})
    )
    push = ("courier", "push", "--partner", "zto", "--waybill", "7300123456789", "--status", "delivered")

    assert "order-svc does not take the push: ConnectError" in refusal(aftercare(tmp_path, *push))


def test_a_push_of_something_that_is_no_waybill_is_refused_before_it_is_signed(tmp_path: Path) -> None:
    push = ("courier", "push", "--partner", "zto", "--waybill", "运单", "--status", "delivered")

    refused = aftercare(tmp_path, *push)

    assert refused.returncode == 2
    assert "Must be a waybill number" in refused.stderr


def test_down_and_reset_of_nothing_are_fine(tmp_path: Path) -> None:
    assert aftercare(tmp_path / "stack", "down").returncode == 0
    assert aftercare(tmp_path / "stack", "reset").returncode == 0
    assert not (tmp_path / "stack").exists()


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first, second = Secrets.of(tmp_path), Secrets.of(tmp_path)

    assert first == second
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert first.postgres not in repr(first)


def test_a_damaged_stack_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"kind": ')

    with pytest.raises(StackError, match="is damaged"):
        Addresses.read(tmp_path / "stack.json")
