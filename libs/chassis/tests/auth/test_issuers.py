"""The file of issuers: what it may say, and how its claims, roles and clients become actors."""

import json
from pathlib import Path
from typing import Any

import pytest
from aftercare_chassis.auth import issuers
from aftercare_chassis.auth.errors import ClaimUnfit, TokenInvalid
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.settings import ServiceSettings, SettingsInvalid
from aftercare_chassis.testing import FixedClock
from aftercare_events.roles import ROLES

from .conftest import bearer, sign

STAFF = """
[[issuers]]
issuer = "https://login.shop.example"
jwks_file = "{keys}"
audience = "after-sales"
prefix = "staff|"

[issuers.claims]
role = "realm_access.roles"
merchant_id = "https://shop.example/merchant"
scope = "scp"

[issuers.roles]
"shop admins" = "admin"
"shop sellers" = "seller"

[[issuers.clients]]
id = "erp-sync"
role = "seller"
tenant = "m-7"

[[issuers.clients]]
id = "wms"
subject = "5f0c"
role = "admin"
"""
ONE = '[[issuers]]\nissuer = "https://one.example"\n'
TWO = '[[issuers]]\nissuer = "https://two.example"\n'


@pytest.fixture
def file(tmp_path: Path, settings: ServiceSettings) -> Path:
    file = tmp_path / "issuers.toml"
    file.write_text(STAFF.format(keys=settings.jwks_file))
    return file


@pytest.fixture
def staff(settings: ServiceSettings, clock: FixedClock, file: Path) -> Verifier:
    return Verifier(settings.model_copy(update={"issuers_file": str(file)}), clock, ROLES)


@pytest.fixture
def theirs(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims of a token of staff, without a role."""
    return {
        **claims,
        "iss": "https://login.shop.example",
        "aud": ["account", "after-sales"],
        "sub": "li.na",
        "role": "arbitrator",
    }


def roles(*names: str) -> dict[str, Any]:
    return {"realm_access": {"roles": list(names)}}


def test_the_most_important_role_of_the_list_counts(staff: Verifier, key: Any, theirs: dict[str, Any]) -> None:
    both = roles("offline_access", "shop sellers", "shop admins")
    assert staff.actor(bearer(sign(key, theirs | both | {"scp": "a b"}))) == Actor(
        "staff|li.na", "admin", None, frozenset("ab")
    )


def test_a_tenant_may_have_another_name(staff: Verifier, key: Any, theirs: dict[str, Any]) -> None:
    seller = theirs | roles("shop sellers")
    assert staff.actor(bearer(sign(key, seller | {"https://shop.example/merchant": "m-1"}))).tenant == "m-1"
    with pytest.raises(ClaimUnfit):
        staff.actor(bearer(sign(key, seller | {"merchant_id": "m-1"})))


@pytest.mark.parametrize(
    "change",
    [
        {},
        roles("admin"),
        roles("Shop Admins"),
        {"realm_access": ["shop admins"]},
        {"realm_access": {"roles": {"shop admins": True}}},
        {"realm_access": {"roles": [["shop admins"]]}},
        roles("shop admins") | {"aud": "aftercare"},
        roles("shop admins") | {"sub": "a" * 250},
        roles("shop admins") | {"sub": "client:erp-sync"},
    ],
    ids=repr,
)
def test_what_the_file_does_not_map_is_refused(
    staff: Verifier, key: Any, theirs: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises(TokenInvalid):
        staff.actor(bearer(sign(key, theirs | change)))


def test_a_program_acts_under_its_own_name_and_with_its_own_role(
    staff: Verifier, key: Any, theirs: dict[str, Any]
) -> None:
    erp = theirs | {"sub": "erp-sync", "client_id": "erp-sync"} | roles("shop admins")
    assert staff.actor(bearer(sign(key, erp))) == Actor("client:staff|erp-sync", "seller", "m-7", is_machine=True)
    wms = theirs | {"sub": "5f0c", "azp": "wms"}
    assert staff.actor(bearer(sign(key, wms))) == Actor("client:staff|wms", "admin", is_machine=True)


@pytest.mark.parametrize(("prefix", "sub"), [("", "client:erp"), ("c", "lient:erp"), ("client", ":erp")])
def test_no_person_has_the_id_of_a_program(
    settings: ServiceSettings, file: Path, clock: FixedClock, key: Any, theirs: dict[str, Any], prefix: str, sub: str
) -> None:
    file.write_text(file.read_text().replace("staff|", prefix))
    alone = settings.model_copy(update={"issuers_file": str(file), "jwks_file": None})
    with pytest.raises(TokenInvalid):
        Verifier(alone, clock, ROLES).actor(bearer(sign(key, theirs | roles("shop admins") | {"sub": sub})))


def test_a_person_who_uses_the_program_stays_a_person(staff: Verifier, key: Any, theirs: dict[str, Any]) -> None:
    person = theirs | {"client_id": "wms"} | roles("shop admins")
    assert staff.actor(bearer(sign(key, person))) == Actor("staff|li.na", "admin")
    with pytest.raises(TokenInvalid):  # the id of the program is no subject where its entry names another one
        staff.actor(bearer(sign(key, theirs | {"client_id": "wms", "sub": "wms"})))


def test_a_program_that_is_not_listed_has_the_role_of_its_token_and_is_no_person(
    staff: Verifier, key: Any, theirs: dict[str, Any], claims: dict[str, Any]
) -> None:
    listed_nowhere = {"sub": "robot", "client_id": "robot"}
    assert staff.actor(bearer(sign(key, theirs | listed_nowhere | roles("shop admins")))).is_machine
    assert staff.actor(bearer(sign(key, claims | listed_nowhere))) == Actor("client:robot", "buyer", is_machine=True)
    with pytest.raises(TokenInvalid):
        staff.actor(bearer(sign(key, theirs | listed_nowhere)))


def test_the_file_is_read_again_when_it_has_changed(
    staff: Verifier, key: Any, theirs: dict[str, Any], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("aftercare_chassis.auth.tokens.monotonic", lambda: now[0])
    token = bearer(sign(key, theirs | roles("shop admins")))
    assert staff.actor(token).role == "admin"
    for content, role in ((file.read_text().replace('= "admin"', '= "finance"'), "finance"), ("[", "finance")):
        file.write_text(content)
        now[0] += 2
        assert staff.actor(token).role == role
    file.unlink()
    now[0] += 2
    assert staff.actor(token).role == "finance"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "Invalid"),
        ("", "issuers: Field required"),
        ("[[issuers]]\nissuer = 7", "issuers.0.issuer: Input should be a valid string"),
        (ONE + 'rules = "x"', "issuers.0.rules: Extra inputs are not permitted"),
        (ONE + 'roles = {a = "root"}', "unknown roles root"),
        (ONE + 'clients = [{id = "a", role = "root"}]', "unknown roles root"),
        (ONE + 'claims = {roles = "realm_access.roles"}', "unknown claims roles"),
        (ONE + 'clients = [{id = "a", role = "admin"}, {id = "a", role = "buyer"}]', "a client is listed twice"),
        (ONE + 'jwks_file = "a"\nca_file = "b"', "jwks_file excludes"),
        (ONE + 'jwks_url = "http://one.example/keys"', "must start with https"),
        (ONE + 'jwks_url = "https://user:password@one.example/keys"', "no password"),
        ('[[issuers]]\nissuer = "shop"', "must start with https"),
        (ONE + 'prefix = "client:"', "no prefix begins with client:"),
        (ONE + ONE, "is listed twice"),
        (ONE + TWO, "could give the same ids"),
        (ONE + 'prefix = "a|"\n' + TWO + 'prefix = "a|b|"', "could give the same ids"),
        ('[[issuers]]\nissuer = "ours"\njwks_file = "a"\nprefix = "a|"', "is listed twice"),
    ],
)
def test_a_malformed_file_is_refused_in_one_sentence(text: str, message: str) -> None:
    ours = issuers.Issuer(issuer="ours", jwks_file="keys", prefix="ours|")
    with pytest.raises(ValueError, match=message) as refused:
        issuers.parsed(text, ROLES, [ours])
    assert "\n" not in str(refused.value)


def test_issuers_of_different_roles_need_no_prefix() -> None:
    buyers, agents = (each + f'roles = {{x = "{role}"}}\n' for each, role in ((ONE, "buyer"), (TWO, "agent")))
    assert len(issuers.parsed(buyers + agents, ROLES)) == 2


def test_a_process_does_not_start_with_a_malformed_or_missing_file(
    settings: ServiceSettings, clock: FixedClock, tmp_path: Path
) -> None:
    (tmp_path / "malformed.toml").write_text("[")
    for name in ("issuers_file", "withdrawn_file"):
        for file in ("malformed.toml", "missing.toml"):
            with pytest.raises(SettingsInvalid):
                Verifier(settings.model_copy(update={name: str(tmp_path / file)}), clock, ROLES)


def test_a_key_is_used_with_its_own_algorithm_only(
    settings: ServiceSettings, clock: FixedClock, claims: dict[str, Any], key: Any
) -> None:
    public = key.as_dict(private=False) | {"alg": "ES384"}
    Path(str(settings.jwks_file)).write_text(json.dumps({"keys": [public]}))
    with pytest.raises(TokenInvalid):
        Verifier(settings, clock, ROLES).actor(bearer(sign(key, claims)))
