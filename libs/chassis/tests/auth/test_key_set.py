"""The key set: new keys are found, withdrawn ones end the tokens that they signed, and the file is seldom read."""

import json
from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.auth.errors import TokenInvalid
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import FixedClock
from aftercare_events.roles import ROLES
from joserfc.jwk import ECKey

from .conftest import bearer, sign


def test_a_new_key_is_found_and_a_withdrawn_one_is_not(
    settings: ServiceSettings, clock: FixedClock, claims: dict[str, Any], token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("aftercare_chassis.auth.tokens.monotonic", lambda: now[0])
    verifier = Verifier(settings, clock, ROLES)
    assert verifier.actor(bearer(token))
    fresh = ECKey.generate_key("P-256", {"kid": "fresh"})
    Path(settings.jwks_file).write_text(json.dumps({"keys": [fresh.as_dict(private=False)]}))
    with pytest.raises(TokenInvalid):
        verifier.actor(bearer(sign(fresh, claims)))
    now[0] += 2
    assert verifier.actor(bearer(sign(fresh, claims)))
    with pytest.raises(TokenInvalid):
        verifier.actor(bearer(token))


def test_a_withdrawn_key_is_refused_after_the_next_read_though_its_token_was_remembered(
    settings: ServiceSettings, clock: FixedClock, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("aftercare_chassis.auth.tokens.monotonic", lambda: now[0])
    verifier = Verifier(settings, clock, ROLES)
    assert verifier.actor(bearer(token))
    Path(settings.jwks_file).write_text(json.dumps({"keys": []}))
    now[0] += 1.9
    assert verifier.actor(bearer(token))
    now[0] += 0.1
    with pytest.raises(TokenInvalid):
        verifier.actor(bearer(token))


def test_a_file_that_is_the_same_is_read_once(
    verifier: Verifier, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, original = [], Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda path, *a, **k: read.append(path) or original(path, *a, **k))
    for number in range(20):
        with pytest.raises(TokenInvalid):
            verifier.actor(bearer(sign(ECKey.generate_key("P-256", {"kid": f"k{number}"}), claims)))
    assert len(read) == 1


def test_an_unreadable_key_set_keeps_the_old_keys(
    verifier: Verifier, token: str, key: Any, claims: dict[str, Any], settings: ServiceSettings
) -> None:
    assert verifier.actor(bearer(token))
    Path(settings.jwks_file).write_text("{")
    assert verifier.actor(bearer(sign(key, claims)))
