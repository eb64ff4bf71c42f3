"""The command line of the provider: options, their variables, and what is required."""

from pathlib import Path
from typing import Any

import pytest
import uvicorn
from aftercare_simulators import shipping
from aftercare_simulators.payment import command

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The options with which the application would be served."""
    options: dict[str, Any] = {}
    for name in ("AFTERCARE_HOST", "AFTERCARE_PORT", "AFTERCARE_PAYMENT_WEBHOOK_SECRET", "AFTERCARE_PAYMENT_BOOKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(uvicorn, "run", lambda app, **given: options.update(given, app=app))
    return options


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["aftercare-payment-simulator", *arguments])
    command.main()


def test_it_serves_on_loopback_unless_it_is_given_another_address(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "--webhook-secret", SECRET)
    assert (served["host"], served["port"]) == ("127.0.0.1", 8009)
    monkeypatch.setenv("AFTERCARE_HOST", "0.0.0.0")
    monkeypatch.setenv("AFTERCARE_PORT", "8109")
    run(monkeypatch, "--webhook-secret", SECRET)
    assert (served["host"], served["port"]) == ("0.0.0.0", 8109)
    run(monkeypatch, "--webhook-secret", SECRET, "--port", "8209")
    assert served["port"] == 8209


def test_the_secret_comes_from_a_file_an_option_or_a_variable(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    run(monkeypatch, "--webhook-secret-file", str(file))
    assert served["app"].state.provider.ledger.payments() == []
    monkeypatch.setenv("AFTERCARE_PAYMENT_WEBHOOK_SECRET", SECRET)
    run(monkeypatch)
    with pytest.raises(SystemExit):
        run(monkeypatch, "--webhook-secret", SECRET, "--webhook-secret-file", str(file))


def test_without_a_secret_it_does_not_start(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch)
    assert ended.value.code == 2
    assert "--webhook-secret" in capsys.readouterr().err
    assert served == {}


@pytest.mark.parametrize("by", ["option", "variable"])
def test_the_ledger_is_kept_in_the_given_file(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: str
) -> None:
    file = tmp_path / "ledger.db"
    if by == "variable":
        monkeypatch.setenv("AFTERCARE_PAYMENT_BOOKS", str(file))
        run(monkeypatch, "--webhook-secret", SECRET)
    else:
        run(monkeypatch, "--webhook-secret", SECRET, "--books", str(file))
    assert file.exists()
    served["app"].state.provider.ledger.close()


def test_two_processes_of_couriers_give_no_waybill_twice(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    for now in (1_800_000_000, 1_800_000_001):
        monkeypatch.setattr("time.time", lambda now=now: now + 0.9)
        monkeypatch.setattr("sys.argv", ["aftercare-shipping-simulator"])
        shipping.main()
        books = served["app"].state.books
        given += [books.order(f"order {number}", "sf", "SF", {}).waybill_no for number in range(3)]
    assert len(set(given)) == 6
    assert {len(waybill_no) for waybill_no in given} == {len("SF7300000000001")}
