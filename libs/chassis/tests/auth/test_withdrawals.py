"""Withdrawals: keys, tokens, clients and subjects that are refused within five seconds, though their tokens are valid."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.auth.errors import TokenInvalid, TokenWithdrawn
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import FixedClock
from aftercare_events.roles import ROLES

from .conftest import bearer, sign


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "withdrawn.toml"
    file.write_text("")
    return file


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("aftercare_chassis.auth.tokens.monotonic", lambda: now[0])
    return now


@pytest.fixture
def verifier(settings: ServiceSettings, clock: FixedClock, file: Path, now: list[float]) -> Verifier:
    return Verifier(settings.model_copy(update={"withdrawn_file": str(file)}), clock, ROLES)


@pytest.fixture
def token(key: Any, claims: dict[str, Any], clock: FixedClock) -> dict[str, str]:
    more = {"jti": "t-1", "azp": "web", "iat": int(clock.now().timestamp())}
    return bearer(sign(key, claims | more))


def test_each_kind_of_withdrawal_ends_a_token_that_was_accepted(
    verifier: Verifier, token: dict[str, str], key: Any, file: Path, now: list[float], clock: FixedClock
) -> None:
    later = (clock.now() + timedelta(seconds=1)).isoformat()
    for text in (
        f'keys = ["{key.kid}"]',
        'tokens = ["t-0", "t-1"]',
        'clients = ["web"]',
        '[[subjects]]\nsubject = "buyer-1"',
        '[[subjects]]\nsubject = "buyer-1"\nissuer = "aftercare-local"',
        f'[[subjects]]\nsubject = "buyer-1"\nbefore = {later}',
    ):
        file.write_text("")
        now[0] += 2
        assert verifier.actor(token).id == "buyer-1"
        file.write_text(text)
        now[0] += 1.9
        assert verifier.actor(token)
        now[0] += 0.1
        for _ in range(2):
            with pytest.raises(TokenWithdrawn):
                verifier.actor(token)


def test_others_are_not_concerned(
    verifier: Verifier, token: dict[str, str], file: Path, now: list[float], clock: FixedClock
) -> None:
    file.write_text(
        'keys = ["k"]\ntokens = ["t-2"]\nclients = ["app"]\n[[subjects]]\nsubject = "buyer-2"\n'
        '[[subjects]]\nsubject = "buyer-1"\nissuer = "https://login.shop.example"\n'
        f'[[subjects]]\nsubject = "buyer-1"\nbefore = {clock.now().isoformat()}'
    )
    now[0] += 2
    assert verifier.actor(token)


def test_a_token_that_does_not_say_when_it_was_issued_is_an_older_one(
    verifier: Verifier, key: Any, claims: dict[str, Any], file: Path, now: list[float]
) -> None:
    file.write_text('[[subjects]]\nsubject = "buyer-1"\nbefore = 2020-01-01T00:00:00Z')
    now[0] += 2
    with pytest.raises(TokenWithdrawn):
        verifier.actor(bearer(sign(key, claims)))


@pytest.mark.parametrize(
    "text",
    ["keys", 'keys = "k"', 'key = ["k"]', '[[subjects]]\nsubject = "a"\nbefore = 2020-01-01T00:00:00', "[[subjects]]"],
)
def test_a_malformed_file_leaves_the_withdrawals_as_they_were(
    verifier: Verifier, token: dict[str, str], file: Path, now: list[float], text: str
) -> None:
    for content, unreadable in (('tokens = ["t-1"]', 0), (text, 1), ('tokens = ["t-1"] ', 0)):
        file.write_text(content)
        now[0] += 2
        with pytest.raises(TokenInvalid):
            verifier.actor(token)
        assert verifier.unreadable_files() == unreadable


def test_a_missing_file_is_unreadable_until_it_is_there_again(
    verifier: Verifier, token: dict[str, str], file: Path, now: list[float], tmp_path: Path
) -> None:
    file.write_text('tokens = ["t-1"]')
    away = tmp_path / "away"
    for source, target, unreadable in ((file, away, 0), (away, file, 1), (file, file, 0)):
        now[0] += 2
        assert verifier.unreadable_files() == unreadable
        with pytest.raises(TokenWithdrawn):
            verifier.actor(token)
        source.rename(target)


def test_a_file_of_a_secret_is_replaced_by_a_link(
    verifier: Verifier, token: dict[str, str], file: Path, now: list[float], tmp_path: Path
) -> None:
    """As the kubelet does it: a link to a folder is replaced by another one, the path stays."""
    (tmp_path / "next").write_text('tokens = ["t-1"]')
    link = tmp_path / "link"
    link.symlink_to("next")
    link.replace(file)
    now[0] += 2
    with pytest.raises(TokenWithdrawn):
        verifier.actor(token)
