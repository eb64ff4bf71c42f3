"""`aftercare token`."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aftercare_cli import tokens
from joserfc import jwt
from joserfc.jwk import KeySet


def claims_of(token: str, home: Path) -> dict[str, Any]:
    """The claims of a token that the public keys of the stack verify."""
    keys = KeySet.import_key_set(json.loads((home / "keys" / "jwks.json").read_text()))
    return jwt.decode(token, keys, algorithms=["ES256"]).claims


def test_a_token_is_signed_with_the_keys_of_the_running_stack(
    home: Path, aftercare: Callable[..., Any], running: Callable[..., Any]
) -> None:
    running()

    result = aftercare("token", "--role", "seller", "--sub", "seller-1", "--merchant", "m-1")

    claims = claims_of(result.stdout.strip(), home)
    assert {name: claims[name] for name in ("iss", "aud", "sub", "role", "merchant_id")} == {
        "iss": "aftercare-local",
        "aud": "aftercare",
        "sub": "seller-1",
        "role": "seller",
        "merchant_id": "m-1",
    }
    assert stat.S_IMODE((home / "keys" / "private-key.json").stat().st_mode) == 0o600


def test_hours_limit_the_validity(home: Path, aftercare: Callable[..., Any], running: Callable[..., Any]) -> None:
    running()

    result = aftercare("token", "--role", "buyer", "--sub", "buyer-1", "--hours", "0.5")

    claims = claims_of(result.stdout.strip(), home)
    assert claims["exp"] - claims["nbf"] == 1800
    assert "merchant_id" not in claims


def test_tokens_of_one_stack_are_signed_with_one_key(tmp_path: Path) -> None:
    first, second = (tokens.token(tmp_path, role="buyer", sub=sub) for sub in ("buyer-1", "buyer-2"))

    assert claims_of(first, tmp_path)["sub"] == "buyer-1"
    assert claims_of(second, tmp_path)["sub"] == "buyer-2"


def test_without_a_running_stack_no_keys_are_created(home: Path, aftercare: Callable[..., Any]) -> None:
    message = aftercare("token", "--role", "buyer", "--sub", "buyer-1").error()

    assert "no stack is running here: start it with `make up`" in message
    assert not home.exists()


def test_after_reset_no_keys_are_created(
    home: Path, aftercare: Callable[..., Any], running: Callable[..., Any]
) -> None:
    running()
    assert aftercare("token", "--role", "buyer", "--sub", "buyer-1").code == 0

    assert aftercare("reset").code == 0
    refused = aftercare("token", "--role", "buyer", "--sub", "buyer-1")

    assert refused.code == 1
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--role", "king", "--sub", "k"), "must be one of buyer, seller"),
        (("--role", "seller", "--sub", "s"), "is required for a seller"),
        (("--role", "buyer", "--sub", "b", "--merchant", "m-1"), "is for a seller; a buyer acts for no merchant"),
        (("--role", "buyer"), "Missing option '--sub'"),
        *(
            (("--role", "buyer", "--sub", "b", "--hours", hours), "must be at most")
            for hours in ("nan", "inf", "-inf", "1e300")
        ),
    ],
)
def test_a_wrong_option_is_a_usage_error(
    aftercare: Callable[..., Any], running: Callable[..., Any], arguments: tuple[str, ...], message: str
) -> None:
    running()

    result = aftercare("token", *arguments)

    assert result.code == 2
    assert message in result.stderr
    assert result.stdout == ""
