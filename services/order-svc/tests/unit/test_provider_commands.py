"""The providers as commands: what they write down connects order-svc to them."""

import shlex
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from aftercare_simulators.providers import command
from order_svc import main
from order_svc.integrations.payments.port import Outcome
from order_svc.settings import Settings
from provider_worlds import PAYMENT

METHODS = {"stripe": "pm_card_visa", "wechat_pay": "native", "alipay": "qr"}
PORTS = {"stripe": 8011, "wechat_pay": 8012, "alipay": 8013}


def settings_of(file: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in file.read_text().splitlines())
    return {name: shlex.split(value)[0] for name, _, value in pairs}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The options with which the application would be served."""
    options: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **given: options.update(given, app=app))
    return options


@pytest.mark.parametrize("name", METHODS)
async def test_order_svc_pays_through_it_with_the_settings_that_it_writes(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "order-svc.env"
    monkeypatch.setattr("sys.argv", ["aftercare-provider-simulator", name, "--settings", str(file)])
    command.main()
    assert (served["host"], served["port"]) == ("127.0.0.1", PORTS[name])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for key, value in settings_of(file).items():
        monkeypatch.setenv(key, value)
    adapter = main.payment_providers(Settings.example(), httpx.ASGITransport(app=served["app"]))[name]
    found = await adapter.pay(replace(PAYMENT, method=METHODS[name]))
    assert found.outcome in (Outcome.PENDING, Outcome.SUCCEEDED)
    assert len(served["app"].state.provider.ledger.payments()) == 1


def test_it_needs_a_file_for_the_settings(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["aftercare-provider-simulator", "stripe"])
    with pytest.raises(SystemExit):
        command.main()
    assert "--settings" in capsys.readouterr().err
    assert served == {}
