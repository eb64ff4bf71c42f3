"""The local key set of demos and tests."""

import json
from pathlib import Path

from aftercare_chassis.auth.dev_keys import make_key_set


def test_the_local_key_is_private_and_kept(tmp_path: Path) -> None:
    first, second = make_key_set(tmp_path / "keys"), make_key_set(tmp_path / "keys")
    assert first.kid == second.kid
    assert (tmp_path / "keys" / "private-key.json").stat().st_mode & 0o077 == 0
    assert "d" not in json.loads((tmp_path / "keys" / "jwks.json").read_text())["keys"][0]
