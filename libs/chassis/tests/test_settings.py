import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

import pytest
from aftercare_chassis.settings import Hours, ServiceSettings, SettingsInvalid, renamed
from pydantic import Field

GOOD = {
    "AFTERCARE_DATABASE_URL": "postgresql:///orders?host=/run/postgres",
    "AFTERCARE_KAFKA": "127.0.0.1:9092,127.0.0.1:9093",
    "AFTERCARE_JWKS_FILE": "/etc/aftercare/jwks.json",
    "AFTERCARE_SIGNING_KEY": "a signing key of tests",
}


class Settings(ServiceSettings):
    review_hours: Hours = 48


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_REVIEW_HOURS", "0.001")
    monkeypatch.setenv("AFTERCARE_CORS_ORIGINS", "http://localhost:5173, http://localhost:8080")
    monkeypatch.setenv("AFTERCARE_OTLP_ENDPOINT", "")
    monkeypatch.setenv("AFTERCARE_TRACE_TRUSTED_NETWORKS", "10.0.4.0/24, 2001:db8::7")
    settings = Settings()
    assert settings.trace_trusted_networks == (ip_network("10.0.4.0/24"), ip_network("2001:db8::7"))
    assert settings.review_hours == 0.001
    assert settings.cors_origins == ("http://localhost:5173", "http://localhost:8080")
    assert settings.otlp_endpoint is None
    assert settings.signing_key not in repr(settings)


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_variable_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SettingsInvalid, match=f"^{name} is not set(, nor is AFTERCARE_ISSUERS_FILE)?$"):
        Settings()


def test_issuers_may_replace_the_one_with_keys_by_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFTERCARE_JWKS_FILE")
    monkeypatch.setenv("AFTERCARE_ISSUERS_FILE", "/etc/aftercare/issuers.toml")
    assert Settings().jwks_file is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://secret@host/db"),
        ("KAFKA", "broker"),
        ("SIGNING_KEY", "short"),
        ("PORT", "70000"),
        ("LOG_LEVEL", "loud"),
        ("TRACE_TRUSTED_NETWORKS", "10.0.0.0/8,gateway"),
        ("TRACE_TRUSTED_NETWORKS", "10.0.0.1/8"),
        ("RATE_LIMIT", "many"),
        ("POOL_SIZE", "0"),
        ("OTLP_ENDPOINT", "collector:4318"),
        ("REVIEW_HOURS", "-1"),
        ("REVIEW_HOURS", "nan"),
    ],
)
def test_a_malformed_variable_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"AFTERCARE_{name}", value)
    with pytest.raises(SettingsInvalid) as refused:
        Settings()
    assert str(refused.value).startswith(f"AFTERCARE_{name} is malformed: ")
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_service_can_be_described_without_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    class WithSecret(Settings):
        partner_secret: Annotated[str, Field(min_length=8, examples=["not a secret"])]

    for name in GOOD:
        monkeypatch.delenv(name)
    assert WithSecret.example().partner_secret == "not a secret"


def test_secrets_may_be_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AFTERCARE_SIGNING_KEY")
    (tmp_path / "AFTERCARE_SIGNING_KEY").write_text("a signing key out of a file\n")
    monkeypatch.setenv("AFTERCARE_SECRETS_DIR", str(tmp_path))
    assert Settings().signing_key == "a signing key out of a file"


def test_a_process_with_wrong_settings_ends_with_the_line_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFTERCARE_KAFKA")
    code = "from aftercare_chassis.settings import ServiceSettings; ServiceSettings()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "AFTERCARE_KAFKA is not set\n")


class Renamed(Settings):
    answer_hours: Annotated[Hours, renamed("answer_hours", "reply_hours", "response_hours")] = 24


def test_a_former_name_is_read_and_the_present_one_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Renamed().answer_hours, Renamed(answer_hours=3).answer_hours) == (24, 3)
    monkeypatch.setenv("AFTERCARE_RESPONSE_HOURS", "5")
    assert Renamed().answer_hours == 5
    monkeypatch.setenv("AFTERCARE_REPLY_HOURS", "6")
    assert Renamed().answer_hours == 6
    monkeypatch.setenv("AFTERCARE_ANSWER_HOURS", "7")
    assert Renamed().answer_hours == 7
    monkeypatch.setenv("AFTERCARE_ANSWER_HOURS", "never")
    with pytest.raises(SettingsInvalid, match=r"^AFTERCARE_ANSWER_HOURS is malformed: "):
        Renamed()


def test_each_former_name_that_is_set_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(Renamed.name_warnings()) == []
    monkeypatch.setenv("AFTERCARE_RESPONSE_HOURS", "5")
    former = "AFTERCARE_RESPONSE_HOURS is a former name of AFTERCARE_ANSWER_HOURS"
    assert list(Renamed.name_warnings()) == [former]
    monkeypatch.setenv("AFTERCARE_ANSWER_HOURS", "7")
    assert list(Renamed.name_warnings()) == [f"{former}, ignored beside AFTERCARE_ANSWER_HOURS"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("REVIEW_HOUR", "REVIEW_HOURS"), ("REVIEWHOURS", "REVIEW_HOURS"), ("SECRET_DIR", "SECRETS_DIR")],
)
def test_a_misspelt_name_is_reported(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    monkeypatch.setenv(f"AFTERCARE_{name}", "1")
    assert list(Settings.name_warnings()) == [f"AFTERCARE_{name} is not a setting: is AFTERCARE_{meant} meant?"]


def test_a_misspelt_file_of_the_secrets_directory_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "AFTERCARE_SIGNINGKEY").write_text("a signing key out of a file\n")
    monkeypatch.setenv("AFTERCARE_SECRETS_DIR", str(tmp_path))
    assert list(Settings.name_warnings()) == ["AFTERCARE_SIGNINGKEY is not a setting: is AFTERCARE_SIGNING_KEY meant?"]


@pytest.mark.parametrize("name", ["AFTERCARE_HOME", "AFTERCARE_PAYMENT_SIMULATOR_URL", "REVIEW_HOUR"])
def test_names_of_other_programs_are_not_reported(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    assert list(Settings.name_warnings()) == []
